"""The run from the first process to the balance sheets, printed as it goes."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import balance, books
from tests.chaos.balance import Line
from tests.chaos.books import Books
from tests.chaos.storm import WORKERS, Storm, Weather
from tests.support.live import LivePortal
from tests.support.own_postgres import OwnPostgres
from tests.support.paced import callees, make_campaign

SEED = 7
CALM = 90.0
"""Seconds in which, after the storm, all that is on its way has to arrive."""
PROOF = 180.0, 0.02
"""Seconds in which every record has to be read: in any case (a question whose answer is lost is asked again later and
later), and for each number."""
FAILED_CURSORS = "SELECT source, failures, error FROM dialer_recordcursor WHERE read_to IS NULL OR failures > 0"
WAITING = "SELECT count(*) FROM campaigns_entry WHERE campaign_id = %s AND state = 'waiting'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    count: int
    rate: int
    """Orders a second that the account allows."""
    storm_seconds: float
    kills: int = 1000
    """At most."""


class Run:
    def __init__(self, plan: Plan, *, folder: Path, server: OwnPostgres | None) -> None:
        self.plan = plan
        self.server = server
        self.wrong: list[Line] = []
        self.kills = 0
        self._started = time.monotonic()
        self._portal = LivePortal(
            folder,
            PORTAL_LEASE_SECONDS=f"{balance.LEASE:.0f}",
            PORTAL_RETRY_SECONDS="0.2",
            SANDBOX_SPEED="0.1",
        )

    def run(self) -> list[Line]:
        """What differs; every process is ended when it returns."""
        try:
            campaign = self._prepare()
            weather = self._storm(campaign)
            first = self._look_at_doubts(campaign, weather)
            self._look_at_proof(campaign, first)
        finally:
            # A second Ctrl-C must not keep this from ending every process.
            previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._portal.stop()
            signal.signal(signal.SIGINT, previous)
        self._say(f"{len(self.wrong)} lines differ" if self.wrong else "everything adds up")
        return self.wrong

    def _prepare(self) -> int:
        portal, plan = self._portal, self.plan
        self._say(f"database, sandbox, web server and two workers for {plan.count} numbers at {plan.rate}/s")
        portal.prepare()
        portal.start_sandbox()
        portal.start_web()
        portal.control(
            "config", lose_answers=0.02, answer_seconds=0.1, callback_delay=[0.5, 8], callback_twice=0.2, seed=SEED
        )
        portal.sql("UPDATE dialer_provideraccount SET requests_per_second = %s", plan.rate)
        # Records prove doubts. Nobody asks for them at first, so that the doubts can be seen and counted.
        portal.sql(
            "INSERT INTO dialer_recordcursor (account_id, source, next_at, failures, error)"
            " SELECT id, source, now() + interval '1 day', 0, ''"
            " FROM dialer_provideraccount, unnest(ARRAY['calls', 'dids']) AS source WHERE env_prefix = 'NXCLOUD'"
            " ON CONFLICT (account_id, source) DO UPDATE SET next_at = excluded.next_at"
        )
        campaign = make_campaign(portal, "Storm", callees(plan.count))
        for name in WORKERS:
            portal.start_worker(name)
        return campaign

    def _storm(self, campaign: int) -> Weather:
        portal = self._portal
        storm = Storm(portal, self.server, most_kills=self.plan.kills, seed=SEED)
        self._say(
            "storm: lost answers 2 %, callbacks 0.5 to 8 s late, 20 % of them twice, a worker killed every 3 to 5 s"
        )
        assert portal.json("campaign", "start", "Storm", "--user", "supervisor")["state"] == "running"

        def waiting() -> int:
            self._must_run(campaign)
            return self._count(WAITING, campaign)

        in_time = storm.rage(waiting=waiting, count=self.plan.count, seconds=self.plan.storm_seconds)
        weather = storm.weather
        self.kills = len(weather.kills)
        self._say(f"storm is over: {self.kills} workers killed, {weather.ended_by_themselves} ended by themselves")
        if weather.restart:
            self._say(f"   PostgreSQL was away for {weather.restart[1] - weather.restart[0]:.1f} s")
        if not in_time:
            self._add([Line("numbers that still wait at the time limit", waiting(), ("time limit",))])
        return weather

    def _must_run(self, campaign: int) -> None:
        state = self._portal.sql("SELECT state FROM campaigns_campaign WHERE id = %s", campaign)[0][0]
        events = "SELECT detail FROM campaigns_campaignevent WHERE campaign_id = %s ORDER BY id DESC LIMIT 1"
        assert state in ("running", "finished"), f"the campaign is {state}: {self._portal.sql(events, campaign)}"

    def _look_at_doubts(self, campaign: int, weather: Weather) -> Books:
        self._say("calm: leases run out, callbacks arrive; nobody asks for records yet")
        self._await(lambda: self._is_calm(campaign), seconds=CALM, what="nothing on its way")
        seen = books.look(self._portal, campaign)
        self._say("first balance: whoever is in doubt is in doubt for a reason")
        self._add(balance.always(seen, rate=self.plan.rate))
        self._add(balance.of_doubts(seen, weather))
        self._add(balance.of_attempts(seen))
        self._add(balance.of_jobs(seen, weather))
        return seen

    def _is_calm(self, campaign: int) -> bool:
        moving = "SELECT count(*) FROM dialer_callrequest WHERE state IN ('pending', 'sending')"
        unread = "SELECT count(*) FROM dialer_webhookdelivery WHERE state = 'received'"
        left = self._count(WAITING, campaign) + self._count(moving) + self._count(unread)
        return left + self._portal.ledger()["pushes"]["waiting"] == 0

    def _look_at_proof(self, campaign: int, first: Books) -> None:
        self._say("proof: the periodic job asks for the provider's records")
        self._portal.sql("UPDATE dialer_recordcursor SET next_at = NULL, asked_at = NULL")
        never = sum(1 for call in first.doubts() if call.callee not in first.told)
        is_read = lambda: self._is_read(records=len(first.told), doubts=never)  # noqa: E731
        self._await(is_read, seconds=PROOF[0] + PROOF[1] * self.plan.count, what="every record read")
        for source, failures, error in self._portal.sql(FAILED_CURSORS):
            self._say(f"   {source}: {failures} failures, {error}")
        seen = books.look(self._portal, campaign)
        self._say("second balance: who is in doubt still, and whether the phones of all others have their result")
        self._add(balance.always(seen, rate=self.plan.rate))
        self._add(balance.of_proof(seen))
        self._add(balance.of_entries(seen))
        self._add(balance.of_attempts(seen))

    def _is_read(self, *, records: int, doubts: int) -> bool:
        in_doubt = self._count("SELECT count(*) FROM dialer_callrequest WHERE state = 'in_doubt'")
        kept = self._count("SELECT count(*) FROM dialer_calldetailrecord")
        strays = self._count("SELECT count(*) FROM dialer_calldetailrecord WHERE reference = ''")
        unread = self._count("SELECT count(*) FROM dialer_recordcursor WHERE read_to IS NULL")
        return (in_doubt, kept, strays, unread) == (doubts, records, 0, 0)

    def _await(self, condition: Callable[[], bool], *, seconds: float, what: str) -> None:
        """As long as it takes; past the limit the balance says what is wrong."""
        ends_at = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > ends_at:
                self._add([Line(f"{what}, within {seconds:.0f} s", 0, ("time limit",))])
                return
            time.sleep(0.5)

    def _count(self, query: str, *parameters: object) -> int:
        return int(self._portal.sql(query, *parameters)[0][0])

    def _add(self, lines: list[Line]) -> None:
        for line in lines:
            print(line, flush=True)
        self.wrong += [line for line in lines if line.wrong]

    def _say(self, text: str) -> None:
        print(f"{time.monotonic() - self._started:6.1f} s  {text}", flush=True)
