"""The fault table over real sockets for AICC and CC-Gateway: a real worker, one order per request, the right state.

What the sandbox does is scripted for each callee; `tests/concurrency/test_faults.py` has the same for NxCloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.live import LivePortal, wait_for

pytestmark = pytest.mark.xdist_group("live-faults-huawei")

TAKEN, REFUSED = 1, 0
# scenario → state of the order, orders that the sandbox took.
FAULTS = {
    "answered": ("accepted", TAKEN),
    "no_answer": ("accepted", TAKEN),
    "busy": ("accepted", TAKEN),
    "refused_41000": ("rejected", REFUSED),
    "failed_88": ("in_doubt", REFUSED),
    "failed_99": ("in_doubt", REFUSED),
    "accepted_then_silent": ("accepted", TAKEN),
    "accepted_then_reset": ("in_doubt", TAKEN),
    "accepted_then_500": ("in_doubt", TAKEN),
    "garbage": ("in_doubt", TAKEN),
    "truncated": ("in_doubt", TAKEN),
    "redirect_302": ("in_doubt", TAKEN),
    "status_408": ("in_doubt", TAKEN),
}
PHONES = [f"442079460{number}" for number in range(200, 220)]
FIRST_AGENT = 1001


@dataclass(frozen=True)
class Api:
    account: str
    block: str
    """The callees' numbers but for their last two digits."""

    def callee(self, number: int) -> str:
        return f"{self.block}{number:02}"

    def who(self, number: int) -> tuple[str, str]:
        """Whose phone rings first: each order has one of its own."""
        if self.account == "Huawei AICC":
            return "--caller", PHONES[number]
        return "--agent", str(FIRST_AGENT + number)


APIS = {"aicc": Api("Huawei AICC", "+4477009003"), "cc-gateway": Api("Huawei CC-Gateway", "+4477009004")}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    live = LivePortal(
        tmp_path_factory.mktemp("portal"),
        PORTAL_LEASE_SECONDS="8",
        PORTAL_AGENT_HOLD_SECONDS="8",
        PORTAL_RETRY_SECONDS="0.2",
        PORTAL_SEND_ATTEMPTS="8",
        SANDBOX_SLOW_SECONDS="30",
        SANDBOX_AICC_PHONES=",".join(PHONES),
        SANDBOX_CCGATEWAY_AGENTS=str(len(PHONES)),
        SANDBOX_CCGATEWAY_POLL_SECONDS="2",
    )
    try:
        live.prepare()
        live.sql(
            "INSERT INTO dialer_agentphone (account_id, number, label, is_active, created_at)"
            " SELECT a.id, n, '', TRUE, now() FROM dialer_provideraccount a, unnest(%s::text[]) n"
            " WHERE a.env_prefix = 'AICC'",
            PHONES,
        )
        live.sql(
            "INSERT INTO dialer_agent (account_id, agent_id, name, phone, skills, auto_answer, auto_idle, password_box,"
            " is_active, created_at)"
            " SELECT account_id, n, '', '7' || n, '', TRUE, TRUE, password_box, TRUE, now()"
            " FROM dialer_agent, generate_series(1005, %s) n WHERE agent_id = 1001",
            FIRST_AGENT + len(PHONES) - 1,
        )
        live.start_sandbox()
        live.start_web()
        live.start_worker()
        signed_in = live.manage("agent", "sign-in", "--user", "supervisor", "--wait", "60")
        assert signed_in.returncode == 0, signed_in.stderr
        wait_for(
            lambda: live.sql("SELECT count(*) FROM dialer_agentstatus WHERE state = 'idle'") == [(len(PHONES),)],
            what="all agents idle",
        )
        yield live
    finally:
        live.stop()


def place(portal: LivePortal, api: Api, number: int, *, wait: int = 25) -> dict[str, Any]:
    who = ("--account", api.account, *api.who(number))
    order = ("place_call", "--user", "supervisor", *who, "--callee", api.callee(number), "--wait", str(wait))
    return portal.json(*order)  # type: ignore[no-any-return]


def state_of(portal: LivePortal, callee: str) -> str:
    rows = portal.sql("SELECT state FROM dialer_callrequest WHERE callee = %s ORDER BY id DESC LIMIT 1", int(callee))
    return str(rows[0][0])


def orders_for(portal: LivePortal, callee: str) -> int:
    """How many requests wanted this callee called, whatever became of them."""
    digits = callee.removeprefix("+")
    bodies = (request.get("body") for request in portal.received()["received"])
    return sum(1 for body in bodies if isinstance(body, dict) and body.get("called") == digits)


def taken(portal: LivePortal, callee: str) -> int:
    return int(portal.received()["orders_by_callee"].get(callee.removeprefix("+"), 0))


