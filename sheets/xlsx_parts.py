"""Which parts of an XLSX or XLSB package are the sheets, and how its cell styles show numbers."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from sheets.number_formats import NumberFormat, number_format

LARGEST_PART = 64 * 1024 * 1024
"""Bytes of a part that is read at once; sheets are streamed."""
Start = Callable[[str, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True)
class Parts:
    sheets: Mapping[str, str]
    """The name of a sheet: the name of its part."""
    formats: Mapping[int, NumberFormat]
    """By cell style; only those that show more than the number has."""


class XmlRefused(Exception):
    """XML that declares entities or document types: no spreadsheet needs them, attacks do."""


def parts_of(archive: zipfile.ZipFile) -> Parts:
    """Of an XLSX. Raises KeyError, BadZipFile, XmlRefused and expat's errors where it is damaged."""
    names = part_names(archive)
    workbook = workbook_part(archive, names)
    targets = relations(archive, names, workbook)
    sheets: dict[str, str] = {}

    def on_sheet(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sheet":
            relation = next(value for name, value in attributes.items() if name.rpartition(":")[2] == "id")
            if part := names.get(targets.get(relation, "")):
                sheets[attributes["name"]] = part

    parse(archive, names[workbook], on_sheet)
    styles = names.get(f"{posixpath.dirname(workbook)}/styles.xml")
    return Parts(sheets, _formats(archive, styles) if styles else {})


def part_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """By their names in lower case with slashes: programs differ in both."""
    return {name.lower().replace("\\", "/"): name for name in archive.namelist()}


def workbook_part(archive: zipfile.ZipFile, names: Mapping[str, str]) -> str:
    """The one that lists the sheets, as in `part_names`; by custom xl/workbook.xml or xl/workbook.bin."""
    found: list[str] = []

    def on_relation(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship" and attributes["Type"].endswith("/officeDocument"):
            found.append(attributes["Target"].lstrip("/").lower())

    parse(archive, names["_rels/.rels"], on_relation)
    return next(part for part in found if part in names)


def relations(archive: zipfile.ZipFile, names: Mapping[str, str], part: str) -> dict[str, str]:
    """Of a part: the id of a relation, and the name of the other part, as in `part_names`."""
    folder, _slash, name = part.rpartition("/")
    targets: dict[str, str] = {}

    def on_relation(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.join("/", folder, attributes["Target"].replace("\\", "/"))
            targets[attributes["Id"]] = posixpath.normpath(target).lstrip("/").lower()

    parse(archive, names[f"{folder}/_rels/{name}.rels".lstrip("/")], on_relation)
    return targets


def _formats(archive: zipfile.ZipFile, part: str) -> dict[int, NumberFormat]:
    codes: dict[str, str] = {}
    styles: list[str] = []
    path: list[str] = []

    def on_start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag in ("cellXfs", "cellStyleXfs", "dxfs"):
            path[:] = [tag]
        # Conditional formats have numbers of their own, which may be those of other formats.
        elif tag == "numFmt" and path != ["dxfs"]:
            codes[attributes["numFmtId"]] = attributes.get("formatCode", "")
        elif tag == "xf" and path == ["cellXfs"]:
            styles.append(attributes.get("numFmtId", "0"))

    parse(archive, part, on_start)
    found = {style: number_format(codes.get(number, "")) for style, number in enumerate(styles)}
    return {style: shown_as for style, shown_as in found.items() if shown_as}


def parse(archive: zipfile.ZipFile, part: str, on_start: Start) -> None:
    """Calls `on_start` with every tag, without its prefix, and its attributes."""
    if archive.getinfo(part).file_size > LARGEST_PART:
        raise XmlRefused(part)
    parser = parser_without_entities()
    parser.StartElementHandler = lambda tag, attributes: on_start(tag.rpartition(":")[2], attributes)
    parser.Parse(archive.read(part), True)


def parser_without_entities(*, namespaces: bool = False) -> expat.XMLParserType:
    """With `namespaces`, names are the namespace, a space and the name."""
    parser = expat.ParserCreate(namespace_separator=" ") if namespaces else expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*declaration: Any) -> None:
    raise XmlRefused
