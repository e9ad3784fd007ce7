from __future__ import annotations

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from dialer.models import AgentGroup, AgentPhone, ConnectNumber, DidNumber, DncList, ProviderAccount, Purpose, Ring
from telephony.contract import vocabulary


class DispatchType(models.IntegerChoices):
    """How answered calls reach agents (createandcall `dispatchType`)."""

    NONE = vocabulary.DispatchType.NONE.value, _("None")
    RATIO = vocabulary.DispatchType.RATIO.value, _("Ratio: a fixed number of calls per agent")
    PREDICTIVE = vocabulary.DispatchType.PREDICTIVE.value, _("Predictive")


class StartupType(models.IntegerChoices):
    """When the provider begins to dial. 2 (scheduled) is not offered: the API has no field for the time."""

    NONE = vocabulary.StartupType.NONE.value, _("None (started in the provider's console)")
    MANUAL = vocabulary.StartupType.MANUAL.value, _("Manual (started in the provider's console)")
    IMMEDIATE = vocabulary.StartupType.IMMEDIATE.value, _("At once")


class Channel(models.TextChoices):
    """How a campaign's numbers reach the provider."""

    TASK = "task", _("Provider task")
    CALLS = "calls", _("Paced calls")
    PREVIEW = "preview", _("Preview calls")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def running(self) -> Self:
        return self.filter(state=Campaign.State.RUNNING)

    def paced(self) -> Self:
        return self.filter(channel=Channel.CALLS)

    def for_pages(self) -> Self:
        return self.select_related("account", "agent_group", "connect_number", "created_by", "approved_by")


