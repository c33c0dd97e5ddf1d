"""Tables packed in gzip and zip: one table, honest sizes, no way out."""

import contextlib
import gzip
import io
import stat
import struct
import warnings
import zipfile

import pytest

from automl.errors import InputError
from automl.limits import Limits
from tests.automl.table_files import make_zip, read, refuse

CSV = b"text,label\n" + b"".join(b"words %d,a\n" % i for i in range(20))


def refuse_zip(members, **attributes):
    return refuse(make_zip(members, **attributes), "data.zip")


@pytest.mark.parametrize("name", ["data.csv", "folder/data.tsv", "deep/er/DATA.CSV"])
def test_a_zip_of_one_table_is_that_table(name):
    assert len(read(make_zip({name: CSV}), "data.zip").rows) == 20


def test_what_is_no_table_may_lie_beside_the_table():
    members = {"__MACOSX/._d.csv": b"x", ".DS_Store": b"x", "read me.txt": b"x", "dir/": b""}
    assert len(read(make_zip({**members, "d.csv": CSV}), "data.zip").rows) == 20


def test_json_and_workbooks_in_a_zip_are_read():
    assert read(make_zip({"d.json": '[{"a": 1}]'}), "d.zip").rows == [("1",)]
    assert read(make_zip({"d.jsonl": '{"a": 1}\n{"a": 2}'}), "d.zip").file_format == "jsonl"


@pytest.mark.parametrize(
    "name",
    ["../d.csv", "a/../../d.csv", "/d.csv", "..\\d.csv", "a\\d.csv", "C:d.csv", "C:/d.csv"],
)
def test_a_path_that_leads_elsewhere_is_unsafe(name):
    error = refuse_zip({name: CSV})
    assert (error.code, "unsafe path" in error.message) == ("UNSAFE_ARCHIVE", True)


def test_a_nul_in_a_member_name_is_unsafe():
    packed = make_zip({"d.csv_x.exe": CSV}).replace(b"d.csv_x", b"d.csv\0x")
    assert refuse(packed, "d.zip").code == "UNSAFE_ARCHIVE"


def test_links_and_devices_are_unsafe():
    link = (stat.S_IFLNK | 0o777) << 16
    assert "a link" in refuse_zip({"d.csv": b"/etc/passwd"}, external_attr=link).message
    pipe = (stat.S_IFIFO | 0o666) << 16
    assert refuse_zip({"d.csv": b""}, external_attr=pipe).code == "UNSAFE_ARCHIVE"


def test_a_password_is_asked_to_be_left_off():
    packed = bytearray(make_zip({"d.csv": CSV}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    assert refuse(bytes(packed), "d.zip").code == "ENCRYPTED"


def test_unusual_packing_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("d.csv", CSV)
    assert refuse(out.getvalue(), "d.zip").code == "UNSUPPORTED_TYPE"


def test_more_than_one_table_is_ambiguous():
    error = refuse_zip({f"{i}.csv": CSV for i in range(5)})
    assert error.message == (
        "The zip file holds 5 tables (0.csv, 1.csv, 2.csv, …). Put one in each upload."
    )


def test_an_archive_in_an_archive_is_not_opened():
    for name in ("x.zip", "x.csv.gz", "x.tar", "x.7z"):
        assert "another archive" in refuse_zip({"d.csv": CSV, name: b"x"}).message
    assert refuse(gzip.compress(gzip.compress(CSV)), "d.csv.gz").code == "WRONG_TYPE"


def test_two_members_of_one_name_are_ambiguous():
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("d.csv", CSV)
        archive.writestr("d.csv", CSV)
    assert refuse(out.getvalue(), "d.zip").code == "AMBIGUOUS_ARCHIVE"


def test_too_many_members_are_refused():
    error = refuse_zip({f"{i}.txt": b"" for i in range(1001)})
    assert error.message == "The zip file holds 1,001 files; the limit is 1,000."


def test_a_huge_table_of_contents_is_refused_before_it_is_read():
    packed = make_zip({"d.csv": CSV})
    end = packed.index(b"PK\x05\x06")
    packed = packed[: end + 12] + struct.pack("<L", 5 * 2**20) + packed[end + 16 :]
    assert refuse(packed, "d.zip").code == "UNSAFE_ARCHIVE"
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    record = b"PK\x06\x06" + bytes(36) + struct.pack("<QQ", 2**40, 0)
    packed = record + locator + packed[end : end + 12] + b"\xff" * 8 + b"\0\0"
    assert refuse(b"PK\x03\x04" + packed, "d.zip").code in {"UNSAFE_ARCHIVE", "CORRUPT_FILE"}


def test_overlapping_members_are_unsafe():
    packed = make_zip({"a.csv": CSV, "b.csv": CSV})
    second = packed.rindex(b"PK\x01\x02")
    packed = packed[: second + 42] + bytes(4) + packed[second + 46 :]
    assert refuse(packed, "d.zip").code == "UNSAFE_ARCHIVE"


def test_a_wrong_checksum_is_damage():
    packed = bytearray(make_zip({"d.csv": CSV}))
    packed[packed.index(b"PK\x01\x02") + 16] ^= 0xFF
    packed[14] ^= 0xFF
    error = refuse(bytes(packed), "d.zip")
    assert (error.code, error.message) == ("CORRUPT_FILE", "The zip file is damaged.")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_off_archive_is_damage(share):
    packed = make_zip({"d.csv": CSV})
    assert refuse(packed[: int(len(packed) * share)], "d.zip").code == "CORRUPT_FILE"
    packed = gzip.compress(CSV)
    assert refuse(packed[: int(len(packed) * share)], "d.csv.gz").code == "CORRUPT_FILE"


def test_every_damaged_byte_of_a_zip_is_survived():
    packed = make_zip({"d.csv": CSV})
    for position in range(len(packed)):
        damaged = bytearray(packed)
        damaged[position] ^= 0x55
        with contextlib.suppress(InputError):
            assert len(read(bytes(damaged), "d.zip").rows) == 20


def test_a_bomb_is_refused_by_its_ratio_and_by_its_size():
    zeros = b"a,b\n" * (4 * 2**20)
    assert refuse_zip({"d.csv": zeros}).code == "EXPANDS_TOO_MUCH"
    assert refuse(gzip.compress(zeros), "d.csv.gz").code == "EXPANDS_TOO_MUCH"
    limits = Limits(max_expanded_bytes=100)
    assert refuse(gzip.compress(CSV), "d.csv.gz", limits=limits).code == "EXPANDS_TOO_MUCH"
    assert refuse(make_zip({"d.csv": CSV}), "d.zip", limits=limits).code == "EXPANDS_TOO_MUCH"


def test_gzip_of_several_members_and_of_other_formats_is_read():
    packed = gzip.compress(b"text,label\na,b\n") + gzip.compress(b"c,d\n")
    assert read(packed, "d.csv.gz").rows == [("a", "b"), ("c", "d")]
    assert read(gzip.compress(b'{"a": 1}\n{"a": 2}\n'), "d.jsonl.gz").rows == [("1",), ("2",)]


def test_what_is_not_packed_though_its_name_says_so_is_refused():
    assert refuse(CSV, "d.csv.gz").code == "WRONG_TYPE"
    assert refuse(CSV, "d.zip").code == "WRONG_TYPE"
    assert refuse(gzip.compress(b""), "d.csv.gz").code == "EMPTY_FILE"
