"""What one call list may hold. The upload page states these; they are enforced while the file streams."""

from __future__ import annotations

MAX_ROWS = 1_000_000
MAX_COLUMNS = 256
MAX_LINE = 1024 * 1024
"""Characters of one physical line."""
MAX_OTHER = 1024
"""Characters of the value that is passed through to the provider and back."""
MAX_EXTERNAL_ID = 200
BATCH_ROWS = 5_000
"""Rows of one transaction, and the step of the progress display."""
SAMPLE_LINES = 50
"""Physical lines from which delimiter, header and columns are recognised."""
