"""The reader as a whole: the corpus of bad inputs, and what every format promises."""

import json
import pickle
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pytest

from automl.errors import InputError, TableWarning
from automl.tables import Limits, check_file_name, open_table
from tests.automl.table_files import read, read_path, refuse

CORPUS = Path(__file__).parents[1] / "bad_inputs"
CASES = json.loads((CORPUS / "expectations.json").read_text())
CANARIES = {case["canary"] for case in CASES.values() if "canary" in case}


def choose(context, expect):
    return [n for n, c in CASES.items() if c["context"] == context and c["expect"] == expect]


def read_case(name):
    return read_path(CORPUS / name, CASES[name].get("upload_as", name.rpartition("/")[2]))


@pytest.fixture(autouse=True)
def _no_canary(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    for folder in (tmp_path, CORPUS, Path("/"), Path("/tmp")):
        names = [path.name for path in folder.iterdir()]
        assert not any(canary in name for name in names for canary in CANARIES)


@pytest.mark.parametrize("name", choose("ingest", "error"))
def test_a_bad_file_is_refused_with_its_code_message_and_line(name):
    case = CASES[name]
    start = time.monotonic()

    with pytest.raises(InputError) as caught:
        read_case(name)

    error = caught.value
    assert (error.code, error.line) == (case["code"], case.get("line"))
    # The corpus may leave off the last sentence, which says what to do.
    assert error.message.startswith(case["message"])
    assert len(error.message) <= 200
    assert time.monotonic() - start < case.get("max_seconds", 30)


@pytest.mark.parametrize("name", choose("ingest", "ok"))
def test_an_odd_but_good_file_is_read(name):
    case = CASES[name]

    table = read_case(name)

    assert len(table.rows) == case["rows"]
    assert table.columns == case.get("columns", table.columns)
    assert table.warning_codes == case.get("warnings", [])


@pytest.mark.parametrize("name", choose("project", "ok") + choose("predict", "ok"))
def test_files_that_later_rooms_judge_are_read_row_for_row(name):
    assert len(read_case(name).rows) == CASES[name]["rows"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("predict/text_no_rows.csv", "NO_ROWS"),
        ("predict/text_unclosed.csv", "UNCLOSED_QUOTE"),
        ("predict/empty.csv", "EMPTY_FILE"),
    ],
)
def test_files_for_prediction_are_refused_by_the_same_reader(name, code):
    with pytest.raises(InputError) as caught:
        read_case(name)
    assert caught.value.code == code


def test_the_index_that_the_official_client_writes_is_left_out():
    with_index = read_case("predict/tab_client_index.csv")
    assert with_index.columns == ["age", "city", "income"]
    assert with_index.rows == read_case("predict/tab_ok.csv").rows


def test_no_workbook_can_read_a_file_of_the_host():
    host = Path("/etc/hostname")
    with pytest.raises(InputError) as caught:
        read_case("excel/xxe.xlsx")
    assert not host.exists() or host.read_text().strip() not in caught.value.message


def test_stopping_early_reads_no_further_than_asked(tmp_path):
    path = tmp_path / "data.csv"
    rows = "".join(f"text {i},a\n" for i in range(200_000))
    path.write_text("text,label\n" + rows + 'broken,"row\n')

    with open_table(path, file_name="data.csv") as table:
        assert table.columns == ["text", "label"]
        batch = next(table.batches(max_rows=10))

    assert batch.num_rows == 10
    assert batch.column("c0")[9].as_py() == "text 9"


