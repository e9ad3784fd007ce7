from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dialer.models.agents import Agent, AgentPhone
from dialer.models.dispositions import Disposition
from dialer.models.fields import E164Field, e164_check
from dialer.models.identity import spellings
from dialer.models.numbers import ConnectNumber, DidNumber
from dialer.models.rules import Purpose
from dialer.models.submissions import State, Submission, SubmissionEvent, SubmissionQuerySet
from telephony.contract.capabilities import CallPlacer
from telephony.contract.orders import Accepted, DialOrder, PreparedRequest
from telephony.contract.vocabulary import CallStage, RingOrder
from telephony.numbers import e164


class Ring(models.TextChoices):
    CONNECT_FIRST = RingOrder.CONNECT_FIRST.value, _("Agent first, then callee")
    CALLEE_FIRST = RingOrder.CALLEE_FIRST.value, _("Callee first, then agent")


OPTIONS = ("agent_sees", "skill_id", "call_data", "media", "agent_id")
"""Fields of DialOrder that only some kinds of provider have; CallRequest.options holds those that were given."""


class Stage(models.TextChoices):
    """Where an accepted call is, as far as its provider tells; the words of contract.vocabulary, labelled."""

    AGENT_RINGING = CallStage.AGENT_RINGING.value, _("the agent's phone is ringing")
    AGENT_ANSWERED = CallStage.AGENT_ANSWERED.value, _("the agent is on the line")
    RINGING = CallStage.RINGING.value, _("the callee's phone is ringing")
    TALKING = CallStage.TALKING.value, _("talking")
    ENDED = CallStage.ENDED.value, _("ended")


class CallRequestQuerySet(SubmissionQuerySet):
    def for_pages(self) -> Self:
        return self.select_related("account", "did", "connect_number", "agent", "agent_phone", "requested_by")

    def described(self) -> Self:
        return self.for_pages()

    def ordered_by(self, user: AbstractUser) -> Self:
        return self.filter(requested_by=user)

    def again_for(self, call: CallRequest) -> Self:
        return self.filter(retry_of=call)

    def matching(self, text: str) -> Self:
        """Search by number in any spelling (whole or part), by reference, or by the provider's call id.

        A whole number finds every spelling of its phone. It is looked up by itself: an OR with the other two would cost
        the index.
        """
        text = text.strip()
        if number := _whole_number(text):
            return self.filter(callee__in=spellings(number))
        return self.filter(Q(reference__startswith=text.lower()) | Q(provider_call_id=text) | _callee_like(text))


def _whole_number(text: str) -> str:
    try:
        parsed = e164.normalise(text)
    except e164.NumberError:
        return ""
    # Digits without a plus may as well be a part of a number.
    return "" if "plus_added" in parsed.repairs else parsed.number


def _callee_like(text: str) -> Q:
    """A part of a number, or one written as people dial it inside their country."""
    digits = "".join(char for char in text if char in "0123456789").lstrip("0")
    # Letters mean a reference, and one or two digits stand in nearly every number.
    if len(digits) < 3 or any(char.isalpha() for char in text):
        return Q()
    return Q(callee__contains=digits)


