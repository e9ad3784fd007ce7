"""Agents who sign in to a contact centre through the portal, what they do now, and what they were asked to do."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from dialer.models.accounts import ProviderAccount
from dialer.models.audit import audited
from dialer.support import crypto
from telephony.contract.agents import AgentLogin
from telephony.contract.vocabulary import AgentState

FIRST_ID, LAST_ID = 101, 999_999
"""Older pages of the gateway end at 59999, newer ones (page 1202) at 999999."""


class State(models.TextChoices):
    """The words of telephony.contract.vocabulary.AgentState, with labels."""

    SIGNED_OUT = AgentState.SIGNED_OUT.value, _("signed out")
    SIGNING_IN = AgentState.SIGNING_IN.value, _("signing in")
    IDLE = AgentState.IDLE.value, _("idle")
    BUSY = AgentState.BUSY.value, _("busy")
    RINGING = AgentState.RINGING.value, _("own phone ringing")
    DIALLING = AgentState.DIALLING.value, _("calling")
    TALKING = AgentState.TALKING.value, _("talking")
    WRAP_UP = AgentState.WRAP_UP.value, _("wrap-up")
    REST = AgentState.REST.value, _("resting")
    SIGNING_OUT = AgentState.SIGNING_OUT.value, _("signing out")
    LOST = AgentState.LOST.value, _("connection lost")


IN_CALL = frozenset({State.RINGING, State.DIALLING, State.TALKING})


class AgentQuerySet(models.QuerySet["Agent"]):
    def active(self) -> AgentQuerySet:
        return self.filter(is_active=True, account__is_active=True)

    def listed(self) -> AgentQuerySet:
        """Active ones, and those that are switched off and still signed in: somebody has to sign them out."""
        return self.filter(Q(is_active=True, account__is_active=True) | Q(status__is_wanted=True))

    def in_state(self, state: str) -> AgentQuerySet:
        """An agent whom nobody has signed in yet has no status."""
        nobody = Q(status=None) if state == State.SIGNED_OUT else Q()
        return self.filter(Q(status__state=state) | nobody)

    def matching(self, text: str) -> AgentQuerySet:
        """Search by the beginning of the id, a part of the name, or the phone."""
        text = text.strip()
        if not text:
            return self
        is_like = Q(name__icontains=text) | Q(phone__startswith=text)
        digits = text if text.isascii() and text.isdigit() else ""
        return self.annotate(id_text=Cast("agent_id", models.TextField())).filter(
            is_like | (Q(id_text__startswith=digits) if digits else Q())
        )

    def for_pages(self) -> AgentQuerySet:
        return self.select_related("account", "user", "status", "status__call", "status__asked_by")


# The password, sealed though it is, is not copied into the history.
@audited(exclude=["password_box"])
class Agent(models.Model):
    """A CC-Gateway agent: whom the portal signs in, and as whom it calls."""

    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="agents", verbose_name=_("provider account")
    )
    agent_id = models.PositiveIntegerField(
        _("agent ID"), validators=[MinValueValidator(FIRST_ID), MaxValueValidator(LAST_ID)]
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    phone = models.CharField(
        _("phone"),
        max_length=24,
        validators=[RegexValidator(r"^[0-9*#]{1,24}$", _("Digits, * and # only, up to 24."))],
        help_text=_("The agent's own phone, which rings first. In use while the agent is signed in."),
    )
    skills = models.CharField(
        _("skills"),
        max_length=400,
        blank=True,
        validators=[RegexValidator(r"^[0-9]+(;[0-9]+)*$", _("Skill queue numbers separated by ; such as 1;2."))],
        help_text=_("Skill queue numbers separated by ; Empty: all of the agent's queues."),
    )
    auto_answer = models.BooleanField(_("answers automatically"), default=True)
    auto_idle = models.BooleanField(
        _("idle after a call"), default=True, help_text=_("If off, the agent goes to wrap-up.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="agents",
        verbose_name=_("used by"),
        help_text=_("Preselected when this person places a call. Others can still use the agent."),
    )
    password_box = models.TextField(editable=False, blank=True)
    password_set_at = models.DateTimeField(_("password set"), null=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AgentQuerySet.as_manager()

    class Meta:
        ordering = ("account", "agent_id")
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        permissions = [("use_agent", "Can sign agents in and out, and call as them")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "agent_id"],
                name="uniq_agent_per_account",
                violation_error_message=_("This account already has an agent with this ID."),
            ),
            models.CheckConstraint(
                condition=Q(agent_id__gte=FIRST_ID, agent_id__lte=LAST_ID), name="agent_id_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.name}".strip()

    def set_password(self, password: str, *, now: datetime) -> None:
        self.password_box, self.password_set_at = crypto.seal(password), now

    @property
    def has_readable_password(self) -> bool:
        """Whether a key of PORTAL_FIELD_KEY opens the password; also where there is none."""
        try:
            self.login()
        except crypto.Unreadable:
            return False
        return True

    def login(self) -> AgentLogin:
        """Raises crypto.Unreadable."""
        return AgentLogin(
            agent_id=str(self.agent_id),
            password=crypto.unseal(self.password_box) if self.password_box else "",
            phone=self.phone,
            skills=tuple(self.skills.split(";")) if self.skills else None,
            auto_answer=self.auto_answer,
            auto_idle=self.auto_idle,
        )


class AgentStatus(models.Model):
    """What an agent does now, and which process looks after the session. One row an agent."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, primary_key=True, related_name="status")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.SIGNED_OUT)
    since = models.DateTimeField(_("since"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True, help_text=_("Why a sign-in or a call failed."))
    is_wanted = models.BooleanField(
        default=False,
        help_text=_("The agent should be signed in: someone signed it in and no one has signed it out since."),
    )
    offers_force = models.BooleanField(
        default=False, help_text=_("Another client is signed in as this agent; a person can sign it out.")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("signed in by"),
    )
    signed_in_at = models.DateTimeField(_("signed in"), null=True)
    call = models.ForeignKey(
        "dialer.CallRequest", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("call")
    )
    polled_at = models.DateTimeField(_("last contact"), null=True)
    session_box = models.TextField(blank=True, editable=False)
    held_by = models.UUIDField(null=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("agent's state")
        verbose_name_plural = _("agents' states")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="agent_legal_state"),
            models.CheckConstraint(
                condition=Q(held_by=None, held_until=None) | Q(held_by__isnull=False, held_until__isnull=False),
                name="agent_held_with_an_end",
            ),
        ]
        indexes = [
            # Worker: agents that nobody looks after (agents.sessions.leases).
            models.Index(F("held_until"), name="agent_wanted", condition=Q(is_wanted=True)),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.state}"

    @property
    def may_call(self) -> bool:
        return bool(self.state == State.IDLE and self.is_wanted)


