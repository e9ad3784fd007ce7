from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dialer.models.accounts import ProviderAccount
from dialer.models.dispositions import Disposition
from telephony import registry
from telephony.contract.records import Push
from telephony.contract.vocabulary import Capability

RECORDING_LINKS = Capability.RECORDING_LINKS


class WebhookDelivery(models.Model):
    """A callback exactly as it arrived: stored first as untrusted, then verified, then applied.

    Written by `inbox/store`; its state by `inbox/apply` and `inbox/confirm`.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("to be applied")
        TO_CONFIRM = "to_confirm", _("waiting for confirmation by the provider")
        APPLIED = "applied", _("applied")
        UNREADABLE = "unreadable", _("unreadable")
        FAILED = "failed", _("failed, will be retried")

    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("provider account")
    )
    received_at = models.DateTimeField(_("received"), db_index=True)
    topic = models.CharField(
        _("topic"), max_length=20, db_default="call-record", help_text=_("Last part of the address that received it.")
    )
    order_id = models.CharField(
        _("order"),
        max_length=32,
        blank=True,
        db_default="",
        help_text=_("If the address was created for a single order."),
    )
    is_signed = models.BooleanField(
        _("proven"),
        db_default=True,
        help_text=_("The sender was verified as the provider. Otherwise the portal asks the provider."),
    )
    body = models.BinaryField(_("body"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    error = models.CharField(_("error"), max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, db_default=0)
    next_try_at = models.DateTimeField(_("next attempt"), null=True)
    applied_at = models.DateTimeField(_("applied"), null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        indexes = [
            # Worker: what is to be applied, or tried again (inbox/apply.py).
            models.Index(F("id"), name="delivery_waiting", condition=Q(state__in=["received", "failed"])),
            # Worker: what the provider is to be asked about (confirming).
            models.Index(F("id"), name="delivery_to_confirm", condition=Q(state="to_confirm")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def push(self) -> Push:
        """For the adapter, which knew it by its headers before it was stored."""
        return Push(topic=self.topic, headers={}, body=bytes(self.body), order_id=self.order_id)


class CallDetailRecord(models.Model):
    """The provider's record of one finished call; one row per provider call id, whichever way it came.

    Written by `outcomes/record_store` and `reconcile/did_rows`; `reference` and `match` by `outcomes/results` and
    `reconcile/matching`.
    """

    class Source(models.TextChoices):
        WEBHOOK = "webhook", _("webhook")
        QUERY = "query", _("query")
        DID_QUERY = "did_query", _("DID query")
        FILE = "file", _("file")
        EVENTS = "events", _("agent events")
        STATE = "state", _("state query")

    class Match(models.TextChoices):
        CALL_ID = "call_id", _("call ID")
        ORDER_ID = "order_id", _("order ID")
        NUMBERS = "numbers", _("DID, callee and time")
        PERSON = "person", _("a person")

    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("provider account")
    )
    provider_call_id = models.CharField(_("provider's call ID"), max_length=100)
    reference = models.CharField(_("reference of the order"), max_length=32, blank=True, db_index=True)
    order_id = models.CharField(_("order ID"), max_length=64, blank=True)
    task_id = models.CharField(_("provider's task ID"), max_length=100, blank=True)
    disposition = models.CharField(_("result"), max_length=10, choices=Disposition)
    hangup_code = models.CharField(_("hang-up code"), max_length=20, blank=True)
    hangup_reason = models.CharField(_("hang-up reason"), max_length=200, blank=True)
    abandoned = models.BooleanField(
        _("abandoned"), default=False, help_text=_("The callee answered and no agent took the call.")
    )
    started_at = models.DateTimeField(_("started"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    talk_seconds = models.PositiveIntegerField(_("talk time"), null=True)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, null=True)
    currency = models.CharField(_("currency"), max_length=10, blank=True, db_default="")
    direction = models.CharField(_("direction"), max_length=10, blank=True, db_default="")
    caller = models.CharField(_("caller"), max_length=64, blank=True, db_default="")
    callee = models.CharField(_("callee"), max_length=64, blank=True, db_default="")
    """Both as E.164 where they can be read so, else as the provider wrote them."""
    did_row = models.CharField(
        _("DID record"),
        max_length=100,
        blank=True,
        db_default="",
        help_text=_("Record of the same call from the DID query; provides the cost."),
    )
    recording_url = models.TextField(_("recording"), blank=True, db_default="", editable=False)
    source = models.CharField(_("received by"), max_length=10, choices=Source)
    match = models.CharField(
        _("matched by"),
        max_length=10,
        choices=Match,
        blank=True,
        db_default="",
        help_text=_("How the matching order was found."),
    )
    raw = models.JSONField(_("as received"), default=dict)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        ordering = ("-id",)
        verbose_name = _("call detail record")
        verbose_name_plural = _("call detail records")
        permissions = [("listen_recording", "Can listen to recordings")]
        constraints = [
            models.UniqueConstraint(fields=["account", "provider_call_id"], name="uniq_record_per_provider_call")
        ]
        indexes = [
            # Page: records that belong to no order of ours.
            models.Index(fields=["account", "-id"], name="record_unmatched", condition=Q(reference="")),
            # Worker: rows of DIDs that are kept already (reconcile.did_rows).
            models.Index(fields=["account", "did_row"], name="record_by_did_row", condition=~Q(did_row="")),
            # Page: the balance of a day.
            models.Index(fields=["account", "started_at"], name="record_by_start"),
        ]

    def __str__(self) -> str:
        return str(self.provider_call_id)

    @property
    def has_recording(self) -> bool:
        """Whether there is one as far as is known; some providers tell where it lies only when they are asked."""
        was_answered = self.disposition == Disposition.ANSWERED
        return bool(self.recording_url) or (was_answered and registry.can(self.account.kind, RECORDING_LINKS))

    def summary(self) -> str:
        """Result, and the provider's words for it, for a timeline."""
        words = f"{self.hangup_code} {self.hangup_reason}".strip()
        return f"{self.get_disposition_display()} ({words})" if words else str(self.get_disposition_display())
