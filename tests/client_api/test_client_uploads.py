"""Scripts and command lines of users that upload, against a running product."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen
from uuid import UUID

import openpyxl
import pytest

from ..receivers import receiving, respond

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("client")]

CSV = "text,label,stars\n" + "".join(
    f'"a film, number {i}",{("good", "bad")[i % 2]},{i % 5}\n' for i in range(30)
)
READ = """
import json
from studio.models import Dataset
from studio.files import local_path
import pyarrow.parquet as pq
dataset = Dataset.objects.get(pk="{dataset_id}")
table = pq.read_table(local_path(dataset.table_file))
print(json.dumps({{
    "name": dataset.name,
    "n_rows": dataset.n_rows,
    "asked": dataset.asked_types,
    "types": {{p["name"]: p["label_type"] for p in dataset.profiles}},
    "bytes": dataset.upload_file.size_bytes,
    "first": table.column(0).slice(0, 5).to_pylist(),
}}))
"""


@pytest.fixture
def read_dataset(studio):
    def read(dataset_id):
        code = READ.format(dataset_id=UUID(dataset_id))
        return json.loads(studio.manage("shell", "--no-imports", "-c", code))

    return read


def test_a_frame_arrives_whole_in_parts(run_client, read_dataset):
    said = run_client("upload_frame.py", ROWS="1200", WORDS="2200")
    assert said["found"] == said["dataset_id"]
    read = read_dataset(said["dataset_id"])
    assert read["bytes"] > 2 * 16 * 1024 * 1024
    assert (read["name"], read["n_rows"]) == ("reviews", 1200)
    assert read["first"] == said["odd"]
    assert read["asked"] == {"label": "string"}
    assert read["types"] == {
        "text": "string",
        "label": "string",
        "stars": "float",
        "day": "integer",
    }


def test_files_arrive_by_their_paths(run_client, read_dataset, tmp_path):
    rows = [line.rsplit(",", 2) for line in CSV.splitlines()]
    (tmp_path / "films.csv").write_text(CSV)
    records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    (tmp_path / "films.json").write_text(json.dumps(records))
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "films.xlsx")
    names = ["films.csv", "films.json", "films.xlsx"]
    said = run_client(
        "upload_files.py", UPLOADS=json.dumps([[str(tmp_path / n), None] for n in names])
    )
    for dataset_id in said:
        read = read_dataset(dataset_id)
        assert (read["name"], read["n_rows"]) == ("films", 30)


def test_what_is_wrong_with_a_file_is_raised_within_seconds(run_client, tmp_path):
    files = {
        "jagged.csv": ("a,b\n1,2\n3,4,5\n", None),
        "empty.csv": ("", None),
        "typed.csv": (CSV, [{"name": "label", "column_type": "integer"}]),
        "images.csv": (CSV, [{"name": "text", "column_type": "image_external"}]),
    }
    for name, (text, _) in files.items():
        (tmp_path / name).write_text(text)
    uploads = [[str(tmp_path / name), schema] for name, (_, schema) in files.items()]
    said = dict(zip(files, run_client("upload_files.py", UPLOADS=json.dumps(uploads)), strict=True))
    assert said["jagged.csv"].startswith("IngestionError: RAGGED_ROWS: Line 3 has 3 fields")
    assert "EMPTY_FILE: The file is empty." in said["empty.csv"]
    assert "WRONG_TYPE: Column 'label' was to hold whole numbers, but row 1" in said["typed.csv"]
    assert said["images.csv"].startswith("APIError: The column 'text' is to hold images")


def test_an_address_is_fetched_by_the_server(run_client, read_dataset):
    with receiving(lambda handler: respond(handler, 200, CSV.encode())) as server:
        uploads = [
            [server.url("/films%20of%202024.csv"), [{"name": "stars", "column_type": "float"}]],
            ["http://192.168.0.1/a.csv", None],
        ]
        said = run_client("upload_files.py", UPLOADS=json.dumps(uploads))
    read = read_dataset(said[0])
    assert (read["name"], read["n_rows"]) == ("films of 2024", 30)
    assert read["types"]["stars"] == "float"
    assert "Error: " in said[1]
    assert "192.168.0.1" in said[1]


def test_the_command_line_uploads_with_a_schema(run_cli, read_dataset, api_key, tmp_path):
    (tmp_path / "films.csv").write_text(CSV)
    (tmp_path / "jagged.csv").write_text("a,b\n1,2,3\n")
    (tmp_path / "schema.json").write_text('[{"name": "stars", "column_type": "string"}]')
    assert run_cli("login", "--key", api_key).code == 0
    done = run_cli("dataset", "upload", tmp_path / "films.csv", "-s", tmp_path / "schema.json")
    assert done.code == 0, done.errors
    read = read_dataset(re.search(r"dataset ID = (\w{32})", done.output).group(1))
    assert (read["n_rows"], read["types"]["stars"]) == (30, "string")
    refused = run_cli("dataset", "upload", tmp_path / "jagged.csv")
    assert (refused.code, "RAGGED_ROWS" in refused.errors) == (1, True)


def test_a_dataset_goes_with_its_projects(run_client, other_key, tmp_path):
    (tmp_path / "films.csv").write_text(CSV)
    said = run_client("delete_dataset.py", DATA=str(tmp_path / "films.csv"), OTHER_KEY=other_key)
    missing = "There is no {} with this address."
    assert said == [
        missing.format("dataset"),
        missing.format("dataset"),
        "done",
        missing.format("dataset"),
        missing.format("dataset"),
        missing.format("project"),
        missing.format("cleanset"),
    ]


def test_a_hundred_polls_at_once_are_all_answered(studio, api_key, run_client, tmp_path):
    (tmp_path / "films.csv").write_text(CSV)
    uploads = json.dumps([[str(tmp_path / "films.csv"), None]])
    (dataset_id,) = run_client("upload_files.py", UPLOADS=uploads)

    def poll(_):
        request = Request(
            f"{studio.url}/api/datasets/dataset_id_for_name?dataset_name=films.csv",
            headers={"Authorization": f"bearer {api_key}"},
        )
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)

    with ThreadPoolExecutor(100) as pool:
        assert list(pool.map(poll, range(100))) == [{"dataset_id": dataset_id}] * 100