def test_batches_keep_the_order_of_rows_and_their_size_limit(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(
        "n,q\n" + "".join(f'{i},"a, b"\n' if i % 7 else f"{i},c\n" for i in range(50_000))
    )

    with open_table(path, file_name="data.csv") as table:
        batches = list(table.batches(max_rows=999))

    assert {batch.num_rows for batch in batches[:-1]} == {999}
    numbers = pa.Table.from_batches(batches).column("c0").to_pylist()
    assert numbers == [str(i) for i in range(50_000)]


def test_memory_stays_flat_however_long_the_file(tmp_path):
    peaks = []
    for n_rows in (40_000, 160_000):
        path = tmp_path / "data.csv"
        path.write_text("text,label\n" + '"some, words",a\nplain words,b\n' * n_rows)
        tracemalloc.start()
        with open_table(path, file_name="data.csv") as table:
            assert sum(batch.num_rows for batch in table.batches()) == 2 * n_rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2 < 20 * 2**20


def test_an_empty_csv_cell_is_empty_text_and_a_json_null_is_null():
    assert read("a,b\nx,\n").rows == [("x", "")]
    assert read('[{"a": null, "b": ""}, {"b": "x"}]', "d.json").rows == [(None, ""), (None, "x")]


def test_words_for_nothing_stay_words():
    words = ["NA", "null", "None", "nan", "N/A", "-", "NULL"]
    assert read("w\n" + "\n".join(words) + "\n").rows == [(word,) for word in words]


def test_parquet_is_refused_by_name_and_by_content():
    assert "Parquet" in refuse(b"PAR1" + bytes(100), "data.parquet").message
    assert refuse(b"PAR1" + bytes(100), "data.csv").code == "NOT_TEXT"


def test_an_unknown_encoding_or_delimiter_is_refused():
    assert refuse("a,b\n1,2\n", encoding="unicode_escape").code == "UNKNOWN_ENCODING"
    assert refuse("a,b\n1,2\n", encoding="base64").code == "UNKNOWN_ENCODING"
    assert refuse("a,b\n1,2\n", delimiter='"').code == "UNKNOWN_DELIMITER"


def test_limits_can_be_set_lower():
    assert refuse("a,b,c\n1,2,3\n", limits=Limits(max_columns=2)).code == "TOO_MANY_COLUMNS"
    error = refuse("a,b\nx,y\nx,12345678901\n", limits=Limits(max_field_chars=10))
    assert (error.code, error.line, error.column) == ("FIELD_TOO_LARGE", 3, 2)


@pytest.mark.parametrize("file_name", ["d.csv", "d.json", "d.jsonl", "d.xlsx", "d.zip", "d.csv.gz"])
def test_an_empty_file_of_any_type_is_called_empty(file_name):
    assert refuse(b"", file_name).message == "The file is empty."


def test_errors_and_warnings_survive_other_processes_and_json():
    error = pickle.loads(pickle.dumps(InputError("CODE", "Words.", line=3, column=4)))
    assert (error.code, str(error), error.line, error.column) == ("CODE", "Words.", 3, 4)
    warning = TableWarning("CODE", "Words.", 2, (3, 4))
    assert TableWarning.from_json(json.loads(json.dumps(warning.to_json()))) == warning


def test_reading_pulls_in_neither_pandas_nor_scikit_learn():
    program = (
        "import sys\n"
        "from automl.tables import open_table\n"
        "with open_table(sys.argv[1], file_name='short_rows.csv') as table:\n"
        "    list(table.batches())\n"
        "sys.exit(any(name in sys.modules for name in ('pandas', 'sklearn', 'django')))\n"
    )
    file = CORPUS / "csv" / "short_rows.csv"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program, file], cwd=root, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../../etc/cron.d/x.csv", "x.csv"),
        ("..\\..\\x.csv", "x.csv"),
        ("a\r\nBcc: all@example.org\r\n.csv", "a Bcc: all@example.org .csv"),
        ("\u202evsc.exe.csv", "vsc.exe.csv"),
        ("  padded name.CSV ", "padded name.CSV"),
        ("cafe\u0301.csv", "café.csv"),
        ("<script>alert(1)</script>.csv", "script>.csv"),
        ("données été 数据 😀.csv", "données été 数据 😀.csv"),
        ("con.csv", "con.csv"),
        (".htaccess.csv", ".htaccess.csv"),
        ("data.jsonl.gz", "data.jsonl.gz"),
        ("data.csv. ", "data.csv"),
    ],
)
def test_a_file_name_is_cleaned_for_showing(name, shown):
    assert check_file_name(name) == shown


def test_a_long_file_name_is_cut_and_keeps_its_type():
    shown = check_file_name("n" * 300 + ".csv.gz")
    assert len(shown) == 255
    assert shown.endswith("….csv.gz")


@pytest.mark.parametrize("name", ["", " ", "..", "a/", "x.csv\0.html", "\u202e", "\r\n"])
def test_a_name_that_names_nothing_is_refused(name):
    with pytest.raises(InputError) as caught:
        check_file_name(name)
    assert caught.value.code == "BAD_FILE_NAME"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("d.xls", ".xls"),
        ("d.xlsm", "macros"),
        ("d.xlsb", ".xlsb"),
        ("d.ods", ".ods"),
        ("d.csv.bz2", ".bz2"),
        ("d.gz", ".csv.gz"),
        ("d.xlsx.gz", ".csv.gz"),
        ("d.tar.gz", ".csv.gz"),
        ("data", "no extension"),
        ("archive.2024 final", "no extension"),
    ],
)
def test_an_unsupported_type_is_refused_with_a_way_out(name, part):
    with pytest.raises(InputError) as caught:
        check_file_name(name)
    assert caught.value.code == "UNSUPPORTED_TYPE"
    assert part in caught.value.message
