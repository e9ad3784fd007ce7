"""Verdicts on a batch of numbers in one statement, whatever its size.

Whoever asks brings a SELECT of its subjects and the grounds they stand on; single calls ask with a batch of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from dialer import dnc
from dialer.policy.ground import Ground
from dialer.policy.rules import Verdict

DAY, WEEK = timedelta(days=1), timedelta(days=7)
LOOK_AGAIN = timedelta(minutes=10)
"""For rules that name no time: registry, price, doubt. Whoever changes these wakes the campaigns anyway."""

GroundKey = tuple[str, int, str]
"""Country, id of the set of zones (0 for none), purpose, as the subjects have them."""

_GROUND = (
    ("country", "text"), ("zones", "int"), ("purpose", "text"), ("held", "text"), ("closed", "bool"),
    ("needs_consent", "bool"), ("consent_since", "date"), ("per_day", "int"),
    ("per_week", "int"), ("rest", "interval"), ("look_back", "interval"),
)  # fmt: skip

_NOT_OWN = "AND NOT (t.source = %(own)s AND t.source_id = {}.id)"

# The order of the rules is the order of the words: “no” before “later”, and what lasts longest first. Subjects are
# looked up in the order of their identities, in which the indexes are read once from end to end; each LATERAL is one
# probe of an index, and stays one (LIMIT 1), however wrong the planner's statistics are.
_VERDICTS = """
WITH subject AS (SELECT * FROM ({subjects}) each_one ORDER BY identity),
ground AS MATERIALIZED (
    SELECT *, %(now)s - look_back AS looks_from, %(now)s - rest AS rest_from
      FROM unnest({arrays}) WITH ORDINALITY AS g ({names}, place)
),
looked_at AS (
    SELECT s.id, s.identity, s.consented_on, g.per_day, g.per_week, g.rest, g.rest_from, s.country, g.place,
           a.of_day, a.of_week, a.abandoned_at,
           CASE
             WHEN d.is_listed THEN 'do_not_call'
             WHEN g.needs_consent AND NOT s.has_consent THEN 'consent_missing'
             WHEN g.needs_consent AND g.consent_since IS NOT NULL
                  AND (s.consented_on IS NULL OR s.consented_on < g.consent_since) THEN 'consent_old'
             WHEN g.held <> '' THEN g.held
             WHEN o.in_doubt THEN 'in_doubt'
             WHEN o.in_doubt IS NOT NULL THEN 'open_order'
             WHEN a.abandoned_at > g.rest_from THEN 'abandoned'
             WHEN g.per_week > 0 AND a.of_week >= g.per_week THEN 'capped_week'
             WHEN g.per_day > 0 AND a.of_day >= g.per_day THEN 'capped_day'
             WHEN g.closed THEN 'outside_hours'
             ELSE ''
           END AS rule
      FROM subject s
      JOIN ground g ON g.country = s.country AND g.zones = s.zones AND g.purpose = s.purpose
      LEFT JOIN LATERAL ({is_listed}) d ON TRUE
      LEFT JOIN LATERAL (
           SELECT count(*) FILTER (WHERE t.counts AND t.opened_at > %(now)s - interval '1 day') AS of_day,
                  count(*) FILTER (WHERE t.counts AND t.opened_at > %(now)s - interval '7 days') AS of_week,
                  max(t.opened_at) FILTER (WHERE t.abandoned) AS abandoned_at
             FROM dialer_attempt t
            WHERE t.identity = s.identity AND t.opened_at > g.looks_from {not_own_s}
           ) a ON TRUE
      LEFT JOIN LATERAL (
           SELECT t.in_doubt FROM dialer_attempt t
            WHERE t.identity = s.identity AND t.closed_at IS NULL {not_own_s} LIMIT 1
           ) o ON TRUE
)
SELECT v.id, v.rule,
       CASE v.rule
         WHEN 'do_not_call' THEN (SELECT x.found FROM (SELECT v.identity, v.country) s, LATERAL ({listed}) x)
         WHEN 'consent_old' THEN coalesce(v.consented_on::text, '')
         WHEN 'abandoned' THEN v.abandoned_at::text
         WHEN 'capped_week' THEN v.of_week::text
         WHEN 'capped_day' THEN v.of_day::text
         ELSE ''
       END AS found,
       CASE WHEN v.rule IN ('abandoned', 'capped_week', 'capped_day') THEN greatest(
         CASE WHEN v.abandoned_at > v.rest_from THEN v.abandoned_at + v.rest END,
         CASE WHEN v.per_week > 0 AND v.of_week >= v.per_week THEN
              (SELECT t.opened_at FROM dialer_attempt t WHERE t.identity = v.identity AND t.counts {not_own_v}
                ORDER BY t.opened_at DESC OFFSET v.per_week - 1 LIMIT 1) + interval '7 days' END,
         CASE WHEN v.per_day > 0 AND v.of_day >= v.per_day THEN
              (SELECT t.opened_at FROM dialer_attempt t WHERE t.identity = v.identity AND t.counts {not_own_v}
                ORDER BY t.opened_at DESC OFFSET v.per_day - 1 LIMIT 1) + interval '1 day' END
       ) END AS next_at,
       v.place
  FROM looked_at v
