"""One phone in two spellings: in call lists, in campaigns, and where somebody asks why it was not called."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from campaigns.chunks.chunker import next_chunk
from campaigns.importer.held_back import _called_since, _elsewhere, _in_campaign
from campaigns.models import Campaign, Entry
from campaigns.pacing import next_pass
from campaigns.pages import why
from campaigns.policy.evaluator import BY_ID, Evaluator
from dialer.dnc import lists as dnc
from dialer.models import Attempt, Decision, DncEntry, DncList, State
from dialer.policy import decisions
from dialer.policy.batch import query
from dialer.policy.rules import Verdict
from tests.support.builders import NOW, make_call_request, make_user
from tests.support.campaign_builders import make_call_list, make_campaign, make_paced_campaign, make_task
from tests.support.imported_lists import accepted, imported, in_blocks_of, rejected

pytestmark = pytest.mark.django_db

MOBILE, FIXED = "+5491123456789", "+541123456789"
"""One phone of Buenos Aires."""
OTHER_MOBILE, OTHER_FIXED = "+5493512345678", "+543512345678"
"""One phone of Córdoba."""
LONDON = "+447700900001"
C, E = Campaign.State, Entry.State


def argentinian(name: str = "Spring", **columns: Any) -> Campaign:
    return make_campaign(name, country="AR", **columns)


SAME_PHONE = """phone,name
+54 9 11 2345-6789,Ann
+54 11 2345-6789,Ann again
011 15-2345-6789,Ann a third time
+54 351 234-5678,Bob
+54 9 351 234-5678,Bob again
"""


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_a_phone_that_a_file_has_in_several_spellings_is_called_once(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_blocks_of(monkeypatch, rows)
    call_list = imported(SAME_PHONE, campaign=argentinian())
    assert accepted(call_list) == [MOBILE, OTHER_FIXED]
    assert rejected(call_list) == [(3, "duplicate"), (4, "duplicate"), (6, "duplicate")]


def test_a_phone_of_an_earlier_list_is_a_duplicate_in_its_other_spelling() -> None:
    campaign = argentinian()
    imported(f"phone\n{MOBILE}\n", campaign=campaign, name="spring.csv")
    second = imported(f"phone\n{LONDON}\n{FIXED}\n", campaign=campaign)
    assert accepted(second) == [LONDON]
    row = second.rejected_rows.get()
    assert row.reason == "This number is already in the campaign: line 2 of spring.csv."
    assert row.callee == int(FIXED)


def test_a_phone_on_a_do_not_call_list_is_rejected_in_its_other_spelling() -> None:
    DncEntry.objects.create(dnc_list=DncList.objects.create(name="Some"), callee=FIXED, added_at=NOW)
    assert rejected(imported(f"phone\n{LONDON}\n{MOBILE}\n", campaign=argentinian())) == [(3, "do_not_call")]


def test_a_phone_of_another_campaign_or_that_was_called_is_left_out_in_its_other_spelling() -> None:
    make_call_list(argentinian("Winter", state=C.RUNNING), entries=[FIXED])
    make_call_request(OTHER_MOBILE)
    content = f"phone\n{MOBILE}\n{OTHER_FIXED}\n{LONDON}\n"
    options = {"skip_other_campaigns": True, "called_within_days": 7}
    call_list = imported(content, campaign=argentinian(), options=options)
    assert rejected(call_list) == [(2, "duplicate_elsewhere"), (3, "called_recently")]


def test_a_chunk_does_not_take_a_phone_that_has_an_open_order_in_its_other_spelling() -> None:
    make_task(argentinian("Winter", state=C.RUNNING), entries=[FIXED], state=State.ACCEPTED)
    campaign = argentinian(state=C.RUNNING)
    make_call_list(campaign, entries=[MOBILE, LONDON])
    task = next_chunk(campaign.pk, now=NOW)
    assert task is not None
    assert list(task.entries.values_list("callee", flat=True)) == [LONDON]
    assert Decision.objects.get().rule == "open_order"


def test_numbers_of_a_chunk_are_stopped_when_their_phone_opts_out_in_its_other_spelling() -> None:
    task = make_task(argentinian(state=C.RUNNING), entries=[MOBILE, LONDON])
    dnc.opt_out(callee=FIXED, source="", by=make_user(), now=NOW)
    evaluator = Evaluator(task.campaign, now=NOW)
    rules = {
        row.id: row.verdict.code if row.verdict else ""
        for row in evaluator.evaluate_entries(_ids(task), have_attempts=True)
    }
    assert [rules[pk] for pk in _ids(task)] == ["do_not_call", ""]


def _ids(task: Any) -> list[int]:
    return list(task.entries.order_by("pk").values_list("pk", flat=True))


def two_spellings(**columns: Any) -> Campaign:
    """As the migration leaves a campaign that had both of them."""
    campaign = make_paced_campaign(country="AR", **columns)
    make_call_list(campaign, entries=[MOBILE])
    call_list = make_call_list(campaign, entries=0)
    Entry.objects.create(
        campaign=campaign,
        call_list=call_list,
        line_number=2,
        callee=FIXED,
        order_id="second",
        state=E.NOT_CALLED,
        reason="Same phone.",
        is_second_spelling=True,
    )
    return campaign


def test_a_second_spelling_from_before_is_not_called_by_another_pass() -> None:
    campaign = two_spellings(state=C.PAUSED)
    Entry.objects.filter(callee=MOBILE).update(state=E.NOT_CALLED, reason="No.")
    assert next_pass.start_pass(campaign=campaign, outcomes=["not_called"], by=make_user(), now=NOW) == 1
    assert campaign.entries.get(state=E.WAITING).callee == MOBILE


def test_why_a_phone_was_not_called_is_told_whichever_spelling_is_asked_for(administrator_client: Client) -> None:
    two_spellings()
    rejecting = imported(f"phone\n{FIXED}\n{MOBILE}\n", campaign=argentinian())
    calls = [make_call_request(callee, state=State.REJECTED) for callee in (FIXED, MOBILE, LONDON)]
    decisions.record(Verdict("do_not_call"), callee=FIXED, source="form", now=NOW)
    for callee in (FIXED, MOBILE):
        story = why.story_of(callee, purpose="service", now=NOW)
        assert sorted(entry.callee for entry in story.entries) == [FIXED, FIXED, MOBILE]
        assert [row.pk for row in story.rejected] == [rejecting.rejected_rows.get().pk]
        assert {call.pk for call in story.calls} == {call.pk for call in calls[:2]}
        assert len(story.decisions) == 1
        page = administrator_client.get(reverse("admin:campaigns_entry_changelist"), {"q": callee})
        assert len(page.context["cl"].result_list) == 3


# Plans of queries ----------------------------------------------------------------------------------------------------

NUMBERS = 20_000


@pytest.fixture
def _many_rows() -> None:
    """Enough that reading a table from end to end costs more than its index."""
    campaign = make_campaign(state=C.RUNNING)
    call_list = make_call_list(campaign, entries=0)
    dnc_list = DncList.objects.create(name="Many")
    first = 5_491_100_000_000
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO campaigns_entry (campaign_id, call_list_id, line_number, callee, order_id, country)
            SELECT %s, %s, n, %s + n, 'plan-' || n, 'AR' FROM generate_series(1, %s) AS n
            """,
            [campaign.pk, call_list.pk, first, NUMBERS],
        )
        cursor.execute(
            """
            INSERT INTO dialer_dncentry (dnc_list_id, callee, reason, source, added_at)
            SELECT %s, %s + n, '', '', %s FROM generate_series(1, %s) AS n
            """,
            [dnc_list.pk, first, NOW, NUMBERS],
        )
        cursor.execute(
            """
            INSERT INTO dialer_attempt (callee, source, source_id, opened_at, closed_at)
            SELECT %s + n, 'call', n, %s, CASE WHEN n %% 9 = 0 THEN NULL ELSE %s END FROM generate_series(1, %s) AS n
            """,
            [first, NOW, NOW, NUMBERS],
        )
        cursor.execute("ANALYZE campaigns_entry, dialer_attempt, dialer_dncentry")


