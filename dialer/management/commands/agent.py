from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from dialer.agents import services as agent_services
from dialer.agents.services import AgentRefused
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import Agent, AgentCommand, AgentState, AgentStatus

POLL_SECONDS = 0.1
"""Of the database, while --wait lasts: a desk does a command within a second or so."""
ACTIONS = {
    "sign-in": agent_services.sign_in,
    "sign-out": agent_services.sign_out,
    "ready": lambda **asked: agent_services.set_ready(ready=True, **asked),
    "not-ready": lambda **asked: agent_services.set_ready(ready=False, **asked),
}


class Command(JsonCommand):
    help = (
        "Sign CC-Gateway agents in or out, or show their state. A running worker carries out the command. Exits with "
        "status 1 if it was refused or not finished when --wait ended."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["status", *ACTIONS])
        parser.add_argument("agents", nargs="*", type=int, metavar="ID", help="agent IDs (default: all active agents)")
        parser.add_argument("--user", required=True, help="username of the person who gives the command")
        parser.add_argument("--account", help="provider account, if several have this agent")
        parser.add_argument(
            "--force",
            action="store_true",
            help="sign in even if another client is signed in, and sign that client out; sign out even during a call",
        )
        parser.add_argument("--wait", type=float, metavar="SECONDS", help="wait until the command is finished")

    def run(self, **options: Any) -> Any:
        user, agents = find_user(options["user"]), _find_agents(options)
        if not user.has_perm("dialer.view_agent"):
            raise CliError(
                f"{user.username} does not have permission to see agents. Add the user to a group that does."
            )
        if options["action"] != "status":
            commands = [self._request(agent, user, options) for agent in agents]
            if options["wait"] is not None:
                self._wait_for([command.pk for command in commands if command], options["wait"])
        rows = []
        for agent in agents:
            status = AgentStatus.objects.filter(agent=agent).first()
            rows.append(
                {
                    "agent": agent.agent_id,
                    "account": agent.account.name,
                    "state": status.state if status else AgentState.SIGNED_OUT,
                    "since": status.since if status else None,
                    "reason": status.reason if status else "",
                    "offers_force": bool(status and status.offers_force),
                }
            )
        return rows

    def _request(self, agent: Agent, user: Any, options: dict[str, Any]) -> AgentCommand | None:
        forced = {"force": True} if options["force"] and options["action"].startswith("sign") else {}
        try:
            return ACTIONS[options["action"]](agent=agent, by=user, now=timezone.now(), **forced)
        except AgentRefused as exc:
            self.stderr.write(f"{agent}: {exc}")
            self.exit_status = 1
            return None

    def _wait_for(self, command_pks: list[int], seconds: float) -> None:
        asked = AgentCommand.objects.filter(pk__in=command_pks)
        # The clock that never jumps, whatever sets the machine's time meanwhile.
        deadline = time.monotonic() + seconds
        while asked.filter(done_at=None).exists() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        if asked.filter(done_at=None).exists() or asked.exclude(error="").exists():
            self.exit_status = 1


def _find_agents(options: dict[str, Any]) -> list[Agent]:
    found = Agent.objects.active().select_related("account")
    if options["account"]:
        found = found.filter(account__name=options["account"])
    if not options["agents"]:
        return list(found)
    agents = []
    for agent_id in options["agents"]:
        same = list(found.filter(agent_id=agent_id))
        if not same:
            raise CliError(f"There is no active agent {agent_id}. Add it in the admin.", status=2)
        if len(same) > 1:
            raise CliError(f"Several accounts have an agent {agent_id}. Choose one with --account.", status=2)
        agents += same
    return agents
