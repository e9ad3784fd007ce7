"""What a person may choose about how a file is read."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from sheets.dialect import DELIMITERS
from sheets.encodings import NAMES
from sheets.errors import FileRefused
from sheets.inspection import Inspection


@dataclass(frozen=True, slots=True)
class Choice:
    """ "" takes what the inspection proposes."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_line: int | None = None
    """Line of a text file or row of a sheet that names the columns; 0: none does. Nothing: where it is found.

    Rows above it are kept out; without a header, only comments and sep= are. The keys of JSON items are always one.
    """
    hidden_rows: bool | None = None
    """Whether rows that are hidden in the workbook are read too; None leaves them out, as they are for who looks."""

    def check(self, inspection: Inspection) -> None:
        """Raises FileRefused where it does not fit the file."""
        if self.encoding and self.encoding not in NAMES:
            raise FileRefused(_("Unknown encoding %(name)s.") % {"name": self.encoding[:40]})
        if self.delimiter and self.delimiter not in DELIMITERS:
            raise FileRefused(_("The delimiter must be a comma, a semicolon, a tab or a vertical bar."))
        if self.sheet and self.sheet not in [sheet.name for sheet in inspection.sheets]:
            raise FileRefused(_("The workbook has no sheet %(name)s.") % {"name": self.sheet[:40]})
