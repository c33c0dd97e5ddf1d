"""What the client asks of datasets, request by request."""

import pytest
from django.core.cache import cache

from studio.datasets import create_dataset
from studio.models import Dataset, Project

from ..factories import make_cleanset
from ..inline_jobs import run_all_jobs
from .asking import Asking

pytestmark = pytest.mark.django_db

ROWS = [
    f"{i},a film that is number {i} of many,{('good', 'bad')[i % 2]},{i * 7.5},same"
    f',"{("red,blue", "red", "blue,green")[i % 3]}",{i % 3}'
    for i in range(40)
]
CSV = "\n".join(["customer_id,text,label,price,constant,tags,stars", *ROWS])


@pytest.fixture(autouse=True)
def _counts_from_zero():
    cache.clear()


@pytest.fixture
def ask(client, alice):
    return Asking(client, alice)


@pytest.fixture
def films(alice, tmp_path):
    return read(alice, tmp_path, "films.csv")


def read(user, folder, file_name, content=CSV):
    (folder / "upload").write_text(content)
    dataset = create_dataset(
        user=user,
        workspace=user.workspaces.get(),
        name=file_name.rpartition(".")[0],
        file_name=file_name,
        path=folder / "upload",
    )
    run_all_jobs()
    dataset.refresh_from_db()
    return dataset


def details(ask, dataset, **query):
    return ask.get(f"projects/dataset_details/{dataset.hex_id}", **query)


@pytest.mark.parametrize(
    ("task", "label"),
    [
        ("multi-class", "label"),
        ("multi-label", "tags"),
        ("regression", "stars"),
        ("unsupervised", None),
        ("anything", "label"),
        (None, "label"),
    ],
)
def test_columns_are_guessed_for_the_task(task, label, ask, films):
    found = details(ask, films, **({"tasktype": task} if task else {}))
    assert found["label_column_guess"] == label
    assert found["text_column_guess"] == "text"
    assert found["distinct_columns"] == ["text", "label", "price", "tags", "stars"]


def test_ids_with_and_without_dashes_are_the_same(ask, films):
    assert ask.get(f"projects/dataset_details/{films.pk}") == details(ask, films)


def test_of_a_dataset_that_could_not_be_read_nothing_is_guessed(ask, alice, tmp_path):
    broken = read(alice, tmp_path, "broken.csv", "a,b\n1,2\n1,2,3\n")
    for address in ("projects/dataset_details/{}", "cli/v0/datasets/{}/schema"):
        answer = ask("GET", address.format(broken.hex_id))
        assert (answer.status_code, "not ready" in answer.json()["error"]) == (400, True)
    assert ask.get(f"cli/v0/datasets/{broken.hex_id}/complete") == {"complete": False}
    named = ask("GET", "datasets/dataset_id_for_name", dataset_name="broken")
    assert "3" in named.json()["error"]


@pytest.mark.parametrize(
    ("file_name", "asked"),
    [
        ("reviews.json", ["reviews", "reviews.json", "reviews.v1"]),
        ("my ds.json", ["my ds", "my ds.v1"]),
        ("films.csv", ["films", "films.csv"]),
        ("schön.csv", ["schön", "schön.csv"]),
    ],
)
def test_a_dataset_is_found_under_each_name_it_was_sent_with(file_name, asked, ask, films):
    Dataset.objects.update(file_name=file_name, name=file_name.rpartition(".")[0])
    for name in asked:
        found = ask.get("datasets/dataset_id_for_name", dataset_name=name)
        assert found == {"dataset_id": films.hex_id}


@pytest.mark.parametrize("name", ["", ".", "..", "/", "nothing", "\0", "x" * 3000, "fil"])
def test_other_names_find_nothing_yet(name, ask, films):
    assert ask.get("datasets/dataset_id_for_name", dataset_name=name) == {"dataset_id": None}
    assert ask.get("datasets/dataset_id_for_name") == {"dataset_id": None}


