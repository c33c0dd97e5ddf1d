"""Corrections from a file: what is taken, what is refused in words, and undo of all of it."""

import io
import json
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from studio import importing
from studio.decisions import decide_row
from studio.files import local_path
from studio.models import Cleanset, DecisionEvent, DecisionImport, Membership, User
from studio.tags import toggle_needs_review
from studio.undo import undo_batch

from ..factories import GIVEN, TEXTS, make_cleanset, store, write_table
from ..inline_jobs import run_all_jobs

pytestmark = pytest.mark.django_db

PATCH = "row_id,column,old,new,by,when,source\n"
EXPORT = "text,label,cleanlab_row_ID,cleanlab_corrected_label,cleanlab_action\n"
OLD = "This version can only be read: there is a newer one. Decide there."


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def send(alice_client, cleanset):
    """Upload, and what the page answers."""

    def send(content, name="patch.csv", into=None, **choices):
        content = content.encode() if isinstance(content, str) else content
        fields = {"replaces_decided": "no", "first_row_id": "0", "idempotency_key": uuid4().hex}
        fields |= choices | {"file": SimpleUploadedFile(name, content)}
        url = reverse("studio:import_create", args=[(into or cleanset).pk])
        return alice_client.post(url, fields)

    return send


@pytest.fixture
def bring(send):
    """Upload, and let the worker read it."""

    def bring(content, name="patch.csv", **options):
        answer = send(content, name, **options)
        assert answer.status_code == 302, answer.content.decode()
        run_all_jobs()
        return DecisionImport.objects.latest("created_at")

    return bring


def states(cleanset):
    return {d.row_id: (d.action, d.corrected_label) for d in cleanset.decisions.all()}


def decide(cleanset, *decisions):
    for row_id, action, label in decisions:
        user = cleanset.created_by
        decide_row(cleanset=cleanset, row_id=row_id, action=action, label=label, user=user)


def export_of(client, cleanset, **query):
    url = reverse("studio:cleanset_export", args=[cleanset.pk])
    return client.get(url, query).getvalue()


def problems(made):
    return [(problem["line"], problem["reason"]) for problem in made.problems]


# --- There and back ------------------------------------------------------------------------------

DECIDED = ((0, "keep", None), (1, "exclude", None), (2, "auto-fix", "yes"), (5, "label", "maybe"))


@pytest.mark.parametrize("form", ["csv", "spreadsheet"])
@pytest.mark.parametrize("rows", ["patch", "everything"])
def test_what_was_decided_comes_back(rows, form, alice_client, alice, tmp_path, cleanset, bring):
    decide(cleanset, *DECIDED)
    other = make_cleanset(alice, tmp_path)
    content = export_of(alice_client, cleanset, rows=rows, format=form)
    made = bring(content, into=other)
    assert (made.status, made.n_decided, made.n_unfit) == ("done", 4, 0)
    assert states(other) == states(cleanset)


def test_a_default_export_says_by_its_gaps_what_was_excluded(
    alice_client, alice, tmp_path, cleanset, bring
):
    decide(cleanset, *DECIDED)
    content = export_of(alice_client, cleanset, rows="default")
    other = make_cleanset(alice, tmp_path)
    bring(content, into=other)
    assert 1 not in states(other)
    bring(content, into=other, excludes_left_out="on")
    assert states(other) == states(cleanset)


@pytest.mark.parametrize("form", ["csv", "spreadsheet"])
def test_sets_of_labels_come_back(form, alice_client, alice, tmp_path, bring):
    first, second = (make_cleanset(alice, tmp_path, "multi-label") for _ in range(2))
    decide(first, (0, "label", 'b, a,"x,y"'), (1, "label", ""), (2, "keep", None))
    decide(first, (3, "exclude", None), (5, "label", "=no,yes"))
    bring(export_of(alice_client, first, rows="patch", format=form), into=second)
    assert states(second) == states(first)