class AgentCommand(models.Model):
    """What a person asked an agent's session to do. Done one after the other by the process that holds it."""

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", _("sign in")
        FORCE_SIGN_IN = "force_in", _("sign in and sign out the other client")
        SIGN_OUT = "sign_out", _("sign out")
        FORCE_SIGN_OUT = "force_out", _("sign out and end the call")
        IDLE = "idle", _("ready for calls")
        BUSY = "busy", _("not ready")
        HANG_UP = "hang_up", _("hang up")

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="commands", verbose_name=_("agent"))
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    call = models.ForeignKey(
        "dialer.CallRequest", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("call")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    at = models.DateTimeField(_("asked"))
    done_at = models.DateTimeField(_("done"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("agent command")
        verbose_name_plural = _("agent commands")
        indexes = [
            # Worker: what is to be done (agents.sessions.work_queue).
            models.Index(fields=["agent", "id"], name="agent_command_waiting", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.kind}"


class AgentLogEntry(models.Model):
    """What the provider told of an agent, as it came; and what the portal did with the session."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="log", verbose_name=_("agent"))
    at = models.DateTimeField(_("when"))
    kind = models.CharField(_("event"), max_length=60)
    call = models.ForeignKey(
        "dialer.CallRequest",
        on_delete=models.SET_NULL,
        null=True,
        related_name="agent_log",
        verbose_name=_("call"),
    )
    content = models.JSONField(_("as received"), default=dict)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("agent log entry")
        verbose_name_plural = _("agent log")
        indexes = [
            models.Index(fields=["agent", "-id"], name="agent_log_by_agent"),
            # Worker: old ones are forgotten (agents.sessions.retention).
            models.Index(fields=["at"], name="agent_log_by_time"),
        ]

    def __str__(self) -> str:
        return str(self.kind)


class AgentPhoneQuerySet(models.QuerySet["AgentPhone"]):
    def active(self) -> AgentPhoneQuerySet:
        return self.filter(is_active=True)


@audited(exclude=["synced_at"])
class AgentPhone(models.Model):
    """A phone that an agent is reached at, assigned to the account by its provider (AICC softphone numbers)."""

    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="agent_phones", verbose_name=_("provider account")
    )
    number = models.CharField(
        _("number"), max_length=32, validators=[RegexValidator(r"^[0-9]{1,32}$", _("Digits only, up to 32."))]
    )
    label = models.CharField(_("label"), max_length=80, blank=True)
    synced_at = models.DateTimeField(_("read from the provider"), null=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AgentPhoneQuerySet.as_manager()

    class Meta:
        ordering = ("account", "number")
        verbose_name = _("agent phone")
        verbose_name_plural = _("agent phones")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"],
                name="uniq_agent_phone_per_account",
                violation_error_message=_("This account already has this phone."),
            ),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{1,32}$"), name="agent_phone_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}".strip()


class ProviderToken(models.Model):
    """An account's access token, shared by all processes: a new one may end the one before it."""

    account = models.OneToOneField(ProviderAccount, on_delete=models.CASCADE, primary_key=True, related_name="token")
    box = models.TextField(blank=True, editable=False)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.account_id}"