class Campaign(models.Model):
    """What a supervisor plans and runs; ours alone. The provider sees its chunks (ProviderTask) or its single calls."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        STOPPED = "stopped", _("stopped")
        FINISHED = "finished", _("finished")

    name = models.CharField(_("name"), max_length=60, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("provider account")
    )
    channel = models.CharField(
        _("channel"),
        max_length=10,
        choices=Channel,
        default=Channel.TASK,
        help_text=_("Cannot be changed once numbers have been handed over."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, such as GB, ID or HK."))],
        help_text=_("Two letters (ISO 3166). Numbers without a country code are read as numbers in this country."),
    )
    strategy_name = models.CharField(
        _("strategy name"),
        max_length=100,
        blank=True,
        help_text=_("Exactly as in the provider's console, such as Default Strategy."),
    )
    dispatch_type = models.PositiveSmallIntegerField(
        _("dispatch type"), choices=DispatchType, default=DispatchType.PREDICTIVE
    )
    agent_group = models.ForeignKey(
        AgentGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("agent group"),
    )
    predict_call_rate = models.DecimalField(
        _("predictive call rate"),
        max_digits=6,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0)],
        help_text=_("Up to two decimals. The provider requires it for every dispatch type."),
    )
    ratio_call_rate = models.DecimalField(
        _("calls per agent"),
        max_digits=5,
        decimal_places=1,
        default=1,
        validators=[MinValueValidator(0)],
        help_text=_("Up to one decimal. The provider requires it for every dispatch type."),
    )
    start_count = models.PositiveIntegerField(
        _("start count"), default=1, help_text=_("Where the provider's dialling algorithm starts.")
    )
    startup_type = models.PositiveSmallIntegerField(_("startup"), choices=StartupType, default=StartupType.IMMEDIATE)
    connect_number = models.ForeignKey(
        ConnectNumber,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("Connect number"),
        help_text=_("Reaches the agents who take the calls."),
    )
    agent_phones = models.ManyToManyField(
        AgentPhone,
        blank=True,
        related_name="campaigns",
        verbose_name=_("agent phones"),
        help_text=_("These phones take the calls, one at a time each. Empty: all active phones of the account."),
    )
    dids = models.ManyToManyField(
        DidNumber,
        blank=True,
        related_name="campaigns",
        verbose_name=_("DID pool"),
        help_text=_(
            "Each call uses the DID that has been idle longest. None selected: all active DIDs of the account."
        ),
    )
    ring_order = models.CharField(_("ring order"), max_length=14, choices=Ring, default=Ring.CONNECT_FIRST)
    calls_per_minute = models.PositiveIntegerField(
        _("calls per minute"), default=30, validators=[MinValueValidator(1), MaxValueValidator(60_000)]
    )
    concurrent_calls = models.PositiveIntegerField(
        _("concurrent calls"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("As many as there are agents to take them."),
    )
    line_seconds = models.PositiveIntegerField(
        _("assumed call length (seconds)"),
        default=180,
        validators=[MaxValueValidator(86_400)],
        help_text=_("How long a call counts towards the concurrent calls if the provider does not report its end."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_("1 is the highest. Campaigns on one account share its rate; lower priorities get what is left."),
    )
    pass_number = models.PositiveSmallIntegerField(_("pass"), default=1, editable=False)
    pump_token = models.UUIDField(null=True, editable=False)
    pump_until = models.DateTimeField(null=True, editable=False)
    """Until then the worker with the token hands over this campaign's calls, and no other."""
    next_call_at = models.DateTimeField(null=True, editable=False)
    starved_until = models.DateTimeField(null=True, editable=False, db_column="hungry_until")
    """Until then the account's rate holds this campaign back, so that those of lower priority wait for it."""
    ordered_cost = models.DecimalField(max_digits=14, decimal_places=4, default=0, editable=False)
    ordered_day = models.DateField(null=True, editable=False)
    ordered_cost_of_day = models.DecimalField(max_digits=14, decimal_places=4, default=0, editable=False)
    """Estimates of paced calls; those of provider tasks stand in these."""
    purpose = models.CharField(
        _("purpose"),
        max_length=10,
        choices=Purpose,
        default=Purpose.MARKETING,
        help_text=_("Determines which rules apply. A row of a call list may set its own."),
    )
    uses_ai = models.BooleanField(
        _("a voice robot talks"), default=False, help_text=_("Many countries require the callee's consent for this.")
    )
    hours_from = models.TimeField(
        _("not before"),
        null=True,
        blank=True,
        help_text=_("In the callee's local time. Can only narrow the country's hours."),
    )
    hours_to = models.TimeField(_("not after"), null=True, blank=True, help_text=_("In the callee's local time."))
    weekdays = models.CharField(
        _("weekdays"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^1?2?3?4?5?6?7?$")],
        help_text=_("1 is Monday. Empty: all days that the country allows."),
    )
    dnc_lists = models.ManyToManyField(
        DncList,
        blank=True,
        related_name="campaigns",
        verbose_name=_("additional do-not-call lists"),
        limit_choices_to={"scope": "campaign"},
    )
    budget = models.DecimalField(
        _("budget"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Upper limit for the estimated cost of the whole campaign. Empty: no limit."),
    )
    budget_per_day = models.DecimalField(
        _("budget per day"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Upper limit per day (UTC). Empty: no limit."),
    )
    approved_numbers = models.PositiveIntegerField(_("approved numbers"), default=0, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    chunk_size = models.PositiveIntegerField(
        _("numbers per provider task"),
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text=_("0 uses the portal setting."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    trouble = models.CharField(
        _("trouble"),
        max_length=1000,
        blank=True,
        editable=False,
        help_text=_("Why the portal paused it automatically."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        permissions = [
            ("run_campaign", "Can start, pause, resume and stop a campaign"),
            ("approve_campaign", "Can approve another person's large campaign"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "running", "paused", "stopped", "finished"]),
                name="campaign_legal_state",
            ),
            models.CheckConstraint(
                condition=(Q(channel="task", agent_group__isnull=False) & ~Q(strategy_name=""))
                # Whether there must be a Connect number depends on the kind of provider: services looks at that.
                | Q(channel__in=["calls", "preview"]),
                name="campaign_channel_is_complete",
            ),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="campaign_country_form"),
            models.CheckConstraint(
                condition=Q(predict_call_rate__gte=0, ratio_call_rate__gte=0), name="campaign_rates_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(hours_from=None) | Q(hours_to=None) | Q(hours_from__lt=F("hours_to")),
                name="campaign_hours_in_order",
                violation_error_message=_("“Not before” must be earlier than “not after”."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("campaigns:campaign_detail", args=[self.pk])

    @property
    def chunk_limit(self) -> int:
        """Numbers per provider task."""
        return self.chunk_size or int(settings.PORTAL_CHUNK_SIZE)

    @property
    def is_by_task(self) -> bool:
        return bool(self.channel == Channel.TASK)

    @property
    def is_started_by_hand(self) -> bool:
        """Somebody has to start each of its tasks in the provider's console."""
        return self.is_by_task and self.startup_type != StartupType.IMMEDIATE

    @property
    def weekday_names(self) -> str:
        return ", ".join(str(WEEKDAYS_ABBR[int(day) - 1]) for day in self.weekdays)

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.STOPPED, self.State.FINISHED)


class CampaignEvent(models.Model):
    """One line of a campaign's history: who started, paused, resumed or stopped it, and why."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="events", verbose_name=_("campaign"))
    state = models.CharField(_("became"), max_length=10, choices=Campaign.State)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    detail = models.CharField(_("detail"), max_length=1000, blank=True)

    class Meta:
        ordering = ("id",)
        verbose_name = _("campaign event")
        verbose_name_plural = _("campaign events")

    def __str__(self) -> str:
        return str(self.get_state_display())
