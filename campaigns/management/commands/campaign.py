from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count, Sum
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.pacing import next_pass
from campaigns.planning import progress, services
from campaigns.policy import safeguards
from dialer.management.cli import CliError, JsonCommand, find_user
from dialer.models import State
from dialer.support.permissions import require

ACTIONS = {
    "start": services.start_campaign,
    "pause": services.pause_campaign,
    "resume": services.resume_campaign,
    "stop": services.stop_campaign,
    "approve": safeguards.approve,
}


class Command(JsonCommand):
    help = (
        "Start, pause, resume, stop or approve a campaign, queue numbers again, or print its progress. Exits with "
        "status 1 if the action is not possible; a running worker sends the orders."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=[*ACTIONS, "again", "status"])
        parser.add_argument("name", help="campaign name")
        parser.add_argument("--user", required=True, help="username of a supervisor; for status also an auditor")

        parser.add_argument(
            "--after",
            action="append",
            default=[],
            choices=next_pass.OUTCOMES,
            help="for “again”: results to call again; can be repeated",
        )

    def run(self, **options: Any) -> dict[str, Any]:
        user = find_user(options["user"])
        campaign = Campaign.objects.filter(name=options["name"]).first()
        if campaign is None:
            raise CliError(f"There is no campaign “{options['name']}”.", status=2)
        require(user, "campaigns.view_campaign")
        action, now = options["action"], timezone.now()
        if action != "status":
            try:
                if action == "again":
                    next_pass.start_pass(campaign=campaign, outcomes=options["after"], by=user, now=now)
                    # It works on a row of its own, read under the lock.
                    campaign.refresh_from_db()
                else:
                    ACTIONS[action](campaign=campaign, by=user, now=now)
            except (services.TransitionRefused, safeguards.ApprovalRefused) as exc:
                raise CliError(str(exc)) from exc
        return _status(campaign)


def _status(campaign: Campaign) -> dict[str, Any]:
    done = progress.of_campaign(campaign)
    tasks = dict(campaign.tasks.order_by().values_list("state").annotate(n=Count("pk")))
    calls = dict(campaign.paced_calls.order_by().values_list("call__state").annotate(n=Count("pk")))
    counts = ("duplicates", "do_not_call", "held", "invalid")
    rejected = sum(campaign.call_lists.aggregate(**{name: Sum(name, default=0) for name in counts}).values())
    return {
        "campaign": campaign.name,
        "state": campaign.state,
        "trouble": campaign.trouble,
        "entries": dict(done.states),
        "dispositions": dict(done.dispositions),
        "tasks": {state: tasks.get(state, 0) for state in State.values},
        "calls": {state: calls.get(state, 0) for state in State.values},
        "pass": campaign.pass_number,
        "held_back": {reason.code: reason.count for reason in done.held},
        "rejected_rows": rejected,
    }