def test_decisions_of_an_earlier_version_are_in_the_patch_of_the_next(
    alice_client, alice, tmp_path, cleanset, bring
):
    decide(cleanset, (0, "label", "maybe"), (1, "exclude", None), (3, "label", "yes"))
    second = Cleanset.objects.create(
        workspace=cleanset.workspace,
        created_by=alice,
        project=cleanset.project,
        version=2,
        previous=cleanset,
        status="ready",
    )
    decide(second, (0, "keep", None), (2, "keep", None))
    other = make_cleanset(alice, tmp_path)
    bring(export_of(alice_client, second, rows="patch"), into=other)
    # What the second version kept is not what the dataset says: it has to be set.
    assert states(other) == {
        0: ("label", "maybe"),
        1: ("exclude", None),
        2: ("keep", None),
        3: ("label", "yes"),
    }


def test_a_label_like_a_formula_survives_a_spreadsheet(
    alice_client, alice, tmp_path, cleanset, bring
):
    decide(cleanset, (0, "label", "=1+1"), (2, "label", "-2"), (3, "label", "'quoted"))
    other = make_cleanset(alice, tmp_path)
    bring(export_of(alice_client, cleanset, rows="patch", format="spreadsheet"), into=other)
    assert states(other) == states(cleanset)


def test_a_dataset_label_like_a_formula_fits_its_patch_of_a_spreadsheet(
    alice_client, cleanset, bring, tmp_path
):
    labels = ["=yes", "no", "no", "no", "yes", ""]
    path = write_table(tmp_path, {"c0": TEXTS, "c1": labels})
    local_path(cleanset.project.dataset.table_file).write_bytes(path.read_bytes())
    bring(PATCH + "0,label,'=yes,'=no,,,label\n")
    assert states(cleanset) == {0: ("label", "=no")}
    made = bring(EXPORT + "good,'=yes,0,no,label\n")
    assert made.error_code == "ROWS_DO_NOT_FIT"


def test_an_apostrophe_that_a_class_begins_with_stays(cleanset, bring):
    Cleanset.objects.filter(pk=cleanset.pk).update(classes=["no", "yes", "'=x"])
    bring(PATCH + "0,label,yes,'=x,,,label\n")
    assert states(cleanset) == {0: ("label", "'=x")}


# --- Exports of Cleanlab Studio ------------------------------------------------------------------


def test_each_action_of_an_export_means_what_it_says(cleanset, bring):
    made = bring(
        EXPORT + "good,yes,0,,Keep\nbad,no,1,,exclude\nfine,no,2,yes,auto-fix\n"
        "poor,no,3,maybe,label\nnice,yes,4,,unresolved\nawful,,5,,\n"
    )
    assert (made.n_lines, made.n_decided) == (6, 4)
    assert states(cleanset) == {
        0: ("keep", None),
        1: ("exclude", None),
        2: ("auto-fix", "yes"),
        3: ("label", "maybe"),
    }


def test_an_older_export_has_no_action(cleanset, bring):
    bring("cleanlab_row_ID,cleanlab_corrected_label\n0,\n1,-\n2, yes \n")
    assert states(cleanset) == {1: ("exclude", None), 2: ("label", "yes")}


def test_an_export_of_the_api_has_no_prefix_and_counts_from_one_where_it_says_so(cleanset, bring):
    content = (
        "cleanlab_row_ID,corrected_label,action,needs_review\n3,yes,auto-fix,True\n6,no,label,\n"
    )
    refused = bring(content)
    assert [line for line, _ in problems(refused)] == [3]
    assert "unless the file counts from 1" in problems(refused)[0][1]
    made = bring(content, first_row_id="1")
    assert states(cleanset) == {2: ("auto-fix", "yes"), 5: ("label", "no")}
    assert (made.n_tagged, [tag.row_id for tag in cleanset.tags.all()]) == (1, [2])


