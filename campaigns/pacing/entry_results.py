"""What follows for an entry from its call: from each change of the order, and from what happened on the line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Entry, PacedCall
from campaigns.planning import services
from campaigns.policy import safeguards
from dialer.hooks import CampaignLink
from dialer.ledger import transitions
from dialer.models import CallRequest, State
from dialer.support.sql import as_array

AFTER_NOT_SENT = timedelta(seconds=15)
"""The campaign's next try at a number whose order did not leave."""


def follow_call(call: CallRequest, *, now: datetime) -> None:
    """Runs in the transaction of every transition of a call."""
    paced = PacedCall.objects.select_related("entry__campaign").filter(call=call).first()
    if paced is None:
        return
    entries = Entry.objects.filter(pk=paced.entry_id, call=call)
    match call.state:
        case State.PENDING if paced.entry.campaign.channel == "calls":
            # A pump looks at every number again before it orders; an order that waits would not.
            transitions.cancel(call, now=now, code=call.reason_code or "not_sent", reason=call.reason or _("Not sent."))
        case State.CANCELLED:
            _let_wait_again(paced, call, entries, now=now)
        case State.REJECTED:
            _mark_not_called(call, entries)
            services.enqueue_pump(paced.entry.campaign_id)
        case State.IN_DOUBT:
            entries.update(state=Entry.State.IN_DOUBT, reason_code=call.reason_code, reason=call.reason)
        case State.ACCEPTED if call.closed_at is None:
            entries.update(state=Entry.State.ORDERED, reason_code="", reason="")
        case State.ACCEPTED:
            # A person, or the end of its window, closed it without a record.
            apply_results([call], now=now)


def campaign_link_of(call: CallRequest) -> CampaignLink | None:
    paced = PacedCall.objects.select_related("campaign").filter(call=call).first()
    return CampaignLink(text=paced.campaign.name, url=paced.campaign.get_absolute_url()) if paced else None


def _let_wait_again(paced: PacedCall, call: CallRequest, entries: QuerySet[Entry], *, now: datetime) -> None:
    """Nothing of it left the portal, so its number waits again; unless the campaign is over."""
    campaign = paced.entry.campaign
    safeguards.refund(campaign.pk, paced.estimated_cost)
    if campaign.is_over:
        _mark_not_called(call, entries)
        return
    entries.update(
        state=Entry.State.WAITING,
        calls=max(paced.entry.calls - 1, 0),
        reason_code="not_sent",
        reason="",
        not_before=now + AFTER_NOT_SENT,
    )
    services.enqueue_pump(paced.entry.campaign_id)


def _mark_not_called(call: CallRequest, entries: QuerySet[Entry]) -> None:
    why = {"reason_code": call.reason_code or "refused", "reason": call.reason or _("The order was refused.")}
    entries.update(state=Entry.State.NOT_CALLED, **why)


# An entry listens to its last call alone. What happened on the line ends it, or a rule of its campaign lets it wait for
# another try. A result that comes after the end only changes what is known; one that corrects another (answered after
# all) ends the waiting.
_RESULTS = """
    UPDATE campaigns_entry e
       SET disposition = c.disposition, provider_call_id = c.provider_call_id, talk_seconds = c.talk_seconds,
           ended_at = c.ended_at,
           state = CASE WHEN is_tried_again THEN 'waiting' ELSE 'done' END,
           reason_code = CASE WHEN is_tried_again THEN 'retry' ELSE '' END,
           reason = '',
           not_before = CASE WHEN is_tried_again
                             THEN coalesce(c.ended_at, %(now)s) + make_interval(mins => r.wait_minutes)
                             ELSE e.not_before END
      FROM dialer_callrequest c
      JOIN campaigns_pacedcall p ON p.call_id = c.id
      JOIN campaigns_entry own ON own.id = p.entry_id
      JOIN campaigns_campaign k ON k.id = own.campaign_id
      LEFT JOIN campaigns_retryrule r ON r.campaign_id = own.campaign_id AND r.disposition = c.disposition
                                     AND own.calls < r.most_calls
      CROSS JOIN LATERAL (
           SELECT r.id IS NOT NULL AND own.state <> 'done' AND k.state IN ('running', 'paused') AS is_tried_again
           ) t
     WHERE c.id = ANY(%(calls)s::bigint[]) AND c.closed_at IS NOT NULL AND e.id = own.id AND e.call_id = c.id
       AND (e.state IN ('ordered', 'in_doubt', 'done') OR e.state = 'waiting' AND e.reason_code = 'retry')
    RETURNING e.campaign_id, e.state
"""


def apply_results(calls: Sequence[CallRequest], *, now: datetime) -> None:
    """Gives what happened on the line to the entries of these calls; wakes their campaigns."""
    with connection.cursor() as cursor:
        cursor.execute(_RESULTS, {"calls": as_array([call.pk for call in calls]), "now": now})
        touched = {campaign_id for campaign_id, _state in cursor.fetchall()}
    for campaign_id in Campaign.objects.running().filter(pk__in=touched).values_list("pk", flat=True):
        services.enqueue_pump(campaign_id)
