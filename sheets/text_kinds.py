"""Which kind of text a file is: a table in markup, JSON, or lines."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_JSON = re.compile(r"\s*(\{\s*[\"}]|\[\s*[{\]])")
_PAGE = re.compile(r"\s*<(!doctype\s+html|html|head|body|table|!--|style|meta)(?=[\s/>-])", re.IGNORECASE)
_TAG = re.compile(r"\s*<[!?/a-z]", re.IGNORECASE)
_XML = re.compile(r"\s*<(\?xml|\?mso|!doctype|[\w.-]+(:[\w.-]+)?\s[^>]*xmlns)", re.IGNORECASE)
_SPREADSHEET = re.compile(r"urn:schemas-microsoft-com:office:spreadsheet")
_WORKBOOK = re.compile(r"<(\w+:)?Workbook\b")
_PAGE_INSIDE = re.compile(r"<(html|table)\b", re.IGNORECASE)
_ARCHIVE = re.compile(
    r"\s*([\w-]+:[^\n]*\n([ \t][^\n]*\n)*)*content-type:\s*multipart/(related|mixed|alternative)", re.IGNORECASE
)


def plain_kind(head: bytes) -> str:
    """text, json, html, xml or mhtml; nothing for XML that is neither a spreadsheet nor a web page."""
    text = readable(head)
    if _ARCHIVE.match(text):
        return "mhtml"
    if _TAG.match(text):
        if _WORKBOOK.search(text) and _SPREADSHEET.search(text):
            return "xml"
        if _PAGE.match(text) or _PAGE_INSIDE.search(text):
            return "html"
        if _XML.match(text):
            return ""
    return "json" if _JSON.match(text) else "text"


def readable(head: bytes) -> str:
    """Enough of it to recognise words that are written in ASCII."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head.removeprefix(bom).decode(encoding, "replace")
    # It decodes any bytes, one character each.
    return head.decode("latin-1")
