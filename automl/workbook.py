"""The parts of an Excel workbook that are needed to read one sheet of it.

A workbook is a zip of XML parts. They are parsed as a stream by defusedxml's SAX parser with
document type declarations forbidden, so no entity is ever expanded and no file ever fetched.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl
from zipfile import ZipFile

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from automl.errors import InputError
from automl.excel_values import find_date_kind, unescape
from automl.limits import Limits
from automl.zip_safety import READ_ERRORS, open_zip

_PART_BYTES = 1 << 16


@dataclass
class Workbook:
    """What a sheet needs to know of its workbook.

    ``date_kinds`` has one entry a cell style (see :func:`find_date_kind`).
    """

    archive: ZipFile
    sheet_part: str
    n_other_sheets: int
    is_1904: bool
    strings: list[str] = field(default_factory=list)
    date_kinds: list[str] = field(default_factory=list)


def open_workbook(file: BinaryIO, limits: Limits) -> Workbook:
    """Find the first visible sheet of a workbook, its shared strings and its styles.

    Raises
    ------
    InputError
        ``CORRUPT_FILE``, ``UNSAFE_ARCHIVE``, ``EXPANDS_TOO_MUCH``, ``UNSUPPORTED_TYPE`` or
        ``EMPTY_FILE`` (no visible sheet).
    """
    archive = open_zip(file, "workbook", limits)
    names = [name.lower() for name in archive.namelist()]
    if len(set(names)) < len(names):
        raise _damaged_error()
    if any(name.endswith("vbaproject.bin") for name in names):
        raise InputError(
            "UNSUPPORTED_TYPE", "Workbooks with macros are not supported. Save it as .xlsx."
        )
    main = _find_main_part(archive)
    book = _WorkbookHandler()
    parse_part(archive, main, book)
    relations = _read_relations(archive, main)
    visible = [part for part in map(relations.sheets.get, book.visible_ids) if part]
    if not visible:
        raise InputError("EMPTY_FILE", "The workbook has no visible sheet.")
    workbook = Workbook(archive, visible[0], len(visible) - 1, book.is_1904)
    if relations.strings:
        parse_part(archive, relations.strings, StringsHandler(workbook.strings))
    if relations.styles:
        parse_part(archive, relations.styles, _StylesHandler(workbook.date_kinds))
    return workbook


def _damaged_error(ending: str = "") -> InputError:
    return InputError("CORRUPT_FILE", f"The workbook is damaged{ending}.")


class PartHandler(ContentHandler):
    """Receives elements under their local names, whatever prefix the writer chose."""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self.start(name.rpartition(":")[2], attrs)

    def endElement(self, name: str) -> None:  # noqa: N802
        self.end(name.rpartition(":")[2])

    def start(self, name: str, attrs: AttributesImpl) -> None: ...

    def end(self, name: str) -> None: ...


def parse_part(archive: ZipFile, name: str, handler: PartHandler) -> None:
    for _ in stream_part(archive, name, handler):
        pass


def stream_part(archive: ZipFile, name: str, handler: PartHandler) -> Iterator[None]:
    """Parse a part piece by piece; after each piece the handler may be asked what it has."""
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    try:
        with archive.open(name) as part:
            while piece := part.read(_PART_BYTES):
                parser.feed(piece)
                yield
        parser.close()
        yield
    except (SAXException, DefusedXmlException):
        raise _damaged_error(" or unsafe") from None
    except (*READ_ERRORS, KeyError, UnicodeDecodeError, ValueError):
        raise _damaged_error() from None


@dataclass
class _Relations:
    sheets: dict[str, str] = field(default_factory=dict)
    strings: str = ""
    styles: str = ""
    main: str = ""


class _RelationsHandler(PartHandler):
    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder
        self.found = _Relations()

    def start(self, name: str, attrs: AttributesImpl) -> None:
        if name != "Relationship" or attrs.get("TargetMode") == "External":
            return
        kind = attrs.get("Type", "").rpartition("/")[2]
        target = posixpath.normpath(posixpath.join("/", self._folder, attrs.get("Target", "")))[1:]
        if kind == "worksheet":
            self.found.sheets[attrs.get("Id", "")] = target
        elif kind == "sharedStrings":
            self.found.strings = target
        elif kind == "styles":
            self.found.styles = target
        elif kind == "officeDocument":
            self.found.main = target


def _read_relations(archive: ZipFile, part: str) -> _Relations:
    folder, name = posixpath.split(part)
    handler = _RelationsHandler(folder)
    parse_part(archive, posixpath.join(folder, "_rels", f"{name}.rels"), handler)
    return handler.found


def _find_main_part(archive: ZipFile) -> str:
    names = set(archive.namelist())
    main = _read_relations(archive, "").main if "_rels/.rels" in names else ""
    main = main or "xl/workbook.xml"
    if main not in names or "[Content_Types].xml" not in names:
        raise InputError("CORRUPT_FILE", "This is not an Excel workbook.")
    return main


class _WorkbookHandler(PartHandler):
    def __init__(self) -> None:
        super().__init__()
        self.visible_ids: list[str] = []
        self.is_1904 = False

    def start(self, name: str, attrs: AttributesImpl) -> None:
        if name == "workbookPr":
            self.is_1904 = attrs.get("date1904", "") in {"1", "true"}
        elif name == "sheet" and attrs.get("state", "visible") == "visible":
            ids = [attrs[key] for key in attrs.getNames() if key.rpartition(":")[2] == "id"]
            self.visible_ids += ids[:1]


class StringsHandler(PartHandler):
    """Collects the text of ``si`` elements, without what explains its pronunciation."""

    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self._strings = strings
        self._pieces: list[str] = []
        self._is_text = self._is_phonetic = False

    def start(self, name: str, attrs: AttributesImpl) -> None:
        self._is_text = name == "t" and not self._is_phonetic
        if name == "rPh":
            self._is_phonetic = True

    def characters(self, content: str) -> None:
        if self._is_text:
            self._pieces.append(content)

    def end(self, name: str) -> None:
        self._is_text = False
        if name == "rPh":
            self._is_phonetic = False
        elif name == "si":
            self._strings.append(unescape("".join(self._pieces)))
            self._pieces = []


class _StylesHandler(PartHandler):
    def __init__(self, date_kinds: list[str]) -> None:
        super().__init__()
        self._date_kinds = date_kinds
        self._codes: dict[str, str] = {}
        self._is_cell_formats = False

    def start(self, name: str, attrs: AttributesImpl) -> None:
        if name == "numFmt":
            self._codes[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")
        elif name == "cellXfs":
            self._is_cell_formats = True
        elif name == "xf" and self._is_cell_formats:
            format_id = attrs.get("numFmtId", "0")
            self._date_kinds.append(find_date_kind(int(format_id), self._codes.get(format_id)))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_cell_formats = False
