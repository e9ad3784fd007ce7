"""Preview calls: a person has the next number for a while, looks at it, and calls it, skips it or lets it go."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Channel, Entry
from campaigns.pacing.call_origin import CallOrigin, draft_of
from campaigns.pacing.claim import record_calls
from campaigns.planning import services
from campaigns.policy import account_fit, hold_back
from campaigns.policy.evaluator import Evaluator
from dialer.calls import services as call_services
from dialer.calls.services import OrderRefused
from dialer.models import Agent, AgentPhone, CallRequest
from dialer.policy.rules import Verdict
from dialer.support.permissions import require

FOR = timedelta(minutes=2)
"""A number that nobody called or let go is free again after so long."""
SKIPPED_FOR = timedelta(minutes=30)
LOOKED_AT = 200
"""Numbers judged to find one that may be called now."""


def reserve_number(campaign: Campaign, *, by: AbstractUser, now: datetime) -> Entry | None:
    """The number that this person has already, or the next one that may be called; None where there is none now.

    Raises PermissionDenied, TransitionRefused while the campaign does not run.
    """
    require(by, "dialer.add_callrequest")
    with transaction.atomic():
        # People take turns in this row: the second of two sees which number the first one got.
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if campaign.state != Campaign.State.RUNNING or campaign.channel != Channel.PREVIEW:
            raise services.TransitionRefused(_("The campaign is not running. Start or resume it first."))
        own = campaign.entries.filter(_is_reserved(by, now=now)).first()
        entry: Entry | None = own or _find_next(campaign, now=now)
        if entry is None:
            services.finish_if_done(campaign, now=now)
            return None
        entry.reserved_by_id, entry.reserved_until = by.pk, now + FOR
        entry.save(update_fields=["reserved_by", "reserved_until"])
    return entry


def _is_reserved(by: AbstractUser, *, now: datetime) -> Q:
    """Numbers that this person has and may still call."""
    return Q(reserved_by_id=by.pk, reserved_until__gt=now, state=Entry.State.WAITING)


def _find_next(campaign: Campaign, *, now: datetime) -> Entry | None:
    free = Q(reserved_until=None) | Q(reserved_until__lte=now)
    due = campaign.entries.due(now=now).filter(free).order_by("not_before", "pk")
    # One that somebody else has in hand (a record, for one) is passed over instead of waited for.
    batch = list(due.select_for_update(skip_locked=True, of=("self",))[:LOOKED_AT])
    judged = list(Evaluator(campaign, now=now).evaluate_entries([entry.pk for entry in batch]))
    hold_back.hold_back_entries([row for row in judged if row.verdict], now=now)
    held = {row.id for row in judged if row.verdict}
    return next((entry for entry in batch if entry.pk not in held), None)


def skip_number(entry: Entry, *, by: AbstractUser, now: datetime) -> bool:
    """Lets the number wait for half an hour. False when this person did not have it any more."""
    return _release(entry, by=by, now=now, not_before=now + SKIPPED_FOR, reason_code="skipped")


def release_number(entry: Entry, *, by: AbstractUser, now: datetime) -> bool:
    return _release(entry, by=by, now=now)


def _release(entry: Entry, *, by: AbstractUser, now: datetime, **columns: object) -> bool:
    require(by, "dialer.add_callrequest")
    mine = Entry.objects.filter(pk=entry.pk, reserved_by_id=by.pk, state=Entry.State.WAITING)
    return bool(mine.update(reserved_by=None, reserved_until=None, **columns))


def call_number(
    entry: Entry,
    *,
    by: AbstractUser,
    now: datetime,
    key: uuid.UUID,
    agent: Agent | None = None,
    agent_phone: AgentPhone | None = None,
) -> CallRequest:
    """Orders the call to a number that this person has. The same key again returns the first order.

    `agent` or `agent_phone` calls, where the campaign's account has those.
    Raises OrderRefused, TransitionRefused when it is somebody else's meanwhile, PermissionDenied.
    """
    require(by, "dialer.add_callrequest")
    if agent:
        require(by, "dialer.use_agent")
    if earlier := call_services.order_of_key(key, by=by):
        # The portal chose the DID when the button was pressed first, and might choose another one now.
        draft = draft_of(entry.campaign, entry, did=earlier.did, agent=agent, agent_phone=agent_phone)
        call_services.must_be_same_call(draft, earlier)
        return earlier
    refusal: OrderRefused | None = None
    with transaction.atomic():
        campaign = Campaign.objects.running().select_for_update(no_key=True).filter(pk=entry.campaign_id).first()
        # After the campaign, as in a claim: a pause waits for this order, or is seen by it.
        held = Entry.objects.select_for_update().filter(_is_reserved(by, now=now), pk=entry.pk).first()
        if campaign is None or held is None:
            raise services.TransitionRefused(_("This number is no longer reserved for you. Take the next one."))
        try:
            return _order_call(campaign, held, by=by, now=now, key=key, agent=agent, agent_phone=agent_phone)
        except OrderRefused as exc:
            # Out of the transaction only after what the refusal wrote down is kept.
            refusal = exc
    raise refusal


def _order_call(
    campaign: Campaign,
    entry: Entry,
    *,
    by: AbstractUser,
    now: datetime,
    key: uuid.UUID,
    agent: Agent | None,
    agent_phone: AgentPhone | None,
) -> CallRequest:
    if wrong := account_fit.what_is_wrong(campaign):
        raise OrderRefused(wrong, code="incomplete")
    evaluator = Evaluator(campaign, now=now)
    # Without a lock: calls.services looks at the caps again once it has the DID's row.
    origin = CallOrigin.at_a_glance(campaign, book=evaluator.book, now=now)
    did = origin.reserve_did(entry)
    if isinstance(did, Verdict):
        raise OrderRefused(did.message, code=did.code)
    draft = draft_of(campaign, entry, did=did, agent=agent, agent_phone=agent_phone)
    order = call_services.request_call(draft, by=by, now=now, key=key)
    record_calls(campaign, [(entry, order)], book=evaluator.book, now=now)
    return order
