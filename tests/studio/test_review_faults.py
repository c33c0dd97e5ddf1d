"""What goes wrong while people review: two tabs, a new version meanwhile, too much of a thing."""

import pytest
from django.urls import reverse

from studio.decisions import decide_row
from studio.files import local_path
from studio.models import DecisionEvent, RowDecision, RowTag
from studio.review_query import ReviewQuery
from studio.undo import undo_row
from studio.versions import create_version

from ..factories import TEXTS, make_cleanset, write_table

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
CLOSED = "This version can only be read: there is a newer one. Decide there."
CODE = "<script>alert(1)</script>"
NASTY = (CODE, '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "=1+1", "{{ 7|add:7 }}")


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def post(cleanset, alice_client):
    def post(row_id, headers=HTMX, **fields):
        fields = {"query": "preset=all"} | fields
        url = reverse("studio:row_decide", args=[cleanset.pk, row_id])
        return alice_client.post(url, fields, headers=headers, follow=True).content.decode()

    return post


def url_of(cleanset, name="project_detail"):
    where = cleanset.project_id if name == "project_detail" else cleanset.pk
    return reverse(f"studio:{name}", args=[where])


def states():
    return {d.row_id: (d.action, d.corrected_label) for d in RowDecision.objects.all()}


def test_two_tabs_that_decide_one_row_are_both_in_the_history_and_undone_one_by_one(
    cleanset, alice_client, post
):
    """The second tab still shows the row as undecided."""
    post(2, action="label", label="yes")
    post(2, action="exclude")
    assert states() == {2: ("exclude", None)}
    history = alice_client.get(url_of(cleanset, "cleanset_history")).content.decode()
    assert history.index("Excluded") < history.index("Labelled")
    post(2, action="undo", resolver="1")
    assert states() == {2: ("label", "yes")}
    post(2, action="undo")
    assert states() == {}
    assert "There is nothing to undo for this row." in post(2, action="undo")
    assert DecisionEvent.objects.count() == 4


def test_the_batch_of_one_tab_keeps_what_the_other_decided(cleanset, alice_client, post):
    post(2, action="exclude")
    fields = {"query": "preset=all", "action": "keep", "k": "6"}
    answer = alice_client.post(url_of(cleanset, "cleanset_clean_top"), fields, follow=True)
    assert "Kept 5 rows." in answer.content.decode()
    assert states()[2] == ("exclude", None)
    post(4, action="label", label="no")
    alice_client.post(undo_url(cleanset, DecisionEvent.objects.filter(row_id=0).get().batch_id))
    assert states() == {2: ("exclude", None), 4: ("label", "no")}


def undo_url(cleanset, batch_id):
    return reverse("studio:batch_undo", args=[cleanset.pk, batch_id])


@pytest.fixture
def replaced(cleanset, alice):
    """Its next version is still being analysed."""
    decide_row(cleanset=cleanset, row_id=2, action="label", label="yes", user=alice)
    create_version(cleanset=cleanset, user=alice)
    return cleanset


@pytest.mark.parametrize("place", [{}, {"resolver": "1", "advance": "1"}])
@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("action", ["keep", "auto-fix", "label", "exclude", "undo", "needs-review"])
def test_who_decides_while_a_version_is_made_is_told_and_nothing_changes(
    action, headers, place, replaced, post
):
    answer = post(2, headers=headers, action=action, label="maybe", **place)
    assert CLOSED in answer
    assert states() == {2: ("label", "yes")}
    assert DecisionEvent.objects.count() == 1
    assert not RowTag.objects.exists()
    assert 'name="action"' not in answer


@pytest.mark.parametrize("action", ["keep", "auto-fix", "label", "exclude"])
def test_clean_top_k_of_a_replaced_version_is_refused(action, replaced, alice_client):
    fields = {"query": "preset=all", "action": action, "k": "3", "label": "maybe"}
    answer = alice_client.post(url_of(replaced, "cleanset_clean_top"), fields, follow=True)
    assert CLOSED in answer.content.decode()
    assert states() == {2: ("label", "yes")}


def test_undo_of_a_replaced_version_is_refused_and_not_offered(replaced, alice_client):
    batch_id = DecisionEvent.objects.get().batch_id
    for _ in range(2):
        answer = alice_client.post(undo_url(replaced, batch_id), follow=True)
        assert CLOSED in answer.content.decode()
    assert states() == {2: ("label", "yes")}
    history = alice_client.get(url_of(replaced, "cleanset_history")).content.decode()
    assert "Labelled" in history
    assert "Undo</button>" not in history
    row = alice_client.get(reverse("studio:row_detail", args=[replaced.pk, 2])).content.decode()
    assert 'name="action"' not in row
    assert "Undo" not in row


def test_what_was_undone_before_the_version_is_still_refused_in_the_same_words(
    cleanset, alice, alice_client
):
    batch_id = decide_row(cleanset=cleanset, row_id=2, action="keep", user=alice)
    decide_row(cleanset=cleanset, row_id=3, action="keep", user=alice)
    undo_row(cleanset=cleanset, row_id=2, user=alice)
    create_version(cleanset=cleanset, user=alice)
    answer = alice_client.post(undo_url(cleanset, batch_id), follow=True)
    assert CLOSED in answer.content.decode()


@pytest.fixture
def many_classes(cleanset):
    cleanset.classes = sorted(f"a class with a longer name, {i:04}" for i in range(1000))
    cleanset.save()
    return cleanset


def test_a_thousand_classes_are_on_the_page_once(many_classes, alice_client):
    page = alice_client.get(url_of(many_classes))
    assert page.content.count(b"a class with a longer name, 0500") == 1
    assert len(page.content) < 100_000
    swapped = HTMX | {"HX-Target": "review"}
    part = alice_client.get(url_of(many_classes) + "?preset=all", headers=swapped)
    assert len(part.content) < 25_000
    row = alice_client.get(reverse("studio:row_detail", args=[many_classes.pk, 2]))
    assert len(row.content) < 80_000
    assert alice_client.get(url_of(many_classes, "cleanset_analytics")).status_code == 200


def test_labels_to_filter_by_are_typed_one_after_the_other(cleanset, alice_client):
    url = url_of(cleanset)
    first = alice_client.get(url + "?preset=all&another_given=yes&another_suggested=")
    assert first.context["page"].query == ReviewQuery(given=("yes",))
    shown = first.content.decode()
    assert '<input type="checkbox" name="given" value="yes" checked>' in shown
    both = alice_client.get(url + "?preset=all&given=yes&another_given=+no+")
    assert both.context["page"].query.given == ("yes", "no")
    assert "2 of 2" not in both.content.decode()
    assert "1–5 of 5" in both.content.decode()


def test_a_cell_of_200_000_characters_is_cut_in_the_table_and_whole_beside_it(
    cleanset, alice_client, tmp_path
):
    long = "lörem & ipsum " * 15_000
    path = write_table(tmp_path, {"c0": [long[:200_000], *TEXTS[1:]], "c1": [CODE] * 6})
    local_path(cleanset.project.dataset.table_file).write_bytes(path.read_bytes())
    page = alice_client.get(url_of(cleanset) + "?preset=all").content.decode()
    assert len(page) < 30_000
    assert page.count("lörem") == 29
    row = alice_client.get(reverse("studio:row_detail", args=[cleanset.pk, 0])).content.decode()
    assert row.count("lörem") == 200_000 // 14 + 1
    assert len(row) < 400_000
    neighbor = alice_client.get(reverse("studio:row_detail", args=[cleanset.pk, 1]))
    assert len(neighbor.content) < 30_000


@pytest.mark.parametrize("text", NASTY)
def test_names_of_columns_and_classes_are_shown_as_text_everywhere(
    text, cleanset, alice, alice_client
):
    dataset, project = cleanset.project.dataset, cleanset.project
    dataset.profiles[0]["name"] = project.label_column = dataset.name = project.name = text
    project.feature_schema[0]["name"] = text
    dataset.save()
    project.save()
    cleanset.classes = ["no", text]
    cleanset.save()
    decide_row(cleanset=cleanset, row_id=2, action="label", label=text, user=alice)
    pages = ("project_detail", "cleanset_history", "cleanset_analytics", "cleanset_export_form")
    urls = [f"{url_of(cleanset, name)}?preset=all&given={text}" for name in pages]
    urls.append(reverse("studio:row_detail", args=[cleanset.pk, 2]))
    for url in urls:
        shown = alice_client.get(url).content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert 'href="javascript' not in shown
        assert "{{ 7|add:7 }}" in shown or text != NASTY[-1]