def test_tags_come_back_and_are_set_once(alice_client, alice, tmp_path, cleanset, bring):
    for row_id in (3, 4):
        toggle_needs_review(cleanset=cleanset, row_id=row_id, user=alice)
    other = make_cleanset(alice, tmp_path)
    toggle_needs_review(cleanset=other, row_id=3, user=alice)
    made = bring(export_of(alice_client, cleanset, rows="everything"), into=other)
    assert (made.status, made.n_decided, made.n_tagged) == ("done", 0, 1)
    assert sorted(tag.row_id for tag in other.tags.all()) == [3, 4]
    assert undo_batch(cleanset=other, batch_id=made.batch_id, user=alice) == 1
    assert [tag.row_id for tag in other.tags.all()] == [3]


def test_decisions_and_tags_of_an_import_are_one_step(cleanset, bring, alice):
    content = (
        "cleanlab_row_ID,corrected_label,action,needs_review\n3,yes,auto-fix,True\n4,no,label,\n"
    )
    made = bring(content, first_row_id="1")
    assert (made.n_decided, made.n_tagged) == (2, 1)
    assert undo_batch(cleanset=cleanset, batch_id=made.batch_id, user=alice) == 2
    assert states(cleanset) == {}
    assert not cleanset.tags.exists()


def test_columns_of_a_dataset_that_was_an_export_itself_are_not_taken_for_ours(
    alice_client, cleanset, bring
):
    dataset = cleanset.project.dataset
    dataset.profiles[0]["name"] = "cleanlab_action"
    dataset.save()
    decide(cleanset, (2, "label", "maybe"))
    content = export_of(alice_client, cleanset, rows="everything")
    assert b"cleanlab_action_2" in content
    assert bring(content, replaces_decided="yes").n_decided == 1
    assert states(cleanset) == {2: ("label", "maybe")}


@pytest.mark.parametrize("name", ["p.xlsx", "p.json", "p.jsonl"])
def test_other_formats_than_csv_are_read(name, cleanset, bring):
    line = {"row_id": 2, "column": "label", "old": "no", "new": "yes", "source": "label"}
    if name == "p.xlsx":
        book, buffer = openpyxl.Workbook(), io.BytesIO()
        for row in (list(line), list(line.values())):
            book.active.append(row)
        book.save(buffer)
        content = buffer.getvalue()
    else:
        content = json.dumps([line] if name == "p.json" else line)
    bring(content, name)
    assert states(cleanset) == {2: ("label", "yes")}


# --- What does not fit ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2,label,yes,maybe,,,label", "“no” in the dataset, but “yes” in the file"),
        ("5,label,yes,maybe,,,label", "empty in the dataset, but “yes”"),
        ("2,label,,maybe,,,label", "“no” in the dataset, but empty in the file"),
        ("2,text,no,maybe,,,label", "about the column “text”"),
        ("6,label,no,maybe,,,label", "no row with the id 6: ids are 0 to 5"),
        ("-1,label,no,maybe,,,label", "“-1” is no whole number"),
        ("2.0,label,no,maybe,,,label", "“2.0” is no whole number"),
        (",label,no,maybe,,,label", "“” is no whole number"),
        ("99999999999999999999999,label,no,maybe,,,label", "no whole number"),
        ("2,label,no,Suggested Label,,,label", "may not be named"),
        (f"2,label,no,{'x' * 501},,,label", "at most 500 characters"),
        ("2,label,no,,,,label", "there is no label"),
        ("2,label,no,yes,,,relabel", "“relabel” is none of"),
    ],
)
def test_a_line_that_does_not_fit_stops_everything(line, reason, cleanset, bring, alice_client):
    made = bring(PATCH + f"0,label,yes,no,,,label\n{line}\n")
    assert (made.status, made.error_code, made.n_unfit) == ("failed", "ROWS_DO_NOT_FIT", 1)
    assert [place for place, _ in problems(made)] == [3]
    assert reason in problems(made)[0][1]
    assert (states(cleanset), DecisionEvent.objects.count()) == ({}, 0)
    page = alice_client.get(reverse("studio:import_detail", args=[made.pk])).content.decode()
    assert "1 of 2 rows do not fit" in page


