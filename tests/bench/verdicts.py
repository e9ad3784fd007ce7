"""The policy on all waiting numbers of a campaign, against a bare anti-join over the same tables and a query a number.

A list brings its numbers in no order. One in fifty of them is on the do-not-call list, most were called before, a few
too often; they stand on twelve grounds. It is noon in London, so that the hours spare nobody a look at the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Q

from campaigns.models import Campaign, Entry, ZoneSet
from campaigns.policy.evaluator import Evaluator
from dialer.models import Attempt, CountryProfile, DncEntry, DncList, Purpose
from dialer.models.rules import WEEKDAYS
from dialer.policy.rulebook import Rulebook
from tests.bench.table import Line, show, timed
from tests.support.campaign_builders import make_call_list, make_campaign

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIRST = 447_700_000_000
HOURS = dict.fromkeys(WEEKDAYS[:5], "09:00-20:00")
BOOK = Rulebook(
    {("GB", ""): CountryProfile(**HOURS, attempts_per_day=3, attempts_per_week=5, hours_after_abandoned=72)}
)
PEER_ROWS = 2_000
ZONES = ("Europe/London", "Europe/Jersey", "Europe/Guernsey", "Europe/Isle_of_Man")
RUNS = 3

FLOOR = """
    SELECT count(*) FROM campaigns_entry e
     WHERE e.campaign_id = %(campaign)s AND e.state = 'waiting'
       AND NOT EXISTS (SELECT FROM dialer_dncentry d WHERE d.identity = e.identity)
       AND NOT EXISTS (SELECT FROM dialer_attempt t WHERE t.identity = e.identity AND t.opened_at > %(since)s)
"""


def run(entries: tuple[int, ...], *, listed: int, attempts: int) -> None:
    """`entries` of one campaign each; all is shown of the first, and of the others what a number costs."""
    among = 2 * max(entries)
    fill_do_not_call(listed, among=among)
    fill_attempts(attempts, among=among)
    campaigns = {rows: fill_campaign(rows, among=among) for rows in entries}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) campaigns_entry, dialer_attempt, dialer_dncentry")
    first = entries[0]
    show(
        f"Verdicts: {first:,} waiting numbers, do-not-call list of {listed:,}, {attempts:,} attempts",
        lines_of(campaigns[first], first),
    )
    show("Verdicts: what a number costs, however many there are", [flat(campaigns[rows]) for rows in sorted(entries)])


def fill_do_not_call(rows: int, *, among: int) -> None:
    dnc_list = DncList.objects.create(name=f"bench verdicts {rows}")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO dialer_dncentry (dnc_list_id, callee, reason, source, added_at)
            SELECT %s, %s + CASE WHEN n * 50 < %s THEN n * 50 ELSE 100000000 + n END, '', '', %s
              FROM generate_series(0, %s) AS n
            """,
            [dnc_list.pk, FIRST, among, NOW, rows - 1],
        )


def fill_attempts(rows: int, *, among: int) -> None:
    """Of ninety days, in the order in which they were made; one in ten to the few that are called often."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO dialer_attempt (callee, source, source_id, opened_at, closed_at, counts, abandoned)
            SELECT %(first)s + CASE WHEN n %% 10 = 0 THEN 1 + 200 * (n / 10 * 7919::bigint %% (%(among)s / 200))
                                    ELSE n * 7919::bigint %% %(among)s END,
                   'call', n, at, at + interval '1 minute', n %% 9 <> 0, n %% 1000 = 1
              FROM generate_series(1, %(rows)s) AS n,
                   LATERAL (SELECT %(now)s - interval '90 days' * (%(rows)s - n) / %(rows)s AS at) AS made
            """,
            {"first": FIRST, "among": among, "rows": rows, "now": NOW},
        )


def fill_campaign(rows: int, *, among: int) -> Campaign:
    campaign = make_campaign(f"bench verdicts {rows}", state=Campaign.State.RUNNING)
    call_list = make_call_list(campaign, entries=0)
    zone_sets = [ZoneSet.objects.get_or_create(zones=[zone])[0].pk for zone in ZONES]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO campaigns_entry
                   (campaign_id, call_list_id, line_number, callee, order_id, country, zones_id, purpose)
            SELECT %s, %s, n + 2, %s + n * 104729::bigint %% %s, 'v' || %s || '-' || n, 'GB',
                   (%s::int[])[1 + n %% 4], (%s::text[])[1 + n %% 3]
              FROM generate_series(0, %s) AS n
            """,
            [campaign.pk, call_list.pk, FIRST, among, campaign.pk, zone_sets, list(Purpose.values), rows - 1],
        )
    return campaign


def lines_of(campaign: Campaign, rows: int) -> list[Line]:
    ids = list(campaign.entries.values_list("pk", flat=True))
    sample = ids[:: max(len(ids) // PEER_ROWS, 1)][:PEER_ROWS]
    callees = list(Entry.objects.filter(pk__in=sample).values_list("callee", flat=True))
    counts = Evaluator(campaign, now=NOW, book=BOOK).count_waiting()
    said = ", ".join(f"{count:,} {rule or 'free'}" for rule, count in sorted(counts.items()))
    return [
        Line("floor: neither listed nor called within a day", best(lambda: floor(campaign)), rows),
        Line("ours: how many numbers each rule holds back", best(count_of(campaign)), rows, note=said),
        Line("ours: the verdict on each, in Python", best(lambda: verdicts(campaign, ids)), rows),
        Line(
            "peer: queries for each number",
            best(lambda: one_by_one(callees)) * rows / len(callees),
            rows,
            note=f"measured on {len(callees):,}",
        ),
    ]


def flat(campaign: Campaign) -> Line:
    rows = campaign.entries.count()
    seconds = best(count_of(campaign))
    return Line(f"ours: a thousand out of {rows:,}", seconds / rows * 1000, 1000, note=f"all: {seconds * 1000:,.0f} ms")


def best(job: Callable[[], object]) -> float:
    """Seconds of the shortest run: what else the machine does only ever adds to it."""
    return min(timed(job) for _ in range(RUNS))


def floor(campaign: Campaign) -> int:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, {"campaign": campaign.pk, "since": NOW - timedelta(days=1)})
        return cursor.fetchone()[0]


def count_of(campaign: Campaign) -> Callable[[], dict[str, int]]:
    return lambda: Evaluator(campaign, now=NOW, book=BOOK).count_waiting()


def verdicts(campaign: Campaign, ids: list[int]) -> int:
    return sum(row.verdict is None for row in Evaluator(campaign, now=NOW, book=BOOK).evaluate_entries(ids))


def one_by_one(callees: list[str]) -> int:
    """What one would write first: is it listed, is it open, how often was it called."""
    free = 0
    for callee in callees:
        listed = DncEntry.objects.of_phone(callee).filter(
            Q(expires_at=None) | Q(expires_at__gt=NOW), dnc_list__is_active=True
        )
        if listed.exists():
            continue
        attempts = Attempt.objects.of_phone(callee)
        of_day = attempts.filter(counts=True, opened_at__gt=NOW - timedelta(days=1)).count()
        of_week = attempts.filter(counts=True, opened_at__gt=NOW - timedelta(days=7)).count()
        free += of_day < 3 and of_week < 7 and not attempts.still_open().exists()
    return free
