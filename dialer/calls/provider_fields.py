"""Fields of the call form that only some kinds of provider have, and what may be chosen in them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialer.models import Agent, AgentPhone, AgentState, CallRequest, ConnectNumber, DidNumber, ProviderAccount, Ring
from dialer.models.calls import OPTIONS
from dialer.web.formats import phone
from telephony.configuration import ProviderKind
from telephony.contract.vocabulary import Capability

RING_ORDERS = [
    (
        Ring.CONNECT_FIRST.value,
        gettext_lazy("Agent first, then callee\nThe callee's phone rings once an agent is on the line."),
    ),
    (
        Ring.CALLEE_FIRST.value,
        gettext_lazy("Callee first, then agent\nWhoever picks up waits until an agent is on the line."),
    ),
]
MEDIA = [("0", gettext_lazy("Voice")), ("1", gettext_lazy("Video")), ("2", gettext_lazy("Negotiated"))]
CHOOSE = ("", gettext_lazy("Choose…"))
AS_PROVIDER_CHOOSES = ("", gettext_lazy("Chosen by the provider"))

FIELDS = MappingProxyType(
    {
        "agent_phone": "agent_phone",
        "agent_id": "agent_no",
        "did": "did",
        "connect_number": "connect_number",
        "ring_order": "ring_order",
        "agent_sees": "agent_sees",
        "skill_id": "skill_id",
        "media": "medium",
        "delay_ms": "delay_seconds",
        "call_data": "call_data",
    }
)
"""A field of DialOrder → the form's field, in the order of the page."""

ROWS: MappingProxyType[str, tuple[Any, str | Promise, str]] = MappingProxyType(
    {
        "did": (DidNumber, gettext_lazy("An active DID number"), "admin:dialer_didnumber_changelist"),
        "connect_number": (
            ConnectNumber,
            gettext_lazy("An active Connect number"),
            "admin:dialer_connectnumber_changelist",
        ),
        "agent_phone": (AgentPhone, gettext_lazy("An active agent phone"), "admin:dialer_agentphone_changelist"),
        "agent": (Agent, gettext_lazy("An active agent"), "admin:dialer_agent_changelist"),
    }
)
"""The form's fields that choose a row: its model, what is missing without one, and where to add it."""

# Our reference and a blank go in front of AICC's 1024 characters (page 1303).
LONGEST_CALL_DATA = 990


def field_names(kind: ProviderKind, names: tuple[str, ...]) -> list[str]:
    """The form's fields for these fields of DialOrder, in the order of the page."""
    found = [form_name for name, form_name in FIELDS.items() if name in names]
    if Capability.AGENT_CALLS in kind.can:
        return ["agent" if name == "agent_no" else name for name in found]
    return found


class ProviderFields(forms.Form):
    """All of them; PlaceCallForm keeps those that the chosen account's kind of provider has."""

    agent = forms.ModelChoiceField(
        label=gettext_lazy("Agent"),
        queryset=Agent.objects.none(),
        help_text=gettext_lazy("The agent who places the call. Must be signed in and idle."),
    )
    agent_phone = forms.ModelChoiceField(
        label=gettext_lazy("Agent phone"),
        queryset=AgentPhone.objects.none(),
        help_text=gettext_lazy("The agent's phone. It rings first."),
    )
    did = forms.ModelChoiceField(
        label=gettext_lazy("DID"),
        queryset=DidNumber.objects.none(),
        help_text=gettext_lazy("The number that the call is placed from."),
    )
    connect_number = forms.ModelChoiceField(
        label=gettext_lazy("Connect number"),
        queryset=ConnectNumber.objects.none(),
        help_text=gettext_lazy("Reaches the agent."),
    )
    ring_order = forms.ChoiceField(
        label=gettext_lazy("Who rings first"), choices=RING_ORDERS, initial=Ring.CONNECT_FIRST, widget=forms.RadioSelect
    )
    agent_no = forms.CharField(
        label=gettext_lazy("Agent number"),
        required=False,
        validators=[RegexValidator(r"^[0-9]{1,5}$", gettext_lazy("Digits only, up to five."))],
        help_text=gettext_lazy("The agent that the provider assigns the call to. Optional."),
    )
    agent_sees = forms.CharField(
        label=gettext_lazy("Number shown to the agent"),
        required=False,
        validators=[RegexValidator(r"^[0-9]{1,32}$", gettext_lazy("Digits only, up to 32."))],
        help_text=gettext_lazy("Leave empty for the provider's default."),
    )
    skill_id = forms.IntegerField(
        label=gettext_lazy("Skill queue"),
        required=False,
        min_value=0,
        max_value=999_999_999,
        help_text=gettext_lazy("Queue number. Leave empty for the agent's default queue."),
    )
    medium = forms.ChoiceField(label=gettext_lazy("Voice or video"), required=False, choices=MEDIA, initial="0")
    delay_seconds = forms.DecimalField(
        label=gettext_lazy("Delay in seconds"),
        required=False,
        min_value=0,
        max_value=3600,
        decimal_places=3,
        help_text=gettext_lazy("How long the provider waits before dialling. Leave empty to call at once."),
    )
    call_data = forms.CharField(
        label=gettext_lazy("Call data"),
        required=False,
        max_length=LONGEST_CALL_DATA,
        help_text=gettext_lazy("Text that is sent with the call and returned in its record. Do not enter secrets."),
    )


def rows_for(name: str, account: ProviderAccount) -> QuerySet[Any]:
    """What may be chosen in that field for a call by this account."""
    if name == "connect_number":
        connect_numbers: QuerySet[Any] = ConnectNumber.objects.active()
        return connect_numbers
    active: QuerySet[Any] = ROWS[name][0].objects.active().filter(account=account)
    return active.select_related("status") if name == "agent" else active


def choices_of(name: str, rows: list[Any]) -> list[Any]:
    if name == "agent":
        ready = [(agent.pk, _agent_label(agent)) for agent in rows if state_of(agent) == AgentState.IDLE]
        others = [(agent.pk, _agent_label(agent)) for agent in rows if state_of(agent) != AgentState.IDLE]
        if len(rows) == 1:
            return ready + others
        # Those who can call now first; a person still sees why the others cannot.
        groups = [(_("Ready to call"), ready), (_("Not ready"), others)]
        return [(label, group) for label, group in groups if group]
    if name == "agent_phone":
        return [(row.pk, " · ".join(filter(None, [row.number, row.label]))) for row in rows]
    country = "country" if name == "did" else ""
    return [
        (row.pk, " · ".join(filter(None, [phone(row.number), row.label, getattr(row, country, "")]))) for row in rows
    ]


def state_of(agent: Agent) -> AgentState:
    """Idle means here that the agent may call; nobody has signed in an agent without a status."""
    status = getattr(agent, "status", None)
    if status is None or not status.is_wanted:
        return AgentState.SIGNED_OUT
    return AgentState(status.state)


def _agent_label(agent: Agent) -> str:
    return f"{agent} · {state_of(agent).label}"


def options_of(call: CallRequest) -> list[tuple[str, str]]:
    """Label and value of what the call was given that only its kind of provider has."""
    fields = ProviderFields.base_fields
    words = {"media": {int(value): str(label) for value, label in MEDIA}}
    shown = {"agent_id": "agent_no", "media": "medium"}
    return [
        (str(fields[shown.get(name, name)].label), words.get(name, {}).get(call.options[name], str(call.options[name])))
        for name in OPTIONS
        if name in call.options
    ]
