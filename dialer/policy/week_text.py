"""A week of hours in one line, for people."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from dialer.support.calling_hours import Windows, as_text


def week_text(days: Sequence[Windows]) -> str:
    """Days with the same hours together: “Mon–Sat 08:00-20:00, Sun closed”."""
    hours = [as_text(windows) or _("closed") for windows in days]
    runs: list[tuple[int, int]] = []
    for day, text in enumerate(hours):
        if runs and hours[runs[-1][1]] == text:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    names = [str(name) for name in WEEKDAYS_ABBR.values()]
    return ", ".join(
        f"{names[first]}{f'–{names[last]}' if last > first else ''} {hours[first]}" for first, last in runs
    )
