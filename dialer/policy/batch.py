"""Verdicts on a batch of numbers in one statement, whatever its size.

Whoever asks brings a SELECT of its subjects and the grounds they stand on; single calls ask with a batch of one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

from dialer.dnc import lists as dnc
from dialer.policy.calling_context import LIMIT_OF, Ground
from dialer.policy.rules import Verdict

DAY, WEEK, MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=30)
LONGEST_ORDER = timedelta(days=7)
"""A rest begins when its order has ended; an order that began so much earlier is still looked at."""
LOOK_AGAIN = timedelta(minutes=10)
"""For rules that name no time: registry, price, doubt. Whoever changes these wakes the campaigns anyway."""

GroundKey = tuple[str, int, str, str]
"""Country, id of the set of zones (0 for none), purpose, first digits, as the subjects have them."""

_GROUND = (
    ("country", "text"), ("zones", "int"), ("purpose", "text"), ("area", "text"), ("held", "text"),
    ("is_held_for_good", "bool"),
    ("closed", "bool"), ("needs_consent", "bool"), ("consent_since", "date"), ("per_day", "int"), ("per_week", "int"),
    ("per_month", "int"), ("rest", "interval"), ("refusal", "interval"), ("talk", "interval"),
    ("look_back", "interval"), ("registry", "text"), ("registry_since", "date"),
)  # fmt: skip

DNC_RULES = frozenset({"do_not_call", "do_not_call_until"})
ORDER_RULES = frozenset({"in_doubt", "open_order"})

# An order that is asked about once more before it leaves has an open attempt itself, which is its own.
_NOT_OWN = "AND NOT (t.source = %(own)s AND t.source_id = {}.id)"

# The order of the rules is the order of the words: “no” before “later”, and what lasts longest first. Subjects are
# looked up in the order of their identities, in which the indexes are read once from end to end; each LATERAL is one
# probe of an index, and stays one (LIMIT 1), however wrong the planner's statistics are.
# `ground` is MATERIALIZED, so that its moments are computed once per ground and not for every number.
_VERDICTS = """
WITH subject AS (SELECT * FROM ({subjects}) each_one ORDER BY identity),
ground AS MATERIALIZED (
    SELECT *, %(now)s - look_back AS looks_from, %(now)s - rest AS rest_from, %(now)s - refusal AS refusal_from,
           %(now)s - talk AS talk_from
      FROM unnest({arrays}) WITH ORDINALITY AS g ({names}, place)
),
looked_at AS (
    SELECT s.id, s.identity, s.consented_on, g.per_day, g.per_week, g.per_month, g.rest, g.rest_from, g.refusal,
           g.refusal_from, g.talk, g.talk_from, s.country, g.place, a.of_day, a.of_week, a.of_month, a.abandoned_at,
           a.refused_at, a.answered_at, r.received_on, r.is_listed AS is_registered,
           CASE
             WHEN d.is_listed {dnc_asked} THEN 'do_not_call'
             WHEN g.needs_consent AND NOT s.has_consent THEN 'consent_missing'
             WHEN g.needs_consent AND g.consent_since IS NOT NULL
                  AND (s.consented_on IS NULL OR s.consented_on < g.consent_since) THEN 'consent_old'
             WHEN g.held <> '' AND g.is_held_for_good THEN g.held
             WHEN g.registry <> '' AND (r.received_on IS NULL OR r.is_listed OR r.received_on < g.registry_since)
                  THEN 'registry_stale'
             WHEN g.held <> '' THEN g.held
             WHEN o.in_doubt {orders_asked} THEN 'in_doubt'
             WHEN o.in_doubt IS NOT NULL {orders_asked} THEN 'open_order'
             WHEN a.refused_at > g.refusal_from THEN 'rest_after_refusal'
             WHEN a.answered_at > g.talk_from THEN 'rest_after_answered'
             WHEN a.abandoned_at > g.rest_from THEN 'abandoned'
             WHEN g.per_month > 0 AND a.of_month >= g.per_month THEN 'capped_month'
             WHEN g.per_week > 0 AND a.of_week >= g.per_week THEN 'capped_week'
             WHEN g.per_day > 0 AND a.of_day >= g.per_day THEN 'capped_day'
             WHEN g.closed THEN 'outside_hours'
             ELSE ''
           END AS rule
      FROM subject s
      JOIN ground g ON g.country = s.country AND g.zones = s.zones AND g.purpose = s.purpose AND g.area = s.area
      LEFT JOIN LATERAL ({is_listed}) d ON TRUE
      LEFT JOIN LATERAL (
           SELECT count(*) FILTER (WHERE t.counts AND t.opened_at > %(now)s - interval '1 day') AS of_day,
                  count(*) FILTER (WHERE t.counts AND t.opened_at > %(now)s - interval '7 days') AS of_week,
                  max(t.opened_at) FILTER (WHERE t.abandoned) AS abandoned_at,
                  {longer}
             FROM dialer_attempt t
            WHERE t.identity = s.identity AND t.opened_at > g.looks_from {not_own_s}
           ) a ON TRUE
      LEFT JOIN LATERAL (
           SELECT t.in_doubt FROM dialer_attempt t
            WHERE t.identity = s.identity AND t.closed_at IS NULL {not_own_s} LIMIT 1
           ) o ON TRUE
      LEFT JOIN LATERAL (
           SELECT t.received_on, t.is_listed FROM dialer_registryanswer t
            WHERE g.registry <> '' AND t.identity = s.identity AND t.country = g.registry LIMIT 1
           ) r ON TRUE
)
SELECT v.id,
       CASE WHEN v.rule = 'do_not_call' AND {ends_at} < 'infinity' THEN 'do_not_call_until' ELSE v.rule END AS rule,
       CASE v.rule
         WHEN 'do_not_call' THEN (SELECT x.found FROM (SELECT v.identity, v.country) s, LATERAL ({listed}) x)
         WHEN 'consent_old' THEN coalesce(v.consented_on::text, '')
         WHEN 'registry_stale' THEN concat_ws(' ', v.received_on, nullif(v.is_registered, FALSE))
         WHEN 'rest_after_refusal' THEN v.refused_at::text
         WHEN 'rest_after_answered' THEN v.answered_at::text
         WHEN 'abandoned' THEN v.abandoned_at::text
         WHEN 'capped_month' THEN v.of_month::text
         WHEN 'capped_week' THEN v.of_week::text
         WHEN 'capped_day' THEN v.of_day::text
         ELSE ''
       END AS found,
       CASE WHEN v.rule = 'do_not_call' THEN nullif({ends_at}, 'infinity')
            WHEN v.rule IN {waits} THEN greatest(
         CASE WHEN v.refused_at > v.refusal_from THEN v.refused_at + v.refusal END,
         CASE WHEN v.answered_at > v.talk_from THEN v.answered_at + v.talk END,
         CASE WHEN v.abandoned_at > v.rest_from THEN v.abandoned_at + v.rest END,
         {caps}
       ) END AS next_at,
       v.place
  FROM looked_at v
