"""What stops a campaign whatever its numbers say: an account that cannot do it, a second person's approval, money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.contrib.auth.models import AbstractUser
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from campaigns.models import CallList, Campaign, CampaignEvent, Entry
from campaigns.policy import account_fit
from campaigns.policy.evaluator import has_budget
from dialer.models import PortalRules
from dialer.models.submissions import DEAD_STATES
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict
from dialer.support.permissions import require


class ApprovalRefused(Exception):
    """This person cannot approve that; the text says why."""


def count_numbers(campaign: Campaign) -> int:
    """How many numbers the confirmed lists of a campaign brought."""
    ready = campaign.call_lists.filter(state=CallList.State.READY)
    return ready.aggregate(n=Sum("accepted"))["n"] or 0


def needs_approval(campaign: Campaign) -> bool:
    above = PortalRules.current().approval_above
    return bool(above) and count_numbers(campaign) > max(above, campaign.approved_numbers)


def approve(*, campaign: Campaign, by: AbstractUser, now: datetime) -> None:
    """A second person lets a large campaign start, with the numbers it has now.

    Raises ApprovalRefused for its own author, PermissionDenied.
    """
    require(by, "campaigns.approve_campaign")
    if campaign.created_by_id == by.pk:
        raise ApprovalRefused(_("You created this campaign, so someone else has to approve it."))
    count = count_numbers(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(approved_numbers=count, approved_by=by, approved_at=now)
    campaign.refresh_from_db()
    text = _("Approved for %(n)d numbers.") % {"n": count}
    CampaignEvent.objects.create(campaign=campaign, state=campaign.state, at=now, by=by, detail=text)


def approval_text(campaign: Campaign) -> str:
    text = _("%(n)d numbers exceed the limit of %(above)d, so a second person has to approve the campaign first.")
    return text % {"n": count_numbers(campaign), "above": PortalRules.current().approval_above}


def pause_reason(campaign: Campaign) -> str:
    """Why the campaign must pause; "" when it may go on."""
    if wrong := account_fit.what_is_wrong(campaign):
        return wrong
    if needs_approval(campaign):
        return approval_text(campaign)
    if campaign.budget is not None and (spent := ordered_cost(campaign)) >= campaign.budget:
        text = _(
            "The campaign budget of %(budget)s is used up: %(spent)s has been ordered. Raise the budget to continue."
        )
        currency = currency_of(campaign)
        return text % {"budget": money(campaign.budget, currency), "spent": money(spent, currency)}
    return ""


def currency_of(campaign: Campaign) -> str:
    """In which its budgets and estimates are (ISO 4217): that of its account, else the portal's."""
    own: str = campaign.account.currency
    return own or PortalRules.current().currency


def money(amount: Decimal, currency: str) -> str:
    """“12.50 EUR”."""
    return f"{amount.quantize(Decimal('0.01'))} {currency}"


def ordered_cost(campaign: Campaign, *, since: datetime | None = None) -> Decimal:
    """Estimated cost of what was handed over; what never left costs nothing."""
    if not campaign.is_by_task:
        of_day = campaign.ordered_cost_of_day if since and campaign.ordered_day == since.date() else Decimal()
        return of_day if since else campaign.ordered_cost
    tasks = campaign.tasks.exclude(state__in=DEAD_STATES)
    if since:
        tasks = tasks.filter(requested_at__gte=since)
    return tasks.aggregate(cost=Sum("estimated_cost"))["cost"] or Decimal()


def add_cost(campaign: Campaign, cost: Decimal, *, now: datetime) -> None:
    """Counts the estimate of single calls, whose number allows no summing up. The caller holds and saves the row."""
    today = now.astimezone(UTC).date()
    if campaign.ordered_day != today:
        campaign.ordered_day, campaign.ordered_cost_of_day = today, Decimal()
    campaign.ordered_cost += cost
    campaign.ordered_cost_of_day += cost


def refund(campaign_id: int, cost: Decimal) -> None:
    """A call that never left, or was refused, cost nothing. Of the day's sum it stays, which errs on the safe side."""
    if cost:
        Campaign.objects.filter(pk=campaign_id).update(ordered_cost=F("ordered_cost") - cost)


class BudgetMeter:
    """What the next chunk may cost."""

    def __init__(self, campaign: Campaign, *, book: Rulebook, now: datetime) -> None:
        self.book = book
        self._prices: dict[int, Decimal] = {}
        midnight = datetime.combine(now.date(), time(), UTC)
        self._tomorrow = midnight + timedelta(days=1)
        self._campaign = campaign
        self._currency = campaign.account.currency
        self._left: Decimal | None = None
        if has_budget(campaign):
            of_day = ordered_cost(campaign, since=midnight)
            limits = [(campaign.budget, ordered_cost(campaign)), (campaign.budget_per_day, of_day)]
            self._left = min(budget - spent for budget, spent in limits if budget is not None)
            self._spent_today = of_day

    def split_affordable(self, entry_ids: Sequence[int]) -> tuple[list[int], list[tuple[int, Verdict]]]:
        """Those that can be paid for, in order, and the others with their verdict."""
        if not entry_ids:
            return [], []
        countries = dict(Entry.objects.filter(pk__in=entry_ids).values_list("pk", "country"))
        prices = {
            country: self.book.price_of(country, currency=self._currency) or Decimal()
            for country in set(countries.values())
        }
        self._prices |= {pk: prices[country] for pk, country in countries.items()}
        if self._left is None:
            return list(entry_ids), []
        paid: list[int] = []
        for pk in entry_ids:
            if self._prices[pk] <= self._left:
                self._left -= self._prices[pk]
                paid.append(pk)
        unpaid = set(entry_ids).difference(paid)
        return paid, [(pk, self._too_expensive()) for pk in sorted(unpaid)]

    def price_of(self, entry_ids: Iterable[int]) -> Decimal:
        return sum((self._prices[pk] for pk in entry_ids), Decimal())

    def _too_expensive(self) -> Verdict:
        currency = self._currency or self.book.portal.currency
        budget = self._campaign.budget_per_day
        if budget is None:
            assert self._campaign.budget is not None
            return Verdict("budget", limit=money(self._campaign.budget, currency))
        return Verdict(
            "budget_day",
            found=money(self._spent_today, currency),
            limit=money(budget, currency),
            next_at=self._tomorrow,
        )