def plan_of(cursor: Any, sql: str, parameters: Any) -> str:
    cursor.execute(f"EXPLAIN {sql}", parameters)
    return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.usefixtures("_many_rows")
def test_verdicts_probe_the_indexes_of_the_key() -> None:
    campaign = Campaign.objects.get()
    evaluator = Evaluator(campaign, now=NOW)
    ids = random.Random(1).sample(list(campaign.entries.values_list("pk", flat=True)), 200)
    values = {**evaluator._constants, "ids": ids}
    grounds = evaluator._grounds("e.id = ANY(%(ids)s::bigint[])", values)
    sql, parameters = query(BY_ID, values, grounds, now=NOW)
    with connection.cursor() as cursor:
        plan = plan_of(cursor, sql, parameters)
    for index in ("uniq_callee_per_dnc_list", "attempt_for_caps", "one_open_order_per_callee"):
        assert index in plan
    for table in ("dialer_attempt", "dialer_dncentry", "campaigns_entry"):
        assert f"Seq Scan on {table}" not in plan


@pytest.mark.usefixtures("_many_rows")
def test_every_lookup_of_a_phone_uses_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = Campaign.objects.get()
    keys = [541_100_000_000 + n for n in range(1, NUMBERS, 400)]
    other = make_campaign("Other", state=C.RUNNING)
    plans: list[str] = []

    def explained(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith("SELECT") and "identity" in sql:
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN {sql}", parameters)
                plans.append("\n".join(line for (line,) in cursor.cursor.fetchall()))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(explained):
        assert len(_in_campaign(campaign.pk, keys)) == len(keys)
        assert len(_elsewhere(other.pk, keys)) == len(keys)
        assert len(_called_since(keys, NOW, days=7)) == len(keys)
        assert len(dnc.listings_of(keys, countries=["AR"] * len(keys), now=NOW)) == len(keys)
        assert len(why.story_of("+5491100000001", purpose="service", now=NOW).entries) == 1
        assert Attempt.objects.of_phone("+541100000009").still_open().count() == 1
    assert len(plans) >= 6
    for plan in plans:
        for table in ("dialer_attempt", "dialer_dncentry", "campaigns_entry"):
            assert f"Seq Scan on {table}" not in plan, plan
