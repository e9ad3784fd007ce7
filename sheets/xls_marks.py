"""The marks of the sheets of an old workbook (XLS)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

from python_calamine import PasswordError

from sheets import biff
from sheets.compound import CompoundFile
from sheets.number_formats import NumberFormat, number_format
from sheets.workbook_marks import ERRORS, Marks

LAST_COLUMN = 256
_BOUND_SHEET, _FORMAT, _OLD_FORMAT, _STYLE = 0x0085, 0x041E, 0x001E, 0x00E0
_PROTECTED = 0x002F
_ROW, _COLUMNS = 0x0208, 0x007D
_ERROR, _NUMBER, _SMALL, _SMALLS = 0x0205, 0x0203, 0x027E, 0x00BD
_FORMULAS = (0x0006, 0x0206, 0x0406)
_BIFF8 = 0x0600
_HIDDEN_ROW = 0x20
_ERROR_RESULT = 2


class XlsMarks:
    """Raises Damaged, KeyError and struct.error where the file is damaged, PasswordError where it is protected."""

    def __init__(self, content: bytes) -> None:
        file = CompoundFile(content)
        names = {name.lower() for name in file.names}
        # "Workbook" since Excel 97, "Book" before it; some programs write other cases.
        self._stream = file.read("Workbook" if "workbook" in names else "Book")
        self._starts: dict[int, int] = {}
        self._formats = self._read_globals()

    def marks_of(self, place: int) -> Marks:
        """Of the sheet at that place in the file."""
        marks = Marks()
        readers: dict[int, Callable[[Marks, bytes], None]] = {
            _ROW: _row,
            _COLUMNS: _columns,
            _ERROR: _error,
            _NUMBER: self._number,
            _SMALL: self._number,
            _SMALLS: self._numbers,
            **dict.fromkeys(_FORMULAS, self._formula),
        }
        for number, data in biff.substream(self._stream, self._starts[place]):
            if read := readers.get(number):
                read(marks, data)
        return marks

    def _read_globals(self) -> Mapping[int, NumberFormat]:
        codes: dict[int, str] = {}
        styles: list[int] = []
        version = struct.unpack_from("<H", self._stream, biff.HEADER_BYTES)[0]
        for number, data in biff.substream(self._stream, 0):
            if number == _PROTECTED:
                raise PasswordError
            if number == _BOUND_SHEET:
                self._starts[len(self._starts)] = struct.unpack_from("<I", data)[0]
            elif number in (_FORMAT, _OLD_FORMAT):
                # Since BIFF8 a length of two bytes and flags come first; the lowest flag says two bytes a character.
                is_wide = version >= _BIFF8 and data[4] & 1
                written = data[3:] if version < _BIFF8 else data[5:]
                code = written.decode("utf-16-le" if is_wide else "latin-1", "replace")
                codes[struct.unpack_from("<H", data)[0]] = code
            elif number == _STYLE:
                styles.append(struct.unpack_from("<H", data, 2)[0])
        found = {style: number_format(codes.get(key, "")) for style, key in enumerate(styles)}
        return {style: shown_as for style, shown_as in found.items() if shown_as}

    def _number(self, marks: Marks, data: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", data)
        if shown_as := self._formats.get(style):
            marks.number(row, column, shown_as)

    def _numbers(self, marks: Marks, data: bytes) -> None:
        row, column = struct.unpack_from("<HH", data)
        # Style and number of each cell; the last two bytes are the number of the last column.
        for start in range(4, len(data) - 6, 6):
            if shown_as := self._formats.get(struct.unpack_from("<H", data, start)[0]):
                marks.number(row, column, shown_as)
            column += 1

    def _formula(self, marks: Marks, data: bytes) -> None:
        row, column = struct.unpack_from("<HH", data)
        # The result is a float, unless its last two bytes are FF FF: then its first one says what else it is.
        is_number = data[12:14] != b"\xff\xff"
        if is_number:
            self._number(marks, data)
        elif data[6] == _ERROR_RESULT:
            marks.error(row, column, ERRORS.get(data[8], ""))


def _row(marks: Marks, data: bytes) -> None:
    row, flags = struct.unpack_from("<H10xH", data)
    if flags & _HIDDEN_ROW:
        marks.hidden_rows.add(row)


def _columns(marks: Marks, data: bytes) -> None:
    first, last, flags = struct.unpack_from("<HH4xH", data)
    if flags & 1:
        marks.hidden_columns.update(range(first, min(last, LAST_COLUMN - 1) + 1))


def _error(marks: Marks, data: bytes) -> None:
    row, column, code, is_error = struct.unpack_from("<HH2xBB", data)
    if is_error:
        marks.error(row, column, ERRORS.get(code, ""))