class CallRequest(Submission):
    """A supervisor's order to place one call."""

    kind = "call"

    did = models.ForeignKey(
        DidNumber,
        on_delete=models.PROTECT,
        null=True,
        related_name="calls",
        verbose_name=_("DID"),
        help_text=_("The number that the callee sees. Empty if the provider chooses it."),
    )
    callee = E164Field(_("callee"))
    connect_number = models.ForeignKey(
        ConnectNumber, on_delete=models.PROTECT, null=True, related_name="calls", verbose_name=_("Connect number")
    )
    agent = models.ForeignKey(
        Agent, on_delete=models.PROTECT, null=True, db_index=False, related_name="calls", verbose_name=_("agent")
    )
    agent_phone = models.ForeignKey(
        AgentPhone,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="calls",
        verbose_name=_("agent phone"),
    )
    options = models.JSONField(
        _("further fields"),
        default=dict,
        db_default={},
        blank=True,
        help_text=_("Fields specific to this kind of provider."),
    )
    ring_order = models.CharField(_("ring order"), max_length=14, choices=Ring, default=Ring.CONNECT_FIRST)
    delay_ms = models.PositiveIntegerField(
        _("delay"), default=0, validators=[MaxValueValidator(3_600_000)], help_text=_("Milliseconds.")
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.SERVICE)
    consent_ref = models.CharField(
        _("consent"), max_length=200, blank=True, help_text=_("Where the callee's consent is recorded.")
    )
    override_reason = models.CharField(
        _("reason for override"),
        max_length=500,
        blank=True,
        help_text=_("Saved under the name of the person who ordered the call."),
    )
    # Unique in the database: two presses of one form may come in the same instant.
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    fingerprint = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("Of the draft that was ordered, so that its key orders nothing else. Empty in orders of before."),
    )
    retry_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="retries", verbose_name=_("retry of")
    )
    stage = models.CharField(_("on the line"), max_length=14, choices=Stage, blank=True, db_default="")
    provider_call_id = models.CharField(_("provider's call ID"), max_length=100, blank=True)
    disposition = models.CharField(_("result"), max_length=10, choices=Disposition, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    talk_seconds = models.PositiveIntegerField(_("talk time"), null=True, blank=True)

    objects = CallRequestQuerySet.as_manager()

    class Meta(Submission.Meta):
        abstract = False
        ordering = ("-id",)
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        permissions = [("resolve_callrequest", "Can resolve a call that is in doubt")]
        constraints = [
            *Submission.Meta.constraints,
            e164_check("callee", name="call_callee_e164"),
            models.CheckConstraint(
                condition=Q(connect_number__isnull=False) | Q(agent__isnull=False) | Q(agent_phone__isnull=False),
                name="call_has_our_side",
            ),
            models.CheckConstraint(
                condition=Q(disposition="") | Q(disposition__in=Disposition.values), name="call_legal_disposition"
            ),
        ]
        indexes = [
            *Submission.Meta.indexes,
            models.Index(fields=["callee", "-id"], name="call_by_callee"),
            # Not unique: a provider that gives one id twice must not turn an accepted order into a doubt.
            models.Index(
                fields=["account", "provider_call_id"],
                name="call_by_provider_call",
                condition=~Q(provider_call_id=""),
            ),
            # Page: the list of calls in one state, the newest first.
            models.Index(fields=["state", "-id"], name="call_by_state"),
            # An agent, or an agent's phone, has one call at a time (agent_availability), and a page of its calls. Only
            # for calls that have one: all others do not pay for these.
            *(
                models.Index(
                    fields=[who], name=f"call_open_by_{who}", condition=Q((f"{who}__isnull", False), closed_at=None)
                )
                for who in ("agent", "agent_phone")
            ),
            *(
                models.Index(fields=[who, "-id"], name=f"call_by_{who}", condition=Q((f"{who}__isnull", False)))
                for who in ("agent", "agent_phone")
            ),
            # Caps per DID and minute or day (policy.call_caps).
            models.Index(fields=["did", "requested_at"], name="call_by_did_and_time"),
        ]

    @property
    def delay_seconds(self) -> Decimal:
        return Decimal(self.delay_ms) / 1000

    @property
    def is_moving(self) -> bool:
        """News comes by itself: not sent yet, or taken by the provider and its result awaited."""
        return self.closed_at is None and self.state != State.IN_DOUBT

    @property
    def awaits_result(self) -> bool:
        return self.closed_at is None and self.state == State.ACCEPTED

    def get_absolute_url(self) -> str:
        return reverse("dialer:call_detail", args=[self.reference])

    @property
    def sent_by_agent(self) -> int | None:
        agent_id: int | None = self.agent_id
        return agent_id

    @property
    def connected_party(self) -> ConnectNumber | Agent | AgentPhone | None:
        """Who is connected to the callee: the first of these that the call has."""
        party: ConnectNumber | Agent | AgentPhone | None = self.agent or self.agent_phone or self.connect_number
        return party

    def describe(self) -> str:
        callee = e164.mask(self.callee)
        if self.did:
            return str(_("Call to %(callee)s from %(did)s")) % {"callee": callee, "did": self.did.number}
        return str(_("Call to %(callee)s by %(caller)s")) % {"callee": callee, "caller": self.connected_party}

    def build_order(self) -> DialOrder:
        """Without the address for callbacks: `providers.orders.order_of` adds it."""
        options = {name: self.options[name] for name in OPTIONS if name in self.options}
        if self.agent:
            options["agent_id"] = str(self.agent.agent_id)
        return DialOrder(
            reference=self.reference,
            did=self.did.number if self.did else "",
            callee=self.callee,
            connect_number=self.connect_number.number if self.connect_number else "",
            ring_order=RingOrder(self.ring_order),
            delay_ms=self.delay_ms,
            agent_phone=self.agent_phone.number if self.agent_phone else "",
            **options,
        )

    def prepare(self, adapter: CallPlacer, order: DialOrder, *, now_ms: int) -> PreparedRequest:
        return adapter.prepare_call(order, now_ms=now_ms)

    async def transmit(self, adapter: CallPlacer, order: DialOrder, *, now_ms: int) -> Accepted:
        return await adapter.place_call(order, now_ms=now_ms)

    def provider_fields(self, accepted: Accepted) -> dict[str, Any]:
        return {"provider_call_id": accepted.provider_id} if accepted.provider_id else {}

    def add_event(self, kind: str, *, now: datetime, by: AbstractUser | None = None, detail: str = "") -> None:
        CallEvent.objects.create(call=self, kind=kind, at=now, by=by, detail=detail[:1200])


class CallEvent(SubmissionEvent):
    call = models.ForeignKey(CallRequest, on_delete=models.PROTECT, related_name="events", verbose_name=_("call"))

    class Meta(SubmissionEvent.Meta):
        abstract = False
        verbose_name = _("call event")
        verbose_name_plural = _("call events")