"""
# There is room again when the n-th newest attempt, with which the cap is full, leaves its window.
_CAP = """CASE WHEN v.per_{span} > 0 AND v.of_{span} >= v.per_{span} THEN
              (SELECT t.opened_at FROM dialer_attempt t WHERE t.identity = v.identity AND t.counts {{not_own_v}}
                ORDER BY t.opened_at DESC OFFSET v.per_{span} - 1 LIMIT 1) + interval '{days} days' END"""
_CAPS = ",\n         ".join(
    _CAP.format(span=span, days=days) for span, days in (("month", 30), ("week", 7), ("day", 1))
)
_ENDS_AT = f"(SELECT x.ends_at FROM (SELECT v.identity, v.country) s, LATERAL ({dnc.ENDS_AT}) x)"
_LONGER = """count(*) FILTER (WHERE t.counts AND t.opened_at > %(now)s - interval '30 days') AS of_month,
                  max(t.closed_at) FILTER (WHERE t.refused) AS refused_at,
                  max(t.closed_at) FILTER (WHERE t.answered) AS answered_at"""
_NOT_LONGER = "0 AS of_month, NULL::timestamptz AS refused_at, NULL::timestamptz AS answered_at"
"""Where no rule asks for them: they would cost each number a third more."""
_WAITS = "('rest_after_refusal', 'rest_after_answered', 'abandoned', 'capped_month', 'capped_week', 'capped_day')"


class Evaluation(NamedTuple):
    """One subject by its id, and what holds it back."""

    id: int
    verdict: Verdict | None
    ground: Ground | None = None
    """On which it stands; None where the verdict is not the policy's."""


def evaluate(
    subjects: str,
    parameters: Mapping[str, Any],
    grounds: Mapping[GroundKey, Ground],
    *,
    now: datetime,
    dnc_lists: Sequence[int] = (),
    own_source: str = "",
    known: Collection[str] = (),
) -> Iterator[Evaluation]:
    """`subjects` selects id, identity, country, zones, purpose, area (the callee's first digits where regions have
    rules, else ""), has_consent (bool) and consented_on (date).

    `identity` is the callee's key (numbers.phone_identity). `dnc_lists` are ids of lists for this campaign only.
    `own_source` says that the subjects have attempts of their own, which must not be held against them: it is asked
    once more before they leave. `known` are do-not-call and order rules found before: the next rule is named instead.
    """
    if not grounds:
        return
    sql, values = query(subjects, parameters, grounds, now=now, dnc_lists=dnc_lists, own_source=own_source, known=known)
    by_place = list(grounds.values())
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for id_, code, found, next_at, place in cursor.fetchall():
            # WITH ORDINALITY counts from 1, in the order of the arrays.
            ground = by_place[place - 1]
            yield Evaluation(id_, _verdict(code, found, next_at, ground) if code else None, ground)


