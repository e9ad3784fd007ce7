"""What follows for entries, callees and the campaign from each outcome of a send and from each record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from campaigns.chunks import chunker, settlement
from campaigns.models import CallList, Campaign, Entry, ProviderTask
from campaigns.planning import services
from dialer.ledger import transitions
from dialer.models import Attempt, CallDetailRecord, State
from dialer.outcomes import ingest
from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, RequestNotSent, RequestRejected
from telephony.contract.orders import Accepted
from telephony.contract.records import CallRecord
from telephony.contract.vocabulary import Disposition
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import callees, make_call_list, make_task

pytestmark = pytest.mark.django_db
E, C = Entry.State, Campaign.State


def sent(*, others: int = 1) -> ProviderTask:
    """A claimed chunk of two numbers; others wait."""
    task = make_task(entries=2)
    if others:
        make_call_list(task.campaign, entries=callees(others, start=10))
    claimed = transitions.claim(ProviderTask, task.pk, now=NOW)
    assert claimed is not None
    return claimed


def settle(task: ProviderTask, outcome: Any) -> ProviderTask:
    transitions.settle(task, outcome, now=NOW)
    return ProviderTask.objects.select_related("campaign").get(pk=task.pk)


def record(entry: Entry, disposition: Disposition, *, call_id: str = "c1", **columns: Any) -> None:
    result = CallRecord(provider_call_id=call_id, order_id=entry.order_id, disposition=disposition, **columns)
    ingest.apply_records([result], account=entry.campaign.account, source="webhook", now=NOW)


def states(task: ProviderTask) -> list[str]:
    return list(Entry.objects.filter(call_list__campaign=task.campaign).order_by("pk").values_list("state", flat=True))


def held() -> int:
    return Attempt.objects.still_open().count()


def test_accepted() -> None:
    task = settle(sent(), Accepted(request_id="r1"))
    assert (task.state, task.campaign.state) == (State.ACCEPTED, C.RUNNING)
    assert states(task) == [E.ORDERED, E.ORDERED, E.WAITING]
    assert held() == 2


def test_rejected_pauses_the_campaign_and_gives_every_number_the_reason() -> None:
    task = settle(sent(), RequestRejected("The strategy does not exist.", code="41000"))
    assert (task.campaign.state, task.campaign.trouble) == (
        C.PAUSED,
        "The provider refused chunk 1: The strategy does not exist.",
    )
    assert states(task) == [E.NOT_CALLED, E.NOT_CALLED, E.WAITING]
    assert set(task.entries.values_list("reason_code", "reason")) == {("41000", "The strategy does not exist.")}
    assert held() == 0


def test_in_doubt_pauses_the_campaign_and_keeps_the_callees() -> None:
    task = settle(sent(), OutcomeUnknown("No answer in time.", code="read_timeout"))
    assert (task.state, task.campaign.state) == (State.IN_DOUBT, C.PAUSED)
    assert states(task) == [E.IN_DOUBT, E.IN_DOUBT, E.WAITING]
    assert held() == 2


def test_not_sent_is_tried_again_and_at_the_cap_its_numbers_wait_again() -> None:
    task = sent()
    for _ in range(4):
        task = settle(task, RequestNotSent("No connection.", code="connect_error"))
        assert (task.state, task.campaign.state) == (State.PENDING, C.RUNNING)
        task = transitions.claim(ProviderTask, task.pk, now=NOW)
        assert task is not None
    task = settle(task, RequestNotSent("No connection.", code="connect_error"))
    assert (task.state, task.campaign.state) == (State.CANCELLED, C.PAUSED)
    assert "could not be sent" in task.campaign.trouble
    assert states(task) == [E.WAITING] * 3
    assert (held(), task.entries.count()) == (0, 0)

    services.resume_campaign(campaign=task.campaign, by=make_user(), now=NOW)
    again = chunker.next_chunk(task.campaign_id, now=NOW)
    assert again is not None
    assert again.size == 3


def test_credentials_refused_holds_the_chunk_until_a_person_resumes_the_account() -> None:
    task = settle(sent(), CredentialsRefused("Wrong key.", code="1001"))
    assert (task.state, task.campaign.state) == (State.PENDING, C.RUNNING)
    assert states(task) == [E.ORDERED, E.ORDERED, E.WAITING]
    assert transitions.claim(ProviderTask, task.pk, now=NOW) is None


def test_a_last_chunk_in_trouble_holds_nothing_back() -> None:
    task = settle(sent(others=0), RequestRejected("No.", code="41000"))
    assert task.campaign.state == C.RUNNING
    chunker.next_chunk(task.campaign_id, now=NOW)
    task.campaign.refresh_from_db()
    assert task.campaign.state == C.FINISHED


def test_a_pause_that_was_faster_does_not_undo_the_settlement(monkeypatch: pytest.MonkeyPatch) -> None:
    task = sent()
    real = services.pause_campaign

    def overtaken(**arguments: Any) -> Any:
        Campaign.objects.update(state=C.PAUSED)
        return real(**arguments)

    monkeypatch.setattr(services, "pause_campaign", overtaken)
    task = settle(task, RequestRejected("No.", code="41000"))
    assert (task.state, task.campaign.state) == (State.REJECTED, C.PAUSED)
    assert task.campaign.trouble == "The provider refused chunk 1: No."


def test_a_chunk_that_comes_back_unsent_after_a_stop_leaves_nobody_waiting() -> None:
    task = sent()
    services.stop_campaign(campaign=task.campaign, by=make_user(), now=NOW)
    with override_settings(PORTAL_SEND_ATTEMPTS=1):
        task = settle(task, RequestNotSent("No connection.", code="connect_error"))
    assert states(task) == [E.NOT_CALLED] * 3
    assert held() == 0


def test_a_stopped_chunk_waiting_for_its_next_try_is_cancelled_by_the_sweep() -> None:
    task = sent()
    services.stop_campaign(campaign=task.campaign, by=make_user(), now=NOW)
    task = settle(task, RequestNotSent("No connection.", code="connect_error"))
    assert task.state == State.PENDING
    assert settlement.cancel_stopped(now=NOW) == 1
    assert states(task) == [E.NOT_CALLED] * 3


def test_records_give_results_and_the_last_one_closes_the_chunk_and_the_campaign() -> None:
    task = settle(sent(others=0), Accepted())
    first, second = task.entries.order_by("pk")
    record(first, Disposition.ANSWERED, call_id="c1", talk_seconds=42, hangup_code="200", hangup_reason="Normal")
    first.refresh_from_db()
    assert (first.state, first.disposition, first.talk_seconds, first.reason) == (E.DONE, "answered", 42, "Normal")
    assert held() == 1
    record(second, Disposition.BUSY, call_id="c2")
    task.refresh_from_db()
    assert (task.closed_at, held()) == (NOW, 0)
    chunker.next_chunk(task.campaign_id, now=NOW)
    task.campaign.refresh_from_db()
    assert task.campaign.state == C.FINISHED


def test_a_record_names_the_chunk_it_belongs_to() -> None:
    task = settle(sent(), Accepted())
    record(task.entries.first(), Disposition.BUSY)
    assert CallDetailRecord.objects.get().reference == task.reference


def test_records_that_overtake_the_acceptance_are_kept() -> None:
    task = sent(others=0)
    for n, entry in enumerate(task.entries.all()):
        record(entry, Disposition.NO_ANSWER, call_id=f"c{n}")
    task = settle(task, Accepted())
    assert states(task) == [E.DONE, E.DONE]
    assert (task.state, task.closed_at) == (State.ACCEPTED, NOW)


def test_the_same_record_twice_changes_nothing() -> None:
    task = settle(sent(), Accepted())
    entry = task.entries.first()
    record(entry, Disposition.BUSY)
    before = Entry.objects.values().get(pk=entry.pk)
    record(entry, Disposition.BUSY)
    assert Entry.objects.values().get(pk=entry.pk) == before
    assert task.events.filter(kind="result").count() == 0


@pytest.mark.parametrize("answered_first", [True, False])
def test_an_answer_outweighs_the_other_calls_of_an_entry(answered_first: bool) -> None:
    task = settle(sent(), Accepted())
    entry = task.entries.first()
    calls = [(Disposition.ANSWERED, "c1"), (Disposition.NO_ANSWER, "c2")]
    for disposition, call_id in calls if answered_first else calls[::-1]:
        record(entry, disposition, call_id=call_id)
    entry.refresh_from_db()
    assert (entry.disposition, entry.provider_call_id) == ("answered", "c1")


def test_of_two_calls_without_answer_the_later_one_counts_whichever_way_the_records_come() -> None:
    task = settle(sent(), Accepted())
    entry = task.entries.first()
    record(entry, Disposition.BUSY, call_id="c2", ended_at=NOW + timedelta(minutes=5))
    record(entry, Disposition.NO_ANSWER, call_id="c1", ended_at=NOW)
    entry.refresh_from_db()
    assert (entry.disposition, entry.provider_call_id) == ("busy", "c2")


def test_an_unknown_order_id_settles_nothing() -> None:
    task = settle(sent(), Accepted())
    unknown = CallRecord(provider_call_id="c1", order_id="nobody", disposition=Disposition.BUSY)
    ingest.apply_records([unknown], account=task.account, source="webhook", now=NOW)
    assert states(task) == [E.ORDERED, E.ORDERED, E.WAITING]


def test_a_record_proves_a_chunk_in_doubt() -> None:
    task = settle(sent(), OutcomeUnknown("No answer in time.", code="read_timeout"))
    record(task.entries.first(), Disposition.ANSWERED)
    task.refresh_from_db()
    assert (task.state, task.closed_at) == (State.ACCEPTED, None)
    assert states(task) == [E.DONE, E.ORDERED, E.WAITING]
    assert task.campaign.state == C.PAUSED


@pytest.mark.parametrize(
    ("called", "entry_state", "disposition"), [(True, E.DONE, "unknown"), (False, E.NOT_CALLED, "")]
)
def test_a_person_ends_the_doubt(called: bool, entry_state: str, disposition: str) -> None:
    task = settle(sent(), OutcomeUnknown("No answer in time.", code="read_timeout"))
    assert transitions.resolve(task, called=called, by=make_user(), reason="Seen in the console.", now=NOW)
    assert set(task.entries.values_list("state", "disposition")) == {(entry_state, disposition)}
    assert held() == 0


def test_a_record_after_a_person_said_unknown_still_gives_the_result() -> None:
    task = settle(sent(), OutcomeUnknown("No answer in time.", code="read_timeout"))
    transitions.resolve(task, called=True, by=make_user(), reason="Seen in the console.", now=NOW)
    entry = task.entries.first()
    record(entry, Disposition.ANSWERED)
    entry.refresh_from_db()
    assert entry.disposition == "answered"


def test_silence_closes_a_chunk_as_unknown() -> None:
    task = settle(sent(), Accepted())
    record(task.entries.first(), Disposition.ANSWERED)
    assert settlement.close_silent(now=NOW, settled_before=NOW + timedelta(seconds=1)) == 1
    assert sorted(task.entries.values_list("disposition", flat=True)) == ["answered", "unknown"]
    assert held() == 0


def test_a_list_read_later_still_gets_its_turn() -> None:
    task = settle(sent(others=0), Accepted())
    for n, entry in enumerate(task.entries.all()):
        record(entry, Disposition.BUSY, call_id=f"c{n}")
    late = make_call_list(task.campaign, entries=callees(1, start=20), state=CallList.State.IMPORTING)
    chunker.next_chunk(task.campaign_id, now=NOW)
    task.campaign.refresh_from_db()
    assert task.campaign.state == C.RUNNING
    CallList.objects.filter(pk=late.pk).update(state=CallList.State.READY)
    assert chunker.next_chunk(task.campaign_id, now=NOW) is not None


def test_a_lost_answer_whose_records_came_first_is_no_doubt() -> None:
    task = sent()
    record(task.entries.first(), Disposition.ANSWERED, call_id="c1")
    task = settle(task, OutcomeUnknown("Lost.", code="read_timeout"))
    assert (task.state, task.campaign.state) == (State.ACCEPTED, C.RUNNING)
    assert [event.kind for event in task.events.all()][-1] == "proven"