@pytest.fixture(scope="module")
def placed(portal: LivePortal) -> dict[tuple[str, str], dict[str, Any]]:
    """Every call of the table by both providers, placed at once."""
    wanted = [(name, number, scenario) for name in APIS for number, scenario in enumerate(FAULTS)]
    for name, number, scenario in wanted:
        portal.control("script", callee=APIS[name].callee(number), scenario=scenario)
    with ThreadPoolExecutor(4) as pool:
        printed = list(pool.map(lambda order: place(portal, APIS[order[0]], order[1]), wanted))
    return {
        (name, scenario): {
            **order,
            "requests": orders_for(portal, APIS[name].callee(number)),
            "taken": taken(portal, APIS[name].callee(number)),
        }
        for (name, number, scenario), order in zip(wanted, printed, strict=True)
    }


@pytest.mark.parametrize("scenario", FAULTS)
@pytest.mark.parametrize("name", APIS)
def test_each_scenario_ends_in_its_state_with_at_most_one_order(placed, name, scenario):
    order = placed[name, scenario]
    assert (order["state"], order["requests"], order["taken"]) == (FAULTS[scenario][0], 1, FAULTS[scenario][1])


@pytest.mark.parametrize(
    ("scenario", "result"), [("answered", "answered"), ("no_answer", "no_answer"), ("busy", "busy")]
)
@pytest.mark.parametrize("name", APIS)
def test_what_happened_on_the_line_comes_in(portal, placed, name, scenario, result):
    if name == "aicc" and scenario == "busy":
        result = "failed"  # AICC has one reason for every call that the callee's side did not take
    callee = APIS[name].callee(list(FAULTS).index(scenario))
    found = "SELECT disposition FROM dialer_callrequest WHERE callee = %s AND closed_at IS NOT NULL"
    assert wait_for(lambda: portal.sql(found, int(callee)), what=f"the result of {callee}") == [(result,)]


def test_a_lost_answer_of_aicc_is_proven_by_its_record(portal, placed):
    callee = APIS["aicc"].callee(list(FAULTS).index("accepted_then_reset"))
    assert state_of(portal, callee) == "in_doubt"
    portal.control("release", callee=callee)
    wait_for(lambda: state_of(portal, callee) == "accepted", seconds=60, what="the doubt proven")
    assert taken(portal, callee) == 1


@pytest.mark.parametrize("name", APIS)
def test_a_slow_answer_leaves_no_second_order(portal, placed, name):
    api, number = APIS[name], len(FAULTS)
    portal.control("script", callee=api.callee(number), scenario="slow")
    place(portal, api, number, wait=1)
    # Events of the agent, or a record, may prove the order before anybody looks.
    wait_for(lambda: state_of(portal, api.callee(number)) in ("in_doubt", "accepted"), seconds=60, what="settled")
    assert orders_for(portal, api.callee(number)) == taken(portal, api.callee(number)) == 1


def test_a_killed_worker_leaves_no_second_order(portal, placed):
    numbers = {name: len(FAULTS) + 1 for name in APIS}
    for name, number in numbers.items():
        portal.control("script", callee=APIS[name].callee(number), scenario="accepted_then_silent")
        portal.control("config", answer_seconds=3)
        place(portal, APIS[name], number, wait=0)
        wait_for(lambda n=name, m=number: orders_for(portal, APIS[n].callee(m)) == 1, what="the order on the wire")
    portal.kill("worker")
    portal.control("config", answer_seconds=0)
    assert {state_of(portal, APIS[name].callee(number)) for name, number in numbers.items()} <= {"sending", "accepted"}
    portal.start_worker()
    for name, number in numbers.items():
        callee = APIS[name].callee(number)
        wait_for(lambda c=callee: state_of(portal, c) in ("in_doubt", "accepted"), seconds=40, what=f"{callee} settled")
        assert orders_for(portal, callee) == taken(portal, callee) == 1
    idle = "SELECT count(*) FROM dialer_agentstatus WHERE state = 'idle' AND held_until > now()"
    wait_for(lambda: portal.sql(idle)[0][0] >= 4, seconds=60, what="agents held again")


def test_refused_credentials_hold_the_account_until_a_person_resumes_it(portal, placed):
    for name, api in APIS.items():
        number = len(FAULTS) + 2
        callee = api.callee(number)
        portal.control("script", callee=callee, scenario="auth_1003")
        place(portal, api, number, wait=0)
        wait_for(
            lambda a=api: portal.json("account", "status", a.account, "--user", "administrator")["suspended"],
            what=f"{name} suspended",
        )
        assert state_of(portal, callee) == "pending"
        portal.control("script", callee=callee, scenario="answered")
        portal.json("account", "resume", api.account, "--user", "administrator")
        wait_for(lambda c=callee: state_of(portal, c) == "accepted", what=f"{callee} accepted")
        assert taken(portal, callee) == 1


def test_nothing_is_pending_or_sending_for_ever(portal, placed):
    wait_for(
        lambda: not portal.sql("SELECT 1 FROM dialer_callrequest WHERE state IN ('pending', 'sending')"),
        seconds=40,
        what="every order settled",
    )


def test_the_logs_name_no_secret_and_no_number(portal, placed):
    log = "".join(path.read_text() for path in portal.folder.glob("*.log") if path.stem != "sandbox")
    for secret in ("live-test-app-secret", "live-test-callback-key", "agent-password", "JSESSIONID", "77009003"):
        assert secret not in log
