"""Reads rows of a do-not-call file. Whatever is unclear blocks: every reading, every number, the longest end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _

from dialer.dnc.files.layout import Layout, Role
from dialer.dnc.files.row_meaning import LONGEST_TEXT, Meant, Rejected, Rules, Texts, read_until
from sheets.blocks import Block
from telephony.numbers.bulk import Column, read_column
from telephony.numbers.number_blocks import MARKS, NumberBlock, read_blocks
from telephony.numbers.number_errors import NumberError
from telephony.numbers.number_facts import facts_of

OPEN_QUOTE, NO_NUMBER, WIDE_BLOCK = "open_quote", "empty", "block_wide"
BOTH_READINGS, ALL_MEANT, NUMBER_ALONE, ENDED = "both_readings", "all_meant", "number_alone", "until_past"
Said = dict[int, list[NumberError | None]]
"""Place → of each cell that is not simply a number, why it was refused, or None where it means something."""
Blocks = dict[int, tuple[NumberBlock, ...] | NumberError]


def read_rows(block: Block, layout: Layout, rules: Rules) -> Meant:
    meant = Meant(len(block.rows), _texts(block, layout))
    said: Said = {}
    for place in layout.numbers:
        _read_column(meant, _numbers(block, layout, place, rules), rules, said)
    _reject(meant, block, said)
    _tell_ends(meant, rules)
    return meant


def cells_of(block: Block, place: int) -> list[str]:
    return [cells[place].strip() if place < len(cells) else "" for cells in block.rows]


def _texts(block: Block, layout: Layout) -> Texts:
    columns = (layout.place(role) for role in (Role.REASON, Role.SOURCE, Role.UNTIL))
    found = ([] if place is None else cells_of(block, place) for place in columns)
    return Texts(*([text[:LONGEST_TEXT] for text in texts] for texts in found))


def _numbers(block: Block, layout: Layout, place: int, rules: Rules) -> list[str]:
    """The cells of a column of numbers, behind their area codes where these stand apart."""
    cells = cells_of(block, place)
    area = layout.place(Role.AREA_CODE)
    if area is None:
        return cells
    return [_joined(code, cell, rules) for code, cell in zip(cells_of(block, area), cells, strict=True)]


def _joined(area: str, cell: str, rules: Rules) -> str:
    """A number with plus is whole; one that repeats its area code is, too."""
    if not cell or not area:
        return cell or (area if rules.holds_prefixes else "")
    if cell.startswith("+"):
        return cell
    digits, code = (_digits(text) for text in (cell, area))
    is_whole = len(digits) > 9 and digits.startswith(code.lstrip("0"))
    return cell if is_whole else f"{area.strip('()')} {cell}"


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _read_column(meant: Meant, cells: list[str], rules: Rules, said: Said) -> None:
    blocks = _blocks_in(cells, rules)
    plain = ["" if place in blocks else cell for place, cell in enumerate(cells)] if blocks else cells
    column = read_column(plain, region=rules.region or None)
    found = np.flatnonzero(column.callees)
    meant.places.extend(found.tolist())
    meant.callees.extend(column.callees[found].tolist())
    if meant.texts.have_ends(rules):
        meant.zones.extend(column.fact_sets[facts].zones for facts in column.facts[found].tolist())
    _count_repairs(meant, column)
    for place, error in column.errors.items():
        if cells[place] and place not in blocks:
            said.setdefault(place, []).append(_mean(meant, place, error, rules))
    for place, outcome in blocks.items():
        said.setdefault(place, []).append(_block(meant, place, outcome, rules))


def _blocks_in(cells: Sequence[str], rules: Rules) -> Blocks:
    """Cells that stand for many numbers, or try to."""
    # One look at all cells together, because most columns hold no such mark.
    if not rules.holds_prefixes and MARKS.isdisjoint("".join(cells)):
        return {}
    found: Blocks = {}
    for place, cell in enumerate(cells):
        if rules.holds_prefixes or not MARKS.isdisjoint(cell):
            try:
                if blocks := read_blocks(cell, region=rules.region or None, is_prefix=rules.holds_prefixes):
                    found[place] = blocks
            except NumberError as refusal:
                found[place] = refusal
    return found


def _mean(meant: Meant, place: int, error: NumberError, rules: Rules) -> NumberError | None:
    """Takes every number that the refused cell may mean; the refusal where it means none."""
    if not error.meant:
        return error
    meant.places.extend([place] * len(error.meant))
    meant.callees.extend(int(number.removeprefix("+")) for number in error.meant)
    if meant.texts.have_ends(rules):
        meant.zones.extend(facts_of(number).zones for number in error.meant)
    if error.code == "ambiguous":
        meant.tell(place, BOTH_READINGS)
    else:
        meant.tell(place, ALL_MEANT if len(error.meant) > 1 else NUMBER_ALONE)
    return None


def _block(
    meant: Meant, place: int, outcome: tuple[NumberBlock, ...] | NumberError, rules: Rules
) -> NumberError | None:
    if isinstance(outcome, NumberError):
        return outcome
    if not rules.allows_wide and any(block.is_wide for block in outcome):
        return NumberError(WIDE_BLOCK, *wide_block(outcome))
    meant.blocks.extend((place, block) for block in outcome)
    if len(outcome) > 1:
        meant.tell(place, BOTH_READINGS)
    return None


def wide_block(blocks: Sequence[NumberBlock]) -> tuple[str, str]:
    """Why such a block needs a person's word, and what to do."""
    written = next(block.written for block in blocks if block.is_wide)
    text = _("The block %(block)s covers a whole area or more and needs your confirmation.")
    return text % {"block": written}, _("Confirm that you want to block whole areas, or enter more digits.")


def _count_repairs(meant: Meant, column: Column) -> None:
    counts = np.bincount(column.repairs, minlength=len(column.repair_sets)).tolist()
    for repairs, count in zip(column.repair_sets, counts, strict=True):
        for code in repairs:
            meant.repairs[code] += count


def _reject(meant: Meant, block: Block, said: Said) -> None:
    """Rows with a number that was not understood, or with none at all, are told; what they also say is taken."""
    filled = {*meant.places, *said}
    if len(filled) == meant.rows and not said:
        return
    for place in range(meant.rows):
        if place in block.unreadable:
            meant.rejected.append(Rejected(place, OPEN_QUOTE, *_open_quote()))
        elif place not in filled:
            meant.rejected.append(Rejected(place, NO_NUMBER, *_no_number()))
        elif error := next(filter(None, said.get(place, ())), None):
            meant.rejected.append(Rejected(place, error.code, error.message, error.suggestion))


def _open_quote() -> tuple[str, str]:
    return _("A quotation mark in this line is never closed."), _("Remove the quotation mark or close it.")


def _no_number() -> tuple[str, str]:
    return _("This row contains no number."), _("Enter the number or remove the row.")


def _tell_ends(meant: Meant, rules: Rules) -> None:
    """Ends that were not simply read."""
    for place, text in enumerate(meant.texts.untils):
        until = read_until(text) if text else None
        if until is None:
            continue
        if until.repair:
            meant.tell(place, until.repair)
        elif until.day and until.day < rules.now.date():
            meant.tell(place, ENDED)
