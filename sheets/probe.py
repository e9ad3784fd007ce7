"""How a text file is written, by its first lines: line end, delimiter, header."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from itertools import islice, takewhile

from django.utils.translation import gettext as _

from sheets import limits
from sheets.delimited import DelimitedBlocks, filled
from sheets.dialect import DELIMITERS, find_delimiter
from sheets.encodings import Encodings, Opener
from sheets.errors import FileRefused
from sheets.header import Top, find_top, is_note, separator_of
from sheets.line_ends import line_end_of
from sheets.lines import LineReader
from sheets.odd_quoting import find_odd_quoting, mending
from sheets.wide import without_mark

_HEAD = 256 * 1024


@dataclass(frozen=True, slots=True)
class Probe:
    line_end: str
    delimiter: str
    odd_quoting: str
    top: Top
    width: int
    """Columns of the first row."""


def probe(opened: Opener, encodings: Encodings) -> Probe:
    """Reads what it needs of the beginning. Raises FileRefused where there is nothing."""
    encoding = encodings.found[0]
    with opened() as stream:
        head = without_mark(stream.read(_HEAD), encoding)
    # The head may end inside a character: an incremental decoder waits for the rest of it.
    text = codecs.getincrementaldecoder(encoding)(errors="strict").decode(head)
    line_end = line_end_of(encodings.ends, text)
    with opened() as stream:
        # Those with something on them.
        lines = (text for group in LineReader(stream, encoding, line_end=line_end) for text in group.texts)
        sample = list(islice((line for line in lines if line.strip(" \t,;|\"'")), limits.SAMPLE_LINES))
    odd_quoting = find_odd_quoting(sample) if sample else ""
    mended = list(map(mending(odd_quoting, delimiter=",") or str, sample))
    notes = list(takewhile(is_note, mended))
    named = next((separator for line in notes if (separator := separator_of(line)) in DELIMITERS), "")
    delimiter = named or find_delimiter(mended[len(notes) :] or mended)
    with opened() as stream:
        reader = LineReader(stream, encoding, line_end=line_end)
        blocks = DelimitedBlocks(reader, delimiter=delimiter, odd_quoting=odd_quoting)
        first = next(iter(blocks), None)
    if first is None:
        raise FileRefused(_("The file is empty. Upload a list with one number per line."))
    rows = first.first(limits.SAMPLE_LINES)
    top = find_top(rows)
    place = next((place for place, number in enumerate(rows.line_numbers) if number >= top.first), 0)
    return Probe(line_end, delimiter, odd_quoting, top, len(filled(rows.rows[place])))