def query(
    subjects: str,
    parameters: Mapping[str, Any],
    grounds: Mapping[GroundKey, Ground],
    *,
    now: datetime,
    dnc_lists: Sequence[int] = (),
    own_source: str = "",
    known: Collection[str] = (),
) -> tuple[str, dict[str, Any]]:
    """The statement behind `evaluate`: id, rule, found, next_at, place of its ground (from 1) of each subject."""
    columns = zip(*(_ground_row(key, ground) for key, ground in grounds.items()), strict=True)
    arrays = {f"g_{name}": list(column) for (name, _type), column in zip(_GROUND, columns, strict=True)}
    own_v = _NOT_OWN.format("v") if own_source else ""
    profiles = [ground.profile for ground in grounds.values()]
    looks_longer = any(p.attempts_per_month or p.days_after_refusal or p.days_after_answered for p in profiles)
    sql = _VERDICTS.format(
        # Only our own words are put into the text; whatever comes from people goes in as a value.
        subjects=subjects,
        arrays=", ".join(f"%(g_{name})s::{kind}[]" for name, kind in _GROUND),
        names=", ".join(name for name, _type in _GROUND),
        caps=_CAPS.format(not_own_v=own_v),
        waits=_WAITS,
        ends_at=_ENDS_AT,
        longer=_LONGER if looks_longer else _NOT_LONGER,
        listed=dnc.LISTED,
        is_listed=dnc.IS_LISTED,
        dnc_asked="" if DNC_RULES.isdisjoint(known) else "AND FALSE",
        orders_asked="" if ORDER_RULES.isdisjoint(known) else "AND FALSE",
        not_own_s=_NOT_OWN.format("s") if own_source else "",
    )
    return sql, {**parameters, **arrays, "now": now, "dnc_lists": list(dnc_lists), "own": own_source}


def _ground_row(key: GroundKey, ground: Ground) -> tuple[Any, ...]:
    profile = ground.profile
    rest = timedelta(hours=profile.hours_after_abandoned)
    refusal, talk = timedelta(days=profile.days_after_refusal), timedelta(days=profile.days_after_answered)
    caps = (
        (profile.attempts_per_day, DAY), (profile.attempts_per_week, WEEK), (profile.attempts_per_month, MONTH)
    )  # fmt: skip
    # Attempts are read as far back as the longest of these rules looks, and no further.
    looks = [span for cap, span in caps if cap] + [days + LONGEST_ORDER for days in (refusal, talk) if days]
    return (
        *key,
        ground.verdict.code if ground.verdict else "",
        bool(ground.verdict and ground.verdict.is_final),
        ground.hours is not None,
        ground.needs_consent,
        ground.consent_since,
        profile.attempts_per_day,
        profile.attempts_per_week,
        profile.attempts_per_month,
        rest,
        refusal,
        talk,
        max(rest, *looks, timedelta()),
        ground.registry.country if ground.registry else "",
        ground.registry.since if ground.registry else None,
    )


def _verdict(code: str, found: str, next_at: datetime | None, ground: Ground) -> Verdict:
    """The statement's raw values in words; what passes during the night may be called in the morning."""
    profile = ground.profile
    next_at = next_at and ground.opens_from(next_at)
    if ground.verdict and code == ground.verdict.code:
        return ground.verdict
    match code:
        case "do_not_call" | "do_not_call_until" if not found.endswith((".", "!", "?")):
            found += "."  # a reason is written by a person, or stands in a file, and more sentences follow
        case "outside_hours":
            assert ground.hours
            return ground.hours
        case "consent_missing":
            return Verdict(code, limit=str(profile.country or profile))
        case "consent_old":
            assert ground.consent_since
            return Verdict(code, found=found or "–", limit=ground.consent_since.isoformat())
        case "registry_stale":
            assert ground.registry
            return ground.registry.verdict(found)
        case "abandoned" | "rest_after_refusal" | "rest_after_answered":
            at = parse_datetime(found)
            assert at
            found = f"{date_format(at, 'j F Y, H:i')} UTC"
    limit = str(getattr(profile, LIMIT_OF[code])) if code in LIMIT_OF else ""
    return Verdict(code, found=found, limit=limit, next_at=next_at)
