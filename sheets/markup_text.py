"""The text of a web page, in the encoding that it names, and the pages of a web archive."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from html import unescape

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Bounded repeats here and below: where a tag never closes, each further start would search to the end again.
_NAMED = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,500}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_HEAD_BYTES = 8192
_SHEETS = re.compile(
    r"<x:Name>([^<]{1,100})</x:Name>(?:(?!<x:Name>)[\s\S]){0,2000}?<x:WorksheetSource\s+HRef=[\"']?([^\"'\s>/]+)",
    re.IGNORECASE,
)
# Pages that name Latin-1 or ASCII mean what browsers and Excel read then.
_AS_BROWSERS = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    text: str


def page_text(content: bytes, *, charset: str = "") -> str:
    """`charset` is what came with the page. Raises UnicodeDecodeError where it is not what it says it is."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content.decode(encoding).removeprefix("\ufeff")
    found = _NAMED.search(content[:_HEAD_BYTES])
    for name in (charset, found.group(1).decode() if found else ""):
        if encoding := _encoding(name):
            return content.decode(encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # Only here: the process that reads workbooks starts often, and hardly ever needs it.
        from charset_normalizer import from_bytes

        best = from_bytes(content[:1_000_000]).best()
        return content.decode(best.encoding if best else "cp1252")


def _encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name if name else ""
    except LookupError:
        return ""
    # A page whose bytes say "charset=utf-16" in single bytes is not that.
    # base64 and rot13 are codecs of Python, and no encodings of text.
    return "" if known.startswith(("utf-16", "utf-32", "base64", "rot")) else _AS_BROWSERS.get(known, known)


def pages_of_archive(content: bytes) -> list[Page]:
    """The HTML parts of a web archive (MHTML), with the names that Excel gave its sheets."""
    import email.policy

    message = email.message_from_bytes(content, policy=email.policy.default)
    pages: list[Page] = []
    names: dict[str, str] = {}
    for part in message.walk():
        if part.get_content_type() not in ("text/html", "application/xhtml+xml"):
            continue
        body = part.get_payload(decode=True)
        text = page_text(body if isinstance(body, bytes) else b"", charset=str(part.get_param("charset") or ""))
        names |= {href.lower(): unescape(name) for name, href in _SHEETS.findall(text)}
        pages.append(Page(str(part.get("Content-Location", "")).rpartition("/")[2], text))
    return [Page(names.get(page.name.lower(), page.name), page.text) for page in pages]
