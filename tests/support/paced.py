"""Paced campaigns in a portal of its own, with as many numbers as a test wants."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.live import LivePortal

AREAS = 797


def callees(count: int, *, start: int = 0) -> list[str]:
    """Different numbers kept for fiction: +1 xxx 555 01xx, a hundred in each area code from 203 to 999."""
    assert start + count <= 100 * AREAS
    return [f"+1{203 + n // 100}55501{n % 100:02}" for n in range(start, start + count)]


CONNECT_NUMBER = ("--connect-number", "+12025550190")


def make_campaign(
    portal: LivePortal,
    name: str,
    numbers: Sequence[str],
    *,
    channel: str = "calls",
    ours: Sequence[str] = CONNECT_NUMBER,
    **columns: int,
) -> int:
    """A draft with these numbers, read and confirmed; its id. As fast as the account lets it, unless columns say so.

    `ours` are the options that name our side, and with it the account.
    """
    path = portal.folder / f"{name}.csv"
    path.write_text("phone\n" + "\n".join(numbers) + "\n")
    values = {"calls_per_minute": 60_000, "concurrent_calls": 10_000, "line_seconds": 0, **columns}
    options = [text for key, value in values.items() for text in (f"--{key.replace('_', '-')}", str(value))]
    counts = portal.json(
        *("import_call_list", str(path), "--user", "supervisor", "--campaign", name, "--create", "--country", "US"),
        *("--channel", channel, *ours, "--purpose", "service", *options),
    )
    assert counts["accepted"] == len(numbers), counts
    return int(portal.sql("SELECT id FROM campaigns_campaign WHERE name = %s", name)[0][0])