def test_of_equal_names_the_newest_counts(ask, alice, films, tmp_path):
    newer = read(alice, tmp_path, "films.csv")
    found = ask.get("datasets/dataset_id_for_name", dataset_name="films")
    assert found == {"dataset_id": newer.hex_id}
    Dataset.objects.filter(pk=newer.pk).update(status="ingesting")
    found = ask.get("datasets/dataset_id_for_name", dataset_name="films")
    assert found == {"dataset_id": None}


def test_names_of_others_find_nothing(client, bob, films):
    found = Asking(client, bob).get("datasets/dataset_id_for_name", dataset_name="films")
    assert found == {"dataset_id": None}


def test_a_schema_says_the_types_found_or_asked_for(ask, films):
    address = f"cli/v0/datasets/{films.hex_id}/schema"
    types = {c["name"]: c["column_type"] for c in ask.get(address)["schema"]}
    assert (types["stars"], types["price"], types["text"]) == ("integer", "float", "string")
    body = {
        "dataset_id": films.hex_id,
        "schema_updates": [{"name": "stars", "column_type": "string"}],
    }
    assert ask("PATCH", "upload/v1/schema", body).json() == {}
    run_all_jobs()
    types = {c["name"]: c["column_type"] for c in ask.get(address)["schema"]}
    assert types["stars"] == "string"


def test_a_schema_on_which_projects_rest_stays(ask, alice, tmp_path):
    dataset = make_cleanset(alice, tmp_path).project.dataset
    body = {"dataset_id": dataset.hex_id, "schema_updates": []}
    assert "projects rest on it" in ask("PATCH", "upload/v1/schema", body).json()["error"]
    unknown = body | {"schema_updates": [{"name": "x", "column_type": "string"}]}
    assert ask("PATCH", "upload/v1/schema", unknown).status_code == 404


def test_columns_are_judged_one_by_one(ask, films):
    def judge(what, column):
        return next(iter(ask.get(f"datasets/{what}/{films.hex_id}/{column}").values()))

    assert judge("diversity", "label") is True
    assert judge("diversity", "constant") is False
    assert judge("check_valid_multilabel", "tags") is True
    assert judge("check_valid_multilabel", "label") is False
    assert ask("GET", f"datasets/diversity/{films.hex_id}/a/b").status_code == 404


def test_earlier_clients_hear_what_they_ask(ask, films, settings):
    assert ask.get(f"cli/v0/datasets/{films.hex_id}/complete") == {"complete": True}
    assert ask("PATCH", f"cli/v0/datasets/{films.hex_id}/complete").json() == {"complete": True}
    limit = {"file_size": settings.MAX_UPLOAD_BYTES, "modality": "text"}
    assert ask("POST", "cli/v0/check_dataset_limit", limit).json() == {}
    limit["file_size"] += 1
    assert "larger than" in ask("POST", "cli/v0/check_dataset_limit", limit).json()["error"]


def test_a_dataset_is_deleted_with_its_projects(ask, alice, tmp_path):
    dataset = make_cleanset(alice, tmp_path).project.dataset
    answer = ask("DELETE", f"datasets/{dataset.hex_id}")
    assert (answer.status_code, answer.json()) == (200, {})
    assert not Project.objects.exists()
    for method, address in (("DELETE", "datasets/{}"), ("GET", "projects/dataset_details/{}")):
        answer = ask(method, address.format(dataset.hex_id))
        assert (answer.status_code, "no dataset" in answer.json()["error"]) == (404, True)


@pytest.mark.parametrize(
    "address",
    [
        "v0/trustworthy_llm/prompt",
        "enrichment/v0/projects",
        "cli/v0/media_upload/presigned_posts",
        "datasets/zzz",
        "projects/dataset_details/123",
        "upload/v1/confirm/",
        "nothing",
    ],
)
def test_what_is_not_here_is_said_in_json_and_leads_nowhere_else(address, ask):
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = ask(method, address)
        assert answer.status_code == 404
        assert answer.json() == {"error": "This is not available in this server."}
