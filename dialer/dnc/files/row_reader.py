"""Reads rows of a do-not-call file. Whatever is unclear blocks: every reading, every number, the longest end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _

from dialer.dnc.files.layout import Layout, Role
from dialer.dnc.files.row_meaning import LONGEST_TEXT, Meant, Rejected, Rules, Texts, read_until
from sheets.blocks import Block
from telephony.numbers.bulk import read_column
from telephony.numbers.number_blocks import MARKS, NumberBlock, read_blocks
from telephony.numbers.number_errors import NumberError
from telephony.numbers.number_facts import facts_of

OPEN_QUOTE, NO_NUMBER, WIDE_BLOCK = "open_quote", "empty", "block_wide"
BOTH_READINGS, ALL_MEANT, NUMBER_ALONE, ENDED = "both_readings", "all_meant", "number_alone", "until_past"
Said = dict[int, list[NumberError | None]]
"""Place → of each cell that is not simply a number, why it was refused, or None where it means something."""
Blocks = dict[int, tuple[NumberBlock, ...] | NumberError]


def read_rows(block: Block, layout: Layout, rules: Rules) -> Meant:
    columns = (layout.place(role) for role in (Role.REASON, Role.SOURCE, Role.UNTIL))
    found = ([] if place is None else cells_of(block, place) for place in columns)
    meant = Meant(len(block.rows), Texts(*([text[:LONGEST_TEXT] for text in texts] for texts in found)))
    said: Said = {}
    area = layout.place(Role.AREA_CODE)
    for place in layout.numbers:
        cells = cells_of(block, place)
        if area is not None:
            cells = [_joined(code, cell, rules) for code, cell in zip(cells_of(block, area), cells, strict=True)]
        _read_column(meant, cells, rules, said)
    _reject(meant, block, said)
    _tell_ends(meant, rules)
    return meant


def cells_of(block: Block, place: int) -> list[str]:
    return [cells[place].strip() if place < len(cells) else "" for cells in block.rows]


def _joined(area: str, cell: str, rules: Rules) -> str:
    """A number behind its area code. One with plus is whole, and so is one that repeats its area code."""
    if not cell or not area:
        return cell or (area if rules.holds_prefixes else "")
    if cell.startswith("+"):
        return cell
    digits, code = ("".join(filter(str.isdigit, text)) for text in (cell, area))
    is_whole = len(digits) > 9 and digits.startswith(code.lstrip("0"))
    return cell if is_whole else f"{area.strip('()')} {cell}"


def _read_column(meant: Meant, cells: list[str], rules: Rules, said: Said) -> None:
    blocks = _blocks_in(cells, rules)
    plain = ["" if place in blocks else cell for place, cell in enumerate(cells)] if blocks else cells
    column = read_column(plain, region=rules.region or None)
    found = np.flatnonzero(column.callees)
    meant.places.extend(found.tolist())
    meant.callees.extend(column.callees[found].tolist())
    if meant.texts.have_ends(rules):
        meant.zones.extend(column.fact_sets[facts].zones for facts in column.facts[found].tolist())
    # The column names each set of repairs once, and each row by its set: so a million rows are counted by NumPy.
    counts = np.bincount(column.repairs, minlength=len(column.repair_sets)).tolist()
    for repairs, count in zip(column.repair_sets, counts, strict=True):
        for code in repairs:
            meant.repairs[code] += count
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
    # All of them are taken; the report says in which way the cell was open.
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
    # Every reading blocks: one too many is the smaller mistake.
    meant.blocks.extend((place, block) for block in outcome)
    if len(outcome) > 1:
        meant.tell(place, BOTH_READINGS)
    return None


def wide_block(blocks: Sequence[NumberBlock]) -> tuple[str, str]:
    """Why such a block needs a person's word, and what to do."""
    written = next(block.written for block in blocks if block.is_wide)
    text = _("The block %(block)s covers a whole area or more and needs your confirmation.")
    return text % {"block": written}, _("Confirm that you want to block whole areas, or enter more digits.")


def _reject(meant: Meant, block: Block, said: Said) -> None:
    """Rows with a number that was not understood, or with none at all, are told; what they also say is taken."""
    filled = {*meant.places, *said}
    if len(filled) == meant.rows and not said:
        return
    for place in range(meant.rows):
        if place in block.unreadable:
            text = _("A quotation mark in this line is never closed.")
            meant.rejected.append(Rejected(place, OPEN_QUOTE, text, _("Remove the quotation mark or close it.")))
        elif place not in filled:
            text = _("This row contains no number.")
            meant.rejected.append(Rejected(place, NO_NUMBER, text, _("Enter the number or remove the row.")))
        elif error := next(filter(None, said.get(place, ())), None):
            meant.rejected.append(Rejected(place, error.code, error.message, error.suggestion))


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
