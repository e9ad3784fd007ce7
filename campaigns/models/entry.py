from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.call_list import CallList
from campaigns.models.campaign import Campaign
from campaigns.models.task import ProviderTask
from dialer.models import CallRequest, Disposition, E164Field, Purpose
from dialer.models.fields import e164_check
from dialer.models.identity import ByPhone, identity_field
from dialer.policy.rules import label_of
from telephony.contract.orders import TaskEntry
from telephony.contract.vocabulary import NumberKind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Entry.not_before of a number that no rule has held back."""


class ZoneSet(models.Model):
    """The zones in which a phone may be, shared by all entries with the same ones."""

    id = models.AutoField(primary_key=True)
    zones = models.JSONField(_("time zones"), unique=True, help_text=_("IANA names, sorted."))

    class Meta:
        verbose_name = _("set of time zones")
        verbose_name_plural = _("sets of time zones")

    def __str__(self) -> str:
        return ", ".join(self.zones)


class EntryQuerySet(ByPhone["Entry"]):
    def waiting(self) -> Self:
        """May be handed to the provider: of a list that was read to its end, not yet in a task."""
        return self.filter(state=Entry.State.WAITING, call_list__state=CallList.State.READY)

    def due(self, *, now: datetime) -> Self:
        """Of these, those that no rule holds back until later."""
        return self.waiting().filter(not_before__lte=now)

    def still_open(self) -> Self:
        """Handed over, and without a result yet; a call of these may be going on."""
        return self.filter(state__in=[Entry.State.ORDERED, Entry.State.IN_DOUBT])

    def next_due_at(self) -> datetime | None:
        """When the first of those that wait may be called; None where nobody waits."""
        # Not by an aggregate, which would read all of them: this is the first row of the index.
        return self.waiting().order_by("not_before").values_list("not_before", flat=True).first()


class Entry(models.Model):
    """One callee of a campaign."""

    SOURCE = "entry"
    """This table's word in Attempt.source."""

    class Kind(models.IntegerChoices):
        """telephony.contract.vocabulary.NumberKind, for people."""

        FIXED = NumberKind.FIXED.value, _("fixed line")
        MOBILE = NumberKind.MOBILE.value, _("mobile")
        FIXED_OR_MOBILE = NumberKind.FIXED_OR_MOBILE.value, _("fixed line or mobile")
        TOLL_FREE = NumberKind.TOLL_FREE.value, _("toll-free")
        PREMIUM = NumberKind.PREMIUM.value, _("premium rate")
        SHARED_COST = NumberKind.SHARED_COST.value, _("shared cost")
        VOIP = NumberKind.VOIP.value, _("internet telephony")
        PERSONAL = NumberKind.PERSONAL.value, _("personal number")
        PAGER = NumberKind.PAGER.value, _("pager")
        UAN = NumberKind.UAN.value, _("company number")
        VOICEMAIL = NumberKind.VOICEMAIL.value, _("voicemail")
        UNKNOWN = NumberKind.UNKNOWN.value, _("unknown")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ORDERED = "ordered", _("handed over")
        IN_DOUBT = "in_doubt", _("in doubt")
        DONE = "done", _("done")
        NOT_CALLED = "not_called", _("not called")

    # A list may bring a million rows at once, so indexes are few and chosen, and the keys that the importer fills are
    # not checked row by row, which would take more than half of its time: it holds the rows they point at meanwhile,
    # and Django refuses to delete these (PROTECT).
    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.PROTECT,
        related_name="entries",
        db_index=False,
        db_constraint=False,
        verbose_name=_("campaign"),
    )
    call_list = models.ForeignKey(
        CallList, on_delete=models.PROTECT, related_name="entries", db_constraint=False, verbose_name=_("call list")
    )
    line_number = models.PositiveIntegerField(_("line"))
    callee = E164Field(_("callee"))
    identity = identity_field()
    order_id = models.CharField(_("order ID"), max_length=32, help_text=_("Comes back in the provider's records."))
    external_id = models.CharField(_("ID in the file"), max_length=200, blank=True, db_default="")
    other = models.CharField(_("pass-through value"), max_length=1024, blank=True, db_default="")
    country = models.CharField(_("country"), max_length=2, blank=True, db_default="")
    kind = models.PositiveSmallIntegerField(_("line type"), choices=Kind, db_default=Kind.UNKNOWN)
    zones = models.ForeignKey(
        ZoneSet,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("possible time zones"),
    )
    extra = models.JSONField(
        _("other columns"),
        null=True,
        blank=True,
        help_text=_("Name, time zone, consent, priority and any kept columns."),
    )
    repairs = models.PositiveIntegerField(
        _("repairs"), db_default=0, help_text=_("Bits of importer.rows.REPAIR_BITS for the repairs made to the number.")
    )
    purpose = models.CharField(
        _("purpose"),
        max_length=10,
        blank=True,
        db_default="",
        choices=Purpose,
        help_text=_("Empty: as in the campaign."),
    )
    consented_on = models.DateField(_("consented on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING, db_default=State.WAITING)
    not_before = models.DateTimeField(
        _("next check"),
        db_default=EPOCH,
        help_text=_("Until then, the rule in the reason code holds it back."),
    )
    reason_code = models.CharField(_("reason code"), max_length=60, blank=True, db_default="")
    reason = models.CharField(_("reason"), max_length=1000, blank=True, db_default="")
    task = models.ForeignKey(
        ProviderTask,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        db_index=False,
        verbose_name=_("provider task"),
    )
    call = models.ForeignKey(
        CallRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("last call"),
    )
    calls = models.PositiveSmallIntegerField(_("calls in this pass"), db_default=0, default=0)
    pass_number = models.PositiveSmallIntegerField(_("pass"), db_default=1, default=1)
    reserved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("reserved by"),
    )
    reserved_until = models.DateTimeField(_("reserved until"), null=True, blank=True)
    disposition = models.CharField(_("result"), max_length=10, choices=Disposition, blank=True, db_default="")
    provider_call_id = models.CharField(_("provider's call ID"), max_length=100, blank=True, db_default="")
    talk_seconds = models.PositiveIntegerField(_("talk time"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    is_second_spelling = models.BooleanField(
        _("duplicate spelling"),
        default=False,
        db_default=False,
        help_text=_("Another entry of the campaign is the same phone; imported before the portal could detect this."),
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            e164_check("callee", name="entry_callee_e164"),
            models.UniqueConstraint(
                fields=["campaign", "identity"],
                condition=Q(is_second_spelling=False),
                name="uniq_callee_per_campaign",
            ),
            # Not unique=True on the field, which would add a second index for LIKE.
            models.UniqueConstraint(fields=["order_id"], name="uniq_order_id"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "ordered", "in_doubt", "done", "not_called"]),
                name="entry_legal_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_called") | ~Q(reason=""), name="entry_not_called_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ordered", "in_doubt"]) | Q(task__isnull=False) | Q(call__isnull=False),
                name="entry_ordered_by_something",
            ),
        ]
        indexes = [
            # Worker: the next chunk of a campaign (chunks.chunker.next_chunk).
            models.Index(fields=["campaign", "not_before", "id"], name="entry_due", condition=Q(state="waiting")),
            # Records, chunks and the page of a provider task: rows have none until they are handed over.
            models.Index(fields=["task"], name="entry_task", condition=Q(task__isnull=False)),
            # Pages of people who look at a number before they call it, and the sweep that frees these.
            models.Index(
                fields=["campaign", "reserved_until"], name="entry_reserved", condition=Q(reserved_by__isnull=False)
            ),
            # Page: why was this number not called? The others are found by the unique index.
            models.Index(fields=["identity"], name="entry_second", condition=Q(is_second_spelling=True)),
            # Pages: progress by state and result.
            models.Index(fields=["campaign", "state", "disposition"], name="entry_progress"),
        ]

    def __str__(self) -> str:
        return str(self.order_id)

    def as_task_entry(self) -> TaskEntry:
        """What the provider gets of it in a chunk."""
        return TaskEntry(order_id=self.order_id, callee=self.callee, other=self.other)

    @property
    def consent_ref(self) -> str:
        """Where the callee's consent is written down, as the call list says; "" where it does not."""
        return str((self.extra or {}).get("consent_ref") or "")[:200]

    @property
    def held(self) -> str:
        """The rule that holds back a waiting number, in two or three words; "" where none does."""
        return label_of(self.reason_code) if self.state == self.State.WAITING and self.reason_code else ""

    @property
    def waits_until(self) -> datetime | None:
        return self.not_before if self.held and self.not_before > EPOCH else None


class RejectedRow(models.Model):
    """A row of a call list that is never dialled, with the reason a supervisor can read."""

    # As many as the file has rows, and stored by COPY: not checked key by key.
    call_list = models.ForeignKey(
        CallList,
        on_delete=models.PROTECT,
        related_name="rejected_rows",
        db_index=False,
        db_constraint=False,
        verbose_name=_("call list"),
    )
    line_number = models.PositiveIntegerField(_("line"))
    line = models.TextField(_("original line"))
    reason_code = models.CharField(_("reason code"), max_length=40)
    reason = models.CharField(_("reason"), max_length=300)
    callee = models.BigIntegerField(_("number"), null=True, help_text=_("If the row has a valid number."))
    is_opt_out = models.BooleanField(
        _("opted out"), db_default=False, help_text=_("The file says that this person does not want calls.")
    )
    suggestion = models.CharField(_("what to do"), max_length=300, blank=True)

    class Meta:
        ordering = ("line_number", "id")
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        indexes = [
            models.Index(fields=["call_list", "line_number"], name="rejected_row_by_line"),
            # Page: why was this number not called?
            models.Index(fields=["callee"], name="rejected_row_by_callee", condition=Q(callee__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.line_number}: {self.reason_code}"
