"""Which encoding a text is read in, and on which line it breaks."""

import io

import pytest

from automl.encodings import ENCODINGS, count_line_breaks
from automl.errors import InputError
from automl.text_blocks import BLOCK_BYTES, TextBlocks
from tests.automl.table_files import read, refuse

ROWS = "text,label\ncafé n° 1,pos\nnaïve,neg\n"


def decode(content, encoding=None):
    blocks = TextBlocks(io.BytesIO(content), encoding)
    return "".join(blocks), blocks


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(codec):
    table = read(ROWS.encode(codec))
    assert (table.columns, len(table.rows), table.warnings) == (["text", "label"], 2, [])


def test_a_gb18030_mark_is_taken_with_a_warning():
    table = read(("\ufeff" + ROWS + "数据,pos\n").encode("gb18030"))
    assert table.rows[2] == ("数据", "pos")
    assert table.warning_codes == ["ENCODING_GUESSED"]


def test_text_that_windows_wrote_is_read_with_a_warning():
    table = read(ROWS.encode("cp1252"))
    assert table.rows[0] == ("café n° 1", "pos")
    assert (table.encoding, table.warning_codes) == ("windows-1252", ["ENCODING_GUESSED"])


def test_gb18030_without_a_mark_is_guessed_and_said_so():
    assert read("text,label\n早上好,pos\n".encode("gb18030")).warning_codes == ["ENCODING_GUESSED"]


def test_a_chosen_encoding_wins():
    assert read("text\nпривет\n".encode("koi8-r"), encoding="koi8-r").rows == [("привет",)]
    assert read(ROWS.encode("utf-8-sig"), encoding="utf-8").columns == ["text", "label"]
    error = refuse(ROWS.encode("cp1252"), encoding="utf-8")
    assert (error.code, error.line) == ("ENCODING", 2)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_offered_encoding_is_known(encoding):
    assert decode("a,b\n".encode(encoding), encoding)[0].lstrip("\ufeff") == "a,b\n"


@pytest.mark.parametrize(
    ("bad", "ending"),
    [
        (b"r\xe9sum\xe9\n", ", though the lines before it are."),
        (b"\xed\xa0\x80\n", ". Save the file as UTF-8 and upload it again."),  # a surrogate
        (b"\xc0\xaf\n", ". Save the file as UTF-8 and upload it again."),  # overlong
        (b"\xf5\x80\x80\x80\n", ". Save the file as UTF-8 and upload it again."),
    ],
)
def test_a_line_that_is_not_utf8_among_others_is_named(bad, ending):
    error = refuse("text\ncafé\nx\n".encode() + bad + b"y\n")
    assert error.message == f"Line 4 is not valid UTF-8 text{ending}"
    assert error.line == 4


def test_a_utf8_line_after_others_that_are_not_is_a_mixture():
    error = refuse("text\nx\nna\u00efve\n".encode("cp1252") + "café\n".encode())
    assert (error.code, error.line) == ("ENCODING", 3)


def test_a_mixture_far_apart_is_found_while_reading_on():
    plain = (b"x" * 999 + b"\n") * (BLOCK_BYTES // 500)
    early = b"text\n" + plain + b"na\xefve\n" + plain
    line = BLOCK_BYTES // 500 + 2
    assert refuse(early + "café\n".encode()).line == line
    assert refuse(early + b"\x81\n").line == line
    assert len(read(early).rows) == 2 * (BLOCK_BYTES // 500) + 1


def test_a_file_cut_inside_a_character_is_called_cut_off():
    error = refuse("text\ncafé\nna".encode() + b"\xc3")
    assert (error.line, "cut off" in error.message) == (3, True)


def test_a_latin_letter_at_the_very_end_is_no_cut_off_character():
    assert read(b"text\ncaf\xe9").rows == [("café",)]


def test_utf16_without_a_mark_is_recognised():
    assert "UTF-16" in refuse(ROWS.encode("utf-16-le")).message
    assert "UTF-16" in refuse(ROWS.encode("utf-16-be")).message


def test_a_nul_is_named_with_its_line_and_a_tail_of_them_as_damage():
    assert refuse("a,b\nx,y\nx\0,y\n").line == 3
    assert "damaged" in refuse(b"a,b\nx,y\n" + bytes(5_000_000)).message
    assert refuse(b"a,b\nx,y\n" + bytes(5_000_000) + b"z").line == 3
    assert refuse("a,b\nx\0,y\n".encode("utf-16")).code == "NUL_BYTE"


def test_characters_and_line_ends_across_blocks_stay_whole():
    text = "é" * (BLOCK_BYTES // 2 - 1) + "x" + "é数😀\r\n" * 10
    assert decode(text.encode())[0] == text
    text = "x" * (BLOCK_BYTES - 1) + "\r\ny\rz"
    pieces = list(TextBlocks(io.BytesIO(text.encode())))
    assert "".join(pieces) == text
    assert sum(map(count_line_breaks, pieces)) == 2


def test_lines_are_counted_across_blocks_whatever_their_ends():
    for end in ("\n", "\r", "\r\n"):
        lines = f"é{end}" * BLOCK_BYTES
        with pytest.raises(InputError) as caught:
            decode(lines.encode() + b"\xff")
        assert caught.value.line == BLOCK_BYTES + 1
