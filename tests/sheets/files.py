"""Files of every kind, built in code, and what is read from them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from sheets.blocks import Block
from sheets.errors import FileRefused
from sheets.inspection import Inspection, inspect_file
from sheets.reading import HEAD_ROWS, Choice, head, open_table
from sheets.workbook_child import HEAD_CHARACTERS

Cell = str | int | float | bool | None


class Desk:
    """A folder with one file at a time."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "upload"
        self.scratch = folder / "scratch"
        self.scratch.mkdir()

    def inspect(self, content: bytes | str) -> Inspection:
        self.path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = inspect_file(self.path, scratch=self.scratch)
        return Inspection.from_json(found.as_json())

    def blocks(self, content: bytes | str, **choice: Any) -> list[Block]:
        inspection = self.inspect(content)
        with open_table(self.path, inspection, Choice(**choice), scratch=self.scratch) as table:
            found = list(table)
            assert table.position == table.size
        if inspection.is_workbook:
            self._check_head(inspection, Choice(**choice), found)
        assert list(self.scratch.iterdir()) == []
        return found

    def _check_head(self, inspection: Inspection, choice: Choice, blocks: list[Block]) -> None:
        """What a person sees before the import is what the import reads, in every workbook of the tests."""
        shown = head(self.path, inspection, choice, scratch=self.scratch)
        rows = [row for block in blocks for row in block.rows][:HEAD_ROWS]
        numbers = [number for block in blocks for number in block.line_numbers][:HEAD_ROWS]
        assert shown.rows == [[cell[:HEAD_CHARACTERS] for cell in row] for row in rows]
        assert list(shown.line_numbers) == numbers

    def rows(self, content: bytes | str, **choice: Any) -> list[list[str]]:
        return [row for block in self.blocks(content, **choice) for row in block.rows]

    def placed(self, content: bytes | str, **choice: Any) -> list[tuple[int, list[str]]]:
        """Line number and cells of every row."""
        return [
            pair
            for block in self.blocks(content, **choice)
            for pair in zip(block.line_numbers, block.rows, strict=True)
        ]

    def numbered(self, content: bytes | str, **choice: Any) -> list[tuple[int, str]]:
        """Line number and original line of every row."""
        return [
            pair
            for block in self.blocks(content, **choice)
            for pair in zip(block.line_numbers, block.lines, strict=True)
        ]

    def refusal(self, content: bytes | str) -> str:
        with pytest.raises(FileRefused) as refused:
            self.blocks(content)
        assert list(self.scratch.iterdir()) == []
        return str(refused.value)


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _add(archive: zipfile.ZipFile, name: str, content: bytes | str) -> None:
    """With a fixed date: contents name test cases, which must not depend on the clock."""
    archive.writestr(zipfile.ZipInfo(name), content, archive.compression)


def zipped(**members: bytes) -> bytes:
    """Underscores in the names are dots, and backslashes underscores."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            _add(archive, name.replace("_", ".").replace("\\", "_"), content)
    return file.getvalue()


_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def xlsx(*sheets: tuple[str, Sequence[Sequence[Any]]], raw_rows: str = "") -> bytes:
    """Text is shared, numbers are numbers, ("=", text) is a formula with a cached value."""
    texts: list[str] = []
    files = {}
    for number, (_name, rows) in enumerate(sheets, start=1):
        body = "".join(f'<row r="{r}">{_cells(row, r, texts)}</row>' for r, row in enumerate(rows, start=1))
        files[f"xl/worksheets/sheet{number}.xml"] = (
            f"<worksheet {_NS}><sheetData>{body}{raw_rows}</sheetData></worksheet>"
        )
    items = "".join(f"<si><t xml:space='preserve'>{escape(text)}</t></si>" for text in texts)
    files["xl/sharedStrings.xml"] = f"<sst {_NS}>{items}</sst>"
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, (name, _rows) in enumerate(sheets, start=1)
    )
    files["xl/workbook.xml"] = f'<workbook {_NS} xmlns:r="{_REL}"><sheets>{names}</sheets></workbook>'
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    files["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="rIdS" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    files["_rels/.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    files["[Content_Types].xml"] = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            _add(archive, name, text)
    return file.getvalue()


def _cells(row: Sequence[Any], number: int, texts: list[str]) -> str:
    return "".join(_cell(value, f"{chr(65 + place)}{number}", texts) for place, value in enumerate(row))


def _cell(value: Any, place: str, texts: list[str]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{value!r}</v></c>'
        case ("=", text):
            return f'<c r="{place}" t="str"><f>HYPERLINK("x")</f><v>{escape(text)}</v></c>'
    texts.append(value)
    return f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>'


def ods(rows: Sequence[Sequence[Cell]], *, name: str = "Sheet1") -> bytes:
    def cell(value: Cell) -> str:
        if isinstance(value, (int, float)):
            return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'
        text = f"<text:p>{escape(value or '')}</text:p>"
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    oasis = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{oasis}:office:1.0" xmlns:table="{oasis}:table:1.0" '
        f'xmlns:text="{oasis}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        _add(archive, "mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        _add(archive, "content.xml", content)
        _add(
            archive,
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{oasis}:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
    return file.getvalue()
