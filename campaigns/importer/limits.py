"""What one call list may hold, beyond the limits of sheets.limits. The upload page states them."""

from __future__ import annotations

MAX_ROWS = 1_000_000
MAX_OTHER = 1024
"""Characters of the value that is passed through to the provider and back."""
MAX_EXTERNAL_ID = 200
MAX_EXTRA = 8_192
"""Characters of all kept columns of a row, as JSON."""