@pytest.mark.parametrize("cell", ["1.0", "01", "'1"])
def test_numbers_are_not_forgiven_their_spelling(cell, cleanset, bring, tmp_path):
    path = write_table(tmp_path, {"c0": TEXTS, "c1": ["1", *"12121"]})
    local_path(cleanset.project.dataset.table_file).write_bytes(path.read_bytes())
    assert bring(EXPORT + f"good,{cell},0,2,label\n").status == "failed"
    assert bring(EXPORT + "good, 1 ,0,2,label\n").status == "done"


def test_of_a_row_that_is_there_twice_no_line_counts(cleanset, bring):
    content = PATCH + "2,label,no,yes,,,label\n0,label,yes,,,,exclude\n2,label,no,maybe,,,label\n"
    assert problems(bring(content))[0][0] == 4
    made = bring(content, imports_what_fits="on")
    assert (made.n_decided, made.n_unfit) == (1, 2)
    assert states(cleanset) == {0: ("exclude", None)}


def test_the_rows_that_fit_are_imported_where_asked_for(cleanset, bring):
    made = bring(PATCH + "2,label,yes,no,,,label\n0,label,yes,no,,,label\n", imports_what_fits="on")
    assert (made.status, made.n_decided, made.n_unfit) == ("done", 1, 1)
    assert states(cleanset) == {0: ("label", "no")}


def test_a_line_that_does_not_fit_is_no_gap(cleanset, bring):
    bring(
        EXPORT + "bad,yes,1,,\n" + "".join(f"x,{GIVEN[i] or ''},{i},,\n" for i in (0, 3, 4, 5)),
        imports_what_fits="on",
        excludes_left_out="on",
    )
    assert states(cleanset) == {2: ("exclude", None)}


def test_only_the_first_lines_are_listed(cleanset, bring):
    made = bring(PATCH + "".join(f"{i},label,x,y,,,label\n" for i in range(100, 150)))
    assert (made.n_unfit, len(made.problems)) == (50, 10)


def test_a_row_that_left_with_an_earlier_version_cannot_be_labelled(
    alice, tmp_path, cleanset, bring
):
    issues = {"row_id": [0, 2], "given_label": ["yes", "no"]}
    cleanset.issues_file = store(cleanset.workspace, "cleansets", write_table(tmp_path, issues))
    cleanset.save()
    made = bring(PATCH + "1,label,no,yes,,,label\n")
    assert "excluded in an earlier version" in problems(made)[0][1]
    made = bring(PATCH + "1,label,no,,,,exclude\n2,label,no,yes,,,label\n")
    assert states(cleanset) == {2: ("label", "yes")}