"""


class Judged(NamedTuple):
    """One subject by its id, and what holds it back."""

    id: int
    verdict: Verdict | None


def judge(
    subjects: str,
    parameters: Mapping[str, Any],
    grounds: Mapping[GroundKey, Ground],
    *,
    now: datetime,
    dnc_lists: Sequence[int] = (),
    own_source: str = "",
) -> Iterator[Judged]:
    """`subjects` selects id, identity, country, zones, purpose, has_consent (bool) and consented_on (date).

    `identity` is the callee's key (telephony.identity). `dnc_lists` are ids of lists that hold for this campaign only.
    `own_source` says that the subjects have attempts of their own, which must not be held against them: it is asked
    once more before they leave.
    """
    if not grounds:
        return
    sql, values = query(subjects, parameters, grounds, now=now, dnc_lists=dnc_lists, own_source=own_source)
    by_place = list(grounds.values())
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for id_, code, found, next_at, place in cursor.fetchall():
            yield Judged(id_, _verdict(code, found, next_at, by_place[place - 1]) if code else None)


def query(
    subjects: str,
    parameters: Mapping[str, Any],
    grounds: Mapping[GroundKey, Ground],
    *,
    now: datetime,
    dnc_lists: Sequence[int] = (),
    own_source: str = "",
) -> tuple[str, dict[str, Any]]:
    """The statement behind `judge`: id, rule, found, next_at and the place of its ground, from 1, of every subject."""
    columns = zip(*(_ground_row(key, ground) for key, ground in grounds.items()), strict=True)
    arrays = {f"g_{name}": list(column) for (name, _type), column in zip(_GROUND, columns, strict=True)}
    sql = _VERDICTS.format(
        subjects=subjects,
        arrays=", ".join(f"%(g_{name})s::{kind}[]" for name, kind in _GROUND),
        names=", ".join(name for name, _type in _GROUND),
        listed=dnc.LISTED,
        is_listed=dnc.IS_LISTED,
        not_own_s=_NOT_OWN.format("s") if own_source else "",
        not_own_v=_NOT_OWN.format("v") if own_source else "",
    )
    return sql, {**parameters, **arrays, "now": now, "dnc_lists": list(dnc_lists), "own": own_source}


def _ground_row(key: GroundKey, ground: Ground) -> tuple[Any, ...]:
    profile = ground.profile
    rest = timedelta(hours=profile.hours_after_abandoned)
    caps = max(DAY if profile.attempts_per_day else timedelta(), WEEK if profile.attempts_per_week else timedelta())
    return (
        *key,
        ground.verdict.code if ground.verdict else "",
        ground.hours is not None,
        ground.needs_consent,
        ground.consent_since,
        profile.attempts_per_day,
        profile.attempts_per_week,
        rest,
        max(rest, caps),
    )


def _verdict(code: str, found: str, next_at: datetime | None, ground: Ground) -> Verdict:
    """The statement's raw values in words; what passes during the night may be called in the morning."""
    profile = ground.profile
    next_at = next_at and ground.opens_from(next_at)
    if ground.verdict and code == ground.verdict.code:
        return ground.verdict
    match code:
        case "outside_hours":
            assert ground.hours
            return ground.hours
        case "consent_missing":
            return Verdict(code, limit=str(profile.country or profile))
        case "consent_old":
            assert ground.consent_since
            return Verdict(code, found=found or "–", limit=ground.consent_since.isoformat())
        case "abandoned":
            at = parse_datetime(found)
            assert at
            shown = f"{date_format(at, 'j F Y, H:i')} UTC"
            return Verdict(code, found=shown, limit=str(profile.hours_after_abandoned), next_at=next_at)
        case "capped_week":
            return Verdict(code, found=found, limit=str(profile.attempts_per_week), next_at=next_at)
        case "capped_day":
            return Verdict(code, found=found, limit=str(profile.attempts_per_day), next_at=next_at)
    return Verdict(code, found=found, next_at=next_at)
