"""What every order to a provider has in common: the submission axis of the ledger.

    PENDING → SENDING → ACCEPTED | REJECTED | IN_DOUBT        SENDING → PENDING when nothing left the house
    PENDING → CANCELLED                                       IN_DOUBT → ACCEPTED | REJECTED by proof or by a person

The transitions themselves are in dialer/ledger/transitions.py, each one conditional UPDATE.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext_lazy as _

from dialer.models.accounts import ProviderAccount
from dialer.models.stop import StopSwitch
from telephony.contract.orders import Accepted, PreparedRequest


class State(models.TextChoices):
    PENDING = "pending", _("pending")
    SENDING = "sending", _("sending")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")
    IN_DOUBT = "in_doubt", _("in doubt")
    CANCELLED = "cancelled", _("cancelled")


OPEN_STATES = (State.PENDING, State.SENDING, State.IN_DOUBT)
DEAD_STATES = (State.REJECTED, State.CANCELLED)


def new_reference() -> str:
    """32 lower-case hex characters; fits every provider's order id."""
    return uuid.uuid4().hex


class SubmissionQuerySet(models.QuerySet[Any]):
    def described(self) -> Self:
        """With the rows that `describe` needs."""
        return self.select_related()

    def pending(self) -> Self:
        return self.filter(state=State.PENDING)

    def in_doubt(self) -> Self:
        return self.filter(state=State.IN_DOUBT)

    def still_open(self) -> Self:
        return self.filter(closed_at=None)

    def not_stopped(self) -> Self:
        """All rows, or none while everything is stopped."""
        # A condition, not a question asked before: so it is part of the statement that claims.
        return self.filter(~Exists(StopSwitch.objects.filter(stopped_at__isnull=False)))

    def claimable(self, *, now: datetime) -> Self:
        """Rows that may be sent now: due, not expired, no stop, their account neither switched off nor suspended."""
        return (
            self.pending()
            .not_stopped()
            .filter(
                Q(expires_at=None) | Q(expires_at__gt=now),
                not_before__lte=now,
                account__is_active=True,
                account__suspended_at=None,
            )
        )


