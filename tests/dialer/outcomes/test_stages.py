from __future__ import annotations

from itertools import permutations

import pytest

from dialer.models import CallEvent, Stage, State
from dialer.outcomes import stages
from tests.support.builders import NOW, make_agent, make_call_request

pytestmark = pytest.mark.django_db
MOVING = [Stage.AGENT_RINGING, Stage.AGENT_ANSWERED, Stage.RINGING, Stage.TALKING]


def test_a_call_advances_and_each_step_is_a_line_of_its_history():
    call = make_call_request(state=State.ACCEPTED, agent=make_agent())
    assert all(stages.advance_stage(call.pk, stage, at=NOW) for stage in MOVING)
    kinds = list(CallEvent.objects.filter(call=call).values_list("kind", flat=True))
    assert kinds == ["agent_rings", "agent_on", "rings", "talks"]
    call.refresh_from_db()
    assert call.stage == Stage.TALKING


@pytest.mark.parametrize("order", list(permutations(MOVING)))
def test_it_never_goes_back_in_whatever_order_the_news_comes(order):
    call = make_call_request(state=State.ACCEPTED, agent=make_agent())
    furthest = -1
    for stage in (*order, *order):
        moved = stages.advance_stage(call.pk, stage, at=NOW)
        assert moved == (MOVING.index(stage) > furthest)
        furthest = max(furthest, MOVING.index(stage))
    call.refresh_from_db()
    assert call.stage == Stage.TALKING


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        (State.PENDING, False),
        (State.CANCELLED, False),
        (State.SENDING, True),
        (State.ACCEPTED, True),
        (State.IN_DOUBT, True),
    ],
)
def test_only_what_has_left_moves(state: str, moves: bool):
    call = make_call_request(state=state, agent=make_agent())
    assert stages.advance_stage(call.pk, Stage.RINGING, at=NOW) is moves


def test_a_closed_call_and_an_end_move_nothing():
    call = make_call_request(state=State.ACCEPTED, closed_at=NOW, agent=make_agent())
    assert not stages.advance_stage(call.pk, Stage.RINGING, at=NOW)
    call = make_call_request("+447700900002", state=State.ACCEPTED)
    assert not stages.advance_stage(call.pk, Stage.ENDED, at=NOW)
