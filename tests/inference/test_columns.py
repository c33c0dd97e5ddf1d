"""Between the upload and the prediction: which columns are meant, and what is remembered of it."""

import pytest
from django.urls import reverse

from inference.models import ColumnMapping, InferenceResult
from studio.files import local_path
from studio.models import Job

from ..inline_jobs import read_predictions, run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE = "size,colour\n9,red\n1,green\n"


@pytest.fixture
def look(alice_client):
    def look(result):
        response = alice_client.get(reverse("inference:result_detail", args=[result.pk]))
        assert response.status_code == 200
        return response

    return look


@pytest.fixture
def press(alice_client):
    def press(view, result, columns):
        response = alice_client.post(reverse(f"inference:{view}", args=[result.pk]), columns)
        run_all_jobs()
        result.refresh_from_db()
        return response

    return press


@pytest.fixture
def start(press):
    return lambda result, **columns: press("result_start", result, columns)


@pytest.fixture
def look_first(press):
    return lambda result, **columns: press("result_look", result, columns)


def how(response):
    return [line["choice"].how for line in response.context["form"].lines]


def test_nothing_is_predicted_before_somebody_has_looked(bring, look, start):
    result = bring(WHOLE, asks_first=True)
    assert (result.status, result.n_rows) == ("checked", 2)
    assert not Job.objects.filter(kind="prediction").exists()
    assert how(look(result)) == ["found", "found"]
    start(result)
    assert (result.status, len(read_predictions(result))) == ("ready", 3)


def test_without_a_person_the_prediction_follows_by_itself(bring):
    assert bring(WHOLE).status == "ready"


def test_another_spelling_is_proposed(bring, look, start):
    result = bring("SIZE,Colour,more\n9,red,x\n", asks_first=True)
    page = look(result)
    assert how(page) == ["spelled", "spelled"]
    assert "Not used: more" in page.content.decode()
    start(result, column_0="0", column_1="1")
    assert (result.status, result.positions) == ("ready", [0, 1])
    assert result.ignored_columns == ["more"]


def test_spaces_and_byte_order_marks_are_not_worth_a_question(bring, look):
    assert how(look(bring("\ufeff size ,colour\n9,red\n", asks_first=True))) == ["found"] * 2


def test_a_missing_column_must_be_chosen_or_said_to_be_missing(bring, look, start):
    result = bring("size,shade\n9,red\n1,green\n", asks_first=True)
    page = look(result)
    assert how(page) == ["found", "missing"]
    assert "has no column" in page.content.decode()
    answer = start(result)
    assert answer.status_code == 422
    assert "or say that it is missing" in answer.content.decode()
    assert result.status == "checked"
    start(result, column_1="missing")
    assert (result.status, result.positions) == ("ready", [0, None])
    assert len(read_predictions(result)) == 3


def test_a_missing_column_counts_as_empty_cells(bring, start):
    result = bring("size,shade\n9,red\n1,green\n", asks_first=True)
    start(result, column_1="missing")
    empty = bring("size,colour\n9,\n1,\n", key="other")
    assert read_predictions(result) == read_predictions(empty)


def test_what_was_chosen_is_proposed_next_time(bring, look, start):
    first = bring("size,shade\n9,red\n", asks_first=True)
    start(first, column_1="1")
    assert ColumnMapping.objects.get().names == {"colour": "shade"}
    again = bring("shade,size\nred,9\n", key="again", asks_first=True)
    page = look(again)
    assert how(page) == ["found", "remembered"]
    assert page.context["form"].lines[1]["field"].value() == "0"
    # Not of a file that does not have it, nor of one that has the model's own name.
    assert how(look(bring("size,tint\n9,red\n", key="3", asks_first=True)))[1] == "missing"
    both = bring("size,shade,colour\n9,red,red\n", key="4", asks_first=True)
    assert how(look(both))[1] == "found"