def test_a_patch_has_no_gaps_that_mean_anything(cleanset, bring):
    made = bring(PATCH + "2,label,no,yes,,,label\n", excludes_left_out="on")
    assert (made.status, made.error_code) == ("failed", "PATCH_LEAVES_OUT")
    assert states(cleanset) == {}


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("<html><body>Sign in</body></html>", "patch.csv", ""),
        ("text,label\ngood,yes\n", "patch.csv", "no column “cleanlab_row_ID”"),
        ("cleanlab_row_ID,label\n0,yes\n", "p.csv", "no column “cleanlab_corrected_label”"),
        ("=cmd|' /C calc'!A0,b\n1,2\n", "patch.csv", "neither a patch nor an export"),
        (",".join(f"c{i}" for i in range(1000)) + "\n" + "1," * 999 + "1\n", "wide.csv", "neither"),
        (",".join(f"c{i}" for i in range(1001)) + "\n" + "1," * 1000 + "1\n", "w.csv", "1,001"),
        (PATCH, "patch.csv", "no data rows"),
        ("", "patch.csv", "empty"),
        ("x", "patch.exe", ""),
        (b"PK\x03\x04 nothing", "patch.xlsx", ""),
    ],
)
def test_a_file_that_is_none_of_corrections_is_refused_on_the_form(content, name, says, send):
    answer = send(content, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert '<div class="errors" data-upload-error role="alert">' in answer.content.decode()
    assert not DecisionImport.objects.exists()


def test_a_file_that_breaks_off_in_the_middle_imports_nothing(cleanset, bring):
    made = bring(PATCH + "2,label,no,yes,,,label\n3,label\n")
    assert made.status == "failed"
    assert made.error_message
    assert states(cleanset) == {}


# --- What is decided already, versions, undo -----------------------------------------------------


def test_decided_rows_are_left_or_replaced_as_asked(cleanset, bring):
    decide(cleanset, (2, "keep", None))
    content = PATCH + "2,label,no,yes,,,label\n0,label,yes,no,,,label\n"
    made = bring(content)
    assert (made.n_decided, made.n_left) == (1, 1)
    assert states(cleanset) == {0: ("label", "no"), 2: ("keep", None)}
    made = bring(content, replaces_decided="yes")
    assert (made.n_decided, made.n_left) == (2, 0)
    assert states(cleanset)[2] == ("label", "yes")


def test_an_import_is_one_batch_and_undone_whole(cleanset, bring, alice, alice_client):
    decide(cleanset, (0, "keep", None))
    content = PATCH + "0,label,yes,no,,,label\n1,label,no,,,,exclude\n2,label,no,yes,,,auto-fix\n"
    made = bring(content, replaces_decided="yes")
    cleanset.refresh_from_db()
    assert cleanset.revision == 2
    url = reverse("studio:cleanset_history", args=[cleanset.pk])
    assert "Imported from “patch.csv”" in alice_client.get(url).content.decode()
    assert undo_batch(cleanset=cleanset, batch_id=made.batch_id, user=alice) == 3
    assert states(cleanset) == {0: ("keep", None)}


def test_the_page_of_an_import_undoes_it(cleanset, bring, alice_client):
    made = bring(PATCH + "2,label,no,yes,,,label\n")
    page = reverse("studio:import_detail", args=[made.pk])
    undo = reverse("studio:batch_undo", args=[cleanset.pk, made.batch_id])
    assert undo in alice_client.get(page).content.decode()
    alice_client.post(undo)
    assert states(cleanset) == {}
    shown = alice_client.get(page).content.decode()
    assert undo not in shown
    assert "undone since" in shown


def test_of_two_imports_at_once_the_second_leaves_what_the_first_decided(cleanset, send):
    send(PATCH + "2,label,no,yes,,,label\n")
    send(PATCH + "2,label,no,maybe,,,label\n3,label,no,,,,exclude\n")
    run_all_jobs()
    first, second = DecisionImport.objects.order_by("created_at")
    assert (first.n_decided, second.n_decided, second.n_left) == (1, 1, 1)
    assert states(cleanset) == {2: ("label", "yes"), 3: ("exclude", None)}


def test_a_version_that_is_replaced_in_the_meantime_gets_nothing(cleanset, send, alice):
    send(PATCH + "2,label,no,yes,,,label\n")
    make_newer(cleanset)
    run_all_jobs()
    made = DecisionImport.objects.get()
    assert (made.status, made.error_message) == ("failed", OLD)
    assert states(cleanset) == {}


def test_a_version_that_is_replaced_while_the_file_is_read_gets_nothing(
    cleanset, send, monkeypatch
):
    read = importing._read

    def read_and_replace(run, asked):
        found = read(run, asked)
        make_newer(cleanset)
        return found

    monkeypatch.setattr("studio.importing._read", read_and_replace)
    send(PATCH + "2,label,no,yes,,,label\n")
    run_all_jobs()
    assert DecisionImport.objects.get().error_message == OLD
    assert states(cleanset) == {}


def test_an_old_version_takes_no_import(cleanset, send, alice_client):
    make_newer(cleanset)
    url = reverse("studio:import_create", args=[cleanset.pk])
    assert OLD in alice_client.get(url, follow=True).content.decode()
    answer = send(PATCH + "2,label,no,yes,,,label\n")
    assert (answer.status_code, OLD in answer.content.decode()) == (422, True)
    review = reverse("studio:project_version", args=[cleanset.project_id, 1])
    assert url not in alice_client.get(review).content.decode()


def make_newer(cleanset):
    Cleanset.objects.create(
        workspace=cleanset.workspace, project=cleanset.project, version=2, previous=cleanset
    )


# --- The pages -----------------------------------------------------------------------------------


def test_the_review_and_the_export_page_lead_to_the_form(cleanset, alice_client):
    url = reverse("studio:import_create", args=[cleanset.pk])
    review = reverse("studio:project_detail", args=[cleanset.project_id])
    export = reverse("studio:cleanset_export_form", args=[cleanset.pk])
    for page in (review, export):
        assert url in alice_client.get(page).content.decode()
    shown = alice_client.get(url).content.decode()
    assert 'name="excludes_left_out"' in shown
    assert "checked" not in shown.split('name="excludes_left_out"')[1].split(">")[0]


def test_the_page_polls_while_the_file_is_read_and_then_stops(cleanset, send, alice_client):
    send(PATCH + "2,label,no,yes,,,label\n")
    made = DecisionImport.objects.get()
    state = reverse("studio:import_status", args=[made.pk])
    assert f'hx-get="{state}"' in alice_client.get(state).content.decode()
    run_all_jobs()
    assert "hx-get" not in alice_client.get(state).content.decode()
    assert "Rows decided" in alice_client.get(state).content.decode()


def test_cells_of_the_file_are_shown_as_text(cleanset, bring, alice_client):
    made = bring(PATCH + "2,label,<img src=x>,yes,,,label\n", name="<b>.csv")
    page = alice_client.get(reverse("studio:import_detail", args=[made.pk])).content.decode()
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page
    assert "<b>.csv" not in page


def test_pressing_twice_imports_once(cleanset, send):
    key = uuid4().hex
    for _ in range(2):
        send(PATCH + "2,label,no,yes,,,label\n", idempotency_key=key)
    assert DecisionImport.objects.count() == 1


def test_the_upload_goes_when_it_was_read(cleanset, bring):
    for content in ("2,label,no,yes,,,label\n", "2,label,x,yes,,,label\n"):
        made = bring(PATCH + content)
        assert made.upload_file.purge_after is not None


def test_a_failure_of_ours_is_told_and_the_upload_goes(cleanset, send, monkeypatch):
    def fail(*_):
        raise ValueError

    monkeypatch.setattr("studio.importing._read", fail)
    send(PATCH + "2,label,no,yes,,,label\n")
    run_all_jobs()
    made = DecisionImport.objects.get()
    assert (made.status, made.error_code) == ("failed", "INTERNAL")
    assert made.upload_file.purge_after is not None


def test_a_viewer_sees_what_came_of_it_and_cannot_undo(cleanset, bring, client, alice):
    made = bring(PATCH + "2,label,no,yes,,,label\n")
    viewer = User.objects.create_user("viewer@example.org")
    Membership.objects.create(workspace=alice.workspaces.get(), user=viewer, role="viewer")
    client.force_login(viewer)
    page = client.get(reverse("studio:import_detail", args=[made.pk])).content.decode()
    assert "Rows decided" in page
    assert "Undo" not in page
    assert client.get(reverse("studio:import_create", args=[cleanset.pk])).status_code == 403


def test_bob_does_not_see_what_alice_imports(cleanset, bring, client, bob):
    made = bring(PATCH + "2,label,no,yes,,,label\n")
    client.force_login(bob)
    for name in ("import_detail", "import_status"):
        assert client.get(reverse(f"studio:{name}", args=[made.pk])).status_code == 404
