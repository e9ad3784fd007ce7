from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.models.campaign import Campaign
from dialer.models import Submission, SubmissionEvent
from telephony.contract import vocabulary
from telephony.contract.capabilities import TaskCreator
from telephony.contract.orders import Accepted, PreparedRequest, TaskEntry, TaskOrder


class ProviderTask(Submission):
    """One chunk of a campaign's entries, handed to the provider in one request."""

    kind = "task"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("campaign"))
    number = models.PositiveIntegerField(_("chunk"))
    size = models.PositiveIntegerField(_("numbers"))
    estimated_cost = models.DecimalField(_("estimated cost"), max_digits=14, decimal_places=4, default=0)

    class Meta(Submission.Meta):
        abstract = False
        ordering = ("-id",)
        verbose_name = _("provider task")
        verbose_name_plural = _("provider tasks")
        constraints = [
            *Submission.Meta.constraints,
            models.UniqueConstraint(fields=["campaign", "number"], name="uniq_chunk_number"),
            # The pump makes the next chunk only when the last one was settled.
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(state__in=["pending", "sending"]), name="one_unsettled_chunk"
            ),
        ]
        indexes = [*Submission.Meta.indexes]

    entries: Any
    """The reverse of Entry.task; the entry knows its chunk, not the chunk what an entry is."""

    @property
    def task_name(self) -> str:
        """Unique at the provider, and readable in its console."""
        return f"{self.campaign.name} #{self.number} {self.reference[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("campaigns:task_detail", args=[self.reference])

    def describe(self) -> str:
        text = ngettext(
            "Chunk %(number)d of campaign %(campaign)s, %(size)d number",
            "Chunk %(number)d of campaign %(campaign)s, %(size)d numbers",
            self.size,
        )
        return text % {
            "number": self.number,
            "campaign": self.campaign.name,
            "size": self.size,
        }

    @classmethod
    def may_leave(cls) -> Q:
        # Part of the claim itself, so that nothing leaves once a pause is committed.
        return Q(campaign__state=Campaign.State.RUNNING)

    def build_order(self) -> TaskOrder:
        campaign = Campaign.objects.select_related("agent_group").get(pk=self.campaign_id)
        rows = self.entries.order_by("pk").only("order_id", "callee", "other")
        return self.compose(campaign, (row.as_task_entry() for row in rows))

    def compose(self, campaign: Campaign, entries: Iterable[TaskEntry]) -> TaskOrder:
        """The order for these entries; the preview asks with entries that are in no task yet."""
        return TaskOrder(
            reference=self.reference,
            task_name=self.task_name,
            description=campaign.description,
            country=campaign.country,
            strategy_name=campaign.strategy_name,
            dispatch_type=vocabulary.DispatchType(campaign.dispatch_type),
            agent_group_no=campaign.agent_group.group_no,
            predict_call_rate=campaign.predict_call_rate,
            ratio_call_rate=campaign.ratio_call_rate,
            start_count=campaign.start_count,
            startup_type=vocabulary.StartupType(campaign.startup_type),
            entries=tuple(entries),
        )

    def prepare(self, adapter: TaskCreator, order: TaskOrder, *, now_ms: int) -> PreparedRequest:
        return adapter.prepare_task(order, now_ms=now_ms)

    async def transmit(self, adapter: TaskCreator, order: TaskOrder, *, now_ms: int) -> Accepted:
        return await adapter.create_task(order, now_ms=now_ms)

    def order_ids(self, *, limit: int) -> list[str]:
        return list(self.entries.still_open().order_by("pk").values_list("order_id", flat=True)[:limit])

    def known_call_id(self) -> str:
        """The provider's ID of a call that this chunk made; "" while no record of it has come."""
        called = self.entries.filter(state="done").exclude(provider_call_id="")
        return called.values_list("provider_call_id", flat=True).first() or ""

    def add_event(self, kind: str, *, now: datetime, by: AbstractUser | None = None, detail: str = "") -> None:
        TaskEvent.objects.create(task=self, kind=kind, at=now, by=by, detail=detail[:1200])


class TaskEvent(SubmissionEvent):
    task = models.ForeignKey(
        ProviderTask, on_delete=models.PROTECT, related_name="events", verbose_name=_("provider task")
    )

    class Meta(SubmissionEvent.Meta):
        abstract = False
        verbose_name = _("task event")
        verbose_name_plural = _("task events")