class Submission(models.Model):
    """An order to a provider. Committed before its first byte leaves.

    Its `state` and lease are written by `ledger` alone.
    """

    kind: ClassVar[str]
    """Word for this kind of order in jobs and in the registry of dialer/ledger/transitions.py."""

    reference = models.CharField(_("reference"), max_length=32, unique=True, default=new_reference, editable=False)
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("provider account")
    )
    state = models.CharField(_("order"), max_length=10, choices=State, default=State.PENDING)
    reason_code = models.CharField(_("reason code"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    attempts = models.PositiveSmallIntegerField(
        _("tries"), default=0, help_text=_("Failed attempts to reach the provider.")
    )
    not_before = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("unsent orders expire"), null=True, blank=True)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    provider_request_id = models.CharField(_("provider's request ID"), max_length=100, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("ordered by")
    )
    requested_at = models.DateTimeField(_("ordered"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    closed_at = models.DateTimeField(
        _("closed"), null=True, blank=True, help_text=_("After this, the callee may be ordered again.")
    )
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )
    resolution = models.CharField(_("resolution"), max_length=500, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="%(class)s_legal_state"),
            models.CheckConstraint(
                # A claim without an end could be swept by nobody: its process may have died.
                condition=Q(state=State.SENDING, lease_expires_at__isnull=False, lease_token__isnull=False)
                | (~Q(state=State.SENDING) & Q(lease_expires_at=None)),
                name="%(class)s_lease_while_sending",
            ),
            models.CheckConstraint(
                # An open order keeps its callee; one that never left, or was refused, must not.
                condition=Q(state__in=OPEN_STATES, closed_at=None)
                | Q(state__in=DEAD_STATES, closed_at__isnull=False)
                | Q(state=State.ACCEPTED),
                name="%(class)s_closed_fits_state",
            ),
            models.CheckConstraint(
                condition=Q(reference__regex=r"^[0-9A-Za-z-]{8,32}$"), name="%(class)s_reference_form"
            ),
        ]
        indexes = [
            # Worker: sweep of unsent orders (tasks.sweep).
            models.Index(F("not_before"), name="%(class)s_pending", condition=Q(state=State.PENDING)),
            # Worker: leases that ran out (tasks.sweep).
            models.Index(F("lease_expires_at"), name="%(class)s_leased", condition=Q(state=State.SENDING)),
            # Page: the in-doubt desk and its count in the navigation.
            models.Index(F("id"), name="%(class)s_in_doubt", condition=Q(state=State.IN_DOUBT)),
            # Worker: accepted orders whose result never came (tasks.sweep), and record pulls.
            models.Index(F("settled_at"), name="%(class)s_awaiting", condition=Q(state=State.ACCEPTED, closed_at=None)),
        ]

    def __str__(self) -> str:
        return str(self.reference)[:8]

    @property
    def is_settled(self) -> bool:
        """The submission has left PENDING and SENDING."""
        return self.state not in (State.PENDING, State.SENDING)

    @property
    def sent_by_agent(self) -> int | None:
        """The agent (pk) in whose session this order is sent; None for orders that any worker can send."""
        return None

    # What a kind of order must say; the ledger calls these.

    def describe(self) -> str:
        """One line for lists and refusals, numbers masked."""
        raise NotImplementedError

    def build_order(self) -> Any:
        """The order in telephony's words, from columns and related rows alone.

        It reads rows, so it runs before the lease begins to matter.
        """
        raise NotImplementedError

    def prepare(self, adapter: Any, order: Any, *, now_ms: int) -> PreparedRequest:
        """The request as it would leave now."""
        raise NotImplementedError

    async def transmit(self, adapter: Any, order: Any, *, now_ms: int) -> Accepted:
        """Sends. Raises telephony.contract.errors.ProviderError."""
        raise NotImplementedError

    @classmethod
    def may_leave(cls) -> Q:
        """A further condition on the claim, looked at in the same statement."""
        return Q()

    def provider_fields(self, accepted: Accepted) -> dict[str, Any]:
        """Columns to set from an acceptance."""
        return {}

    def order_ids(self, *, limit: int) -> list[str]:
        """A few order ids by which the provider can be asked what became of this; none where it knows none."""
        return []

    def add_event(self, kind: str, *, now: datetime, by: Any = None, detail: str = "") -> None:
        """Adds a line to this order's history."""
        raise NotImplementedError


class EventKind(models.TextChoices):
    REQUESTED = "requested", _("ordered")
    CLAIMED = "claimed", _("sending started")
    ACCEPTED = "accepted", _("accepted by the provider")
    REJECTED = "rejected", _("rejected by the provider")
    NOT_SENT = "not_sent", _("not sent, will be retried")
    HELD = "held", _("on hold: account suspended")
    IN_DOUBT = "in_doubt", _("in doubt")
    CANCELLED = "cancelled", _("cancelled")
    RESOLVED = "resolved", _("resolved by a person")
    PROVEN = "proven", _("proven by a provider record")
    RESULT = "result", _("result received")
    CLOSED = "closed", _("closed without a result")
    OVERRIDDEN = "overridden", _("ordered with an override")
    GIVEN_BACK = "given_back", _("numbers returned to the campaign")
    LISTENED = "listened", _("recording listened to")
    AGENT_RINGS = "agent_rings", _("the agent's phone is ringing")
    AGENT_ANSWERS = "agent_on", _("the agent answered")
    RINGS = "rings", _("the callee's phone is ringing")
    TALKS = "talks", _("the callee answered")
    HANG_UP = "hang_up", _("hang-up requested")
    REFUSED = "refused", _("callee refused")


class SubmissionEvent(models.Model):
    """One line of an order's history. Only ever added."""

    kind = models.CharField(_("event"), max_length=12, choices=EventKind)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    detail = models.CharField(_("detail"), max_length=1200, blank=True)

    class Meta:
        abstract = True
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.get_kind_display())
