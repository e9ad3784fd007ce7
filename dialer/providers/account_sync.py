"""Agent groups, their members and the account's balance, read from the provider when a person asks for it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialer.models import AgentGroup, AgentGroupMember, ProviderAccount
from dialer.providers import adapters
from dialer.support import jobs
from dialer.support.permissions import require
from dialer.support.timing import Clock
from telephony.contract.capabilities import AgentGroupSource, BalanceSource
from telephony.contract.errors import ProviderError, RateLimited, UnsupportedByProvider
from telephony.contract.records import AgentGroupInfo, AgentInfo
from telephony.http.unix_ms import to_ms

log = logging.getLogger(__name__)

GROUPS_JOB, BALANCE_JOB = "dialer.tasks.read_agent_groups", "dialer.tasks.read_balance"
SHORTEST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
MOST_PAGES = 50


class TooSoon(Exception):
    """Asked a moment ago; the text says when again."""


@dataclass(frozen=True, slots=True)
class Listed:
    group: AgentGroupInfo
    members: tuple[AgentInfo, ...]


def ask_for_groups(*, account: ProviderAccount, by: AbstractUser, now: datetime) -> None:
    """Has groups and members read soon. Raises PermissionDenied, TooSoon."""
    must_be_allowed(by, "dialer.change_agentgroup")
    asked = AgentGroup.objects.filter(account=account).aggregate(at=Max("synced_at"))["at"]
    not_too_soon(asked, now=now)
    jobs.defer_once(GROUPS_JOB, queue="upkeep", lock=f"groups:{account.pk}", account_id=account.pk)


def ask_for_balance(*, account: ProviderAccount, by: AbstractUser, now: datetime) -> None:
    """Has the balance read soon. Raises PermissionDenied, TooSoon."""
    must_be_allowed(by, "dialer.view_provideraccount")
    not_too_soon(account.balance_at, now=now)
    _enqueue_balance(account)


def balance_words(account: ProviderAccount) -> list[str]:
    """What is known of the balance, when it was asked, and why it may be older."""
    words = []
    if account.balance is not None:
        words.append(f"{account.balance.normalize():f} {account.balance_currency}".strip())
    if account.credit is not None:
        words.append(_("credit %(amount)s") % {"amount": f"{account.credit.normalize():f}"})
    at = date_format(localtime(account.balance_at), "DATETIME_FORMAT") if account.balance_at else ""
    if account.balance_error:
        text = _("out of date: could not be read at %(at)s: %(why)s")
        words.append(text % {"at": at, "why": account.balance_error})
    elif words and at:
        words.append(_("as of %(at)s") % {"at": at})
    return words


def _enqueue_balance(account: ProviderAccount, at: datetime | None = None) -> None:
    jobs.defer_once(BALANCE_JOB, queue="upkeep", lock=f"balance:{account.pk}", at=at, account_id=account.pk)


def must_be_allowed(by: AbstractUser, permission: str) -> None:
    """Raises PermissionDenied."""
    require(by, permission)


def not_too_soon(asked: datetime | None, *, now: datetime) -> None:
    """Raises TooSoon."""
    if asked and asked > now - SHORTEST_WAIT:
        seconds = int((asked + SHORTEST_WAIT - now).total_seconds()) + 1
        text = ngettext(
            "This was refreshed a moment ago. You can refresh it again in %(n)d second.",
            "This was refreshed a moment ago. You can refresh it again in %(n)d seconds.",
            seconds,
        )
        raise TooSoon(text % {"n": seconds})


async def read_balance(account_id: int, *, clock: Clock) -> None:
    """Reads the balance into the account's row. A provider that wants to wait is asked again by itself, once."""
    account = await ProviderAccount.objects.aget(pk=account_id)
    asked = ProviderAccount.objects.filter(pk=account_id)
    try:
        source = adapters.adapter_for(account)
        if not isinstance(source, BalanceSource):
            raise UnsupportedByProvider(_("This provider does not report a balance."), code="no_balance")
        balance = await source.balance(now_ms=to_ms(clock()))
    except ProviderError as exc:
        log.warning("Balance of account %s could not be read: %s", account_id, exc.message)
        await asked.aupdate(balance_at=clock(), balance_error=exc.message[:300])
        if isinstance(exc, RateLimited) and exc.retry_after and not account.balance_error:
            wait = min(timedelta(seconds=exc.retry_after), LONGEST_WAIT)
            await sync_to_async(_enqueue_balance)(account, at=clock() + max(wait, SHORTEST_WAIT))
        return
    await asked.aupdate(
        balance=balance.amount,
        credit=balance.credit,
        balance_currency=balance.currency[:10],
        balance_at=clock(),
        balance_error="",
    )


async def read_groups(account_id: int, *, clock: Clock) -> int:
    """Takes over the provider's groups and members; how many groups. Raises telephony.contract.errors.ProviderError.

    What the provider does not list any more stays as it is, with the time at which it was last listed: a campaign may
    use it, and a list that came back short must not switch it off.
    """
    account = await ProviderAccount.objects.aget(pk=account_id)
    source = adapters.adapter_for(account)
    if not isinstance(source, AgentGroupSource):
        raise UnsupportedByProvider(_("This provider does not list agent groups."), code="no_groups")
    listed = [
        Listed(group, tuple(await source.members_of(group.group_no, now_ms=to_ms(clock()))))
        for group in await _all_groups(source, clock=clock)
    ]
    await sync_to_async(_take_over)(account, listed, now=clock())
    return len(listed)


async def _all_groups(source: AgentGroupSource, *, clock: Clock) -> list[AgentGroupInfo]:
    found: dict[str, AgentGroupInfo] = {}
    # A short page is the last one; a provider that never sends one is not asked for ever.
    for page in range(1, MOST_PAGES + 1):
        groups = await source.agent_groups(page=page, now_ms=to_ms(clock()))
        found |= {group.group_no: group for group in groups if group.group_no}
        if len(groups) < source.agent_group_page_size:
            break
    return list(found.values())


def _take_over(account: ProviderAccount, listed: list[Listed], *, now: datetime) -> None:
    with transaction.atomic():
        for one in listed:
            _take_over_group(account, one, now=now)


def _take_over_group(account: ProviderAccount, listed: Listed, *, now: datetime) -> None:
    info = listed.group
    row, is_new = AgentGroup.objects.select_for_update().get_or_create(
        account=account,
        group_no=info.group_no,
        defaults={"name": info.name[:80], "remark": info.remark[:200], "synced_at": now},
    )
    if not is_new:
        row.name = row.name or info.name[:80]  # a name that was given here is kept
        row.remark, row.synced_at = info.remark[:200], now
        row.save(update_fields=["name", "remark", "synced_at"])
    wanted = {
        agent.user_name[:120]: {"nick_name": agent.nick_name[:120], "sip_number": agent.sip_number[:64]}
        for agent in listed.members
    }
    # Members only describe a group: who left it is gone. The group itself stays, because campaigns use it.
    row.members.exclude(user_name__in=wanted).delete()
    AgentGroupMember.objects.bulk_create(
        (AgentGroupMember(group=row, user_name=name, **columns) for name, columns in wanted.items()),
        update_conflicts=True,
        unique_fields=["group", "user_name"],
        update_fields=["nick_name", "sip_number"],
    )
