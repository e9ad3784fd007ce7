"""Who calls the next number of a preview campaign: an agent who is signed in, or an agent's phone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign
from campaigns.pacing.phone_pool import busy_among
from campaigns.policy import account_fit
from dialer.models import Agent, AgentPhone, CallRequest


class SomeOff(forms.Select):
    """A list in which some choices are shown and cannot be chosen."""

    off: Collection[int] = ()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in {str(pk) for pk in self.off}:
            option["attrs"]["disabled"] = True
        return option


class CallerForm(forms.Form):
    """One field, or none where the campaign's Connect number takes every call."""

    agent = forms.ModelChoiceField(
        label=gettext_lazy("Agent"),
        queryset=Agent.objects.none(),
        widget=SomeOff,
        error_messages={"required": gettext_lazy("Choose who places the call.")},
    )
    agent_phone = forms.ModelChoiceField(
        label=gettext_lazy("Agent phone"),
        queryset=AgentPhone.objects.none(),
        widget=SomeOff,
        help_text=gettext_lazy("It rings first; the callee's phone rings once someone answers."),
        error_messages={"required": gettext_lazy("Choose who places the call.")},
    )

    def __init__(self, *args: Any, campaign: Campaign, user: AbstractUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_agent = account_fit.needs_field(campaign, "agent_id")
        self.nobody_free = False
        if self.asks_agent:
            self._offer_agents(account_fit.active_agents(campaign), user)
        else:
            del self.fields["agent"]
        if account_fit.needs_field(campaign, "agent_phone"):
            self._offer_phones(account_fit.active_phones(campaign), user)
        else:
            del self.fields["agent_phone"]

    def _offer_agents(self, agents: list[Agent], user: AbstractUser) -> None:
        idle = [agent for agent in agents if _may_call(agent)]
        others = [agent for agent in agents if agent not in idle]
        own = [agent for agent in idle if agent.user_id == user.pk]
        # Those who can call stand first.
        choices = [(agent.pk, str(agent)) for agent in idle]
        choices += [(agent.pk, f"{agent} ({_state_of(agent)})") for agent in others]
        self.nobody_free = not idle
        self._offer("agent", choices, off=[agent.pk for agent in others], first=own or idle)

    def _offer_phones(self, phones: list[AgentPhone], user: AbstractUser) -> None:
        busy = busy_among(phones)
        free = [phone for phone in phones if phone.pk not in busy]
        text = _("%(phone)s (busy)")
        choices = [(row.pk, str(row) if row in free else text % {"phone": row}) for row in phones]
        last = CallRequest.objects.ordered_by(user).filter(agent_phone__in=phones).order_by("-pk").first()
        mine = [phone for phone in free if last and phone.pk == last.agent_phone_id]
        self.nobody_free = not free
        self._offer("agent_phone", choices, off=busy, first=mine or free)

    def _offer(
        self, name: str, choices: list[tuple[int, str]], *, off: Collection[int], first: Sequence[Model]
    ) -> None:
        field: Any = self.fields[name]
        field.queryset = field.queryset.model.objects.filter(pk__in=[pk for pk, _label in choices])
        field.choices = [("", _("Choose…")), *choices]
        field.widget.off = off
        # A person chooses among several, unless one of them is known to be theirs.
        if len(first) == 1:
            self.initial.setdefault(name, first[0].pk)

    def clean_agent(self) -> Agent:
        agent: Agent = self.cleaned_data["agent"]
        if not _may_call(agent):
            text = _("%(agent)s cannot place a call now: %(state)s. Choose another agent, or sign this one in.")
            raise ValidationError(text % {"agent": agent, "state": _state_of(agent)})
        return agent

    def clean_agent_phone(self) -> AgentPhone:
        phone: AgentPhone = self.cleaned_data["agent_phone"]
        if busy_among([phone]):
            raise ValidationError(_("The phone %(phone)s is busy. Choose another.") % {"phone": phone})
        return phone

    def who_calls(self) -> dict[str, Any]:
        """The arguments of preview_reservation.call_number that come from the form."""
        return dict(self.cleaned_data)


def _may_call(agent: Agent) -> bool:
    status = getattr(agent, "status", None)
    return status is not None and status.may_call


def _state_of(agent: Agent) -> str:
    status = getattr(agent, "status", None)
    return str(status.get_state_display()) if status else _("signed out")