def test_one_column_is_not_taken_twice(bring, start):
    result = bring("Size,shade\n9,red\n", asks_first=True)
    answer = start(result, column_0="0", column_1="0")
    assert answer.status_code == 422
    assert "chosen for more than one" in answer.content.decode()
    assert result.status == "checked"


def test_a_column_chosen_by_hand_can_be_looked_at_before_anything_is_predicted(
    bring, look, look_first, start
):
    result = bring("amount,colour\n9,red\nmany,red\n", asks_first=True)
    assert look(result).context["findings"] == []
    look_first(result, column_0="0")
    assert result.status == "checked"
    assert not Job.objects.filter(kind="prediction").exists()
    page = look(result)
    (finding,) = page.context["findings"]
    assert (finding.column, finding.examples) == ("size", [("many", [3])])
    assert "the columns you chose were looked at" in page.content.decode()
    assert how(page) == ["chosen", "found"]
    assert "Not used" not in page.content.decode()
    assert page.context["form"].lines[0]["field"].value() == "0"
    start(result, column_0="0")
    assert (result.status, result.positions) == ("ready", [0, 1])


def test_that_nothing_is_odd_in_what_was_chosen_is_said(bring, look, look_first):
    result = bring("size,shade\n9,red\n", asks_first=True)
    look_first(result, column_1="missing")
    page = look(result)
    assert "Nothing odd was noticed" in page.content.decode()
    assert "has no column" not in page.content.decode()
    assert page.context["form"].lines[1]["field"].value() == "missing"


def test_a_choice_that_cannot_be_meant_is_not_looked_at(bring, look_first):
    result = bring("Size,shade\n9,red\n", asks_first=True)
    answer = look_first(result, column_0="0", column_1="0")
    assert (answer.status_code, result.status) == (422, "checked")
    assert "chosen for more than one" in answer.content.decode()
    assert not Job.objects.filter(kind="prediction-looking").exists()


def test_a_file_whose_rows_could_not_be_looked_at_can_still_be_predicted(bring, look_first, start):
    result = bring("size,shade\n9,red\n", asks_first=True)
    stored, table = result.table_file, local_path(result.table_file)
    content = table.read_bytes()
    table.write_bytes(b"damaged")
    look_first(result, column_1="1")
    assert (result.status, stored) == ("checked", result.table_file)
    table.write_bytes(content)
    start(result, column_1="1")
    assert result.status == "ready"


def test_cancelling_while_rows_are_looked_at_cancels_the_prediction(
    bring, alice_client, monkeypatch
):
    result = bring("size,shade\n9,red\n", asks_first=True)
    alice_client.post(reverse("inference:result_look", args=[result.pk]), {"column_1": "1"})
    alice_client.post(reverse("inference:result_cancel", args=[result.pk]))
    result.refresh_from_db()
    assert (result.status, result.error_code) == ("failed", "CANCELLED")


@pytest.mark.parametrize("chosen", ["7", "-1", "x", "size", "1; DROP", ""])
def test_a_choice_that_is_none_starts_nothing(bring, start, chosen):
    result = bring("size,shade\n9,red\n", asks_first=True)
    assert start(result, column_1=chosen).status_code == 422
    assert result.status == "checked"


def test_pressing_twice_starts_one_prediction(bring, start):
    result = bring(WHOLE, asks_first=True)
    start(result)
    start(result)
    assert Job.objects.filter(kind="prediction").count() == 1


def test_hostile_names_of_columns_are_text(bring, look):
    result = bring("size,<script>alert(1)</script>\n9,red\n", asks_first=True)
    page = look(result).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_file_in_which_nothing_can_be_meant_is_refused_at_once(bring):
    with pytest.raises(Exception, match="has no columns"):
        bring("a,b\n1,2\n", asks_first=True)
    assert not InferenceResult.objects.exists()


def test_a_broken_line_far_down_fails_with_its_place(bring):
    result = bring(WHOLE + "1,red\n" * 50 + '5,"open\n')
    assert result.status == "failed"
    assert result.error_line
