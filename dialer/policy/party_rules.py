"""Rules about our own side of a call: account, DID, Connect number and agent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from dialer.policy.verdict_texts import later as _later
from dialer.policy.verdict_texts import no as _no

OWN_SIDE = (
    _no(
        "account_off",
        gettext_lazy("account off"),
        gettext_lazy("The account %(found)s is switched off. Choose another."),
    ),
    _later(
        "account_suspended",
        gettext_lazy("account suspended"),
        gettext_lazy("The account %(found)s is suspended: %(limit)s An administrator can resume it."),
    ),
    _no(
        "did_of_other_account",
        gettext_lazy("DID of another account"),
        gettext_lazy("%(found)s does not belong to the account %(limit)s."),
    ),
    _no("did_off", gettext_lazy("DID off"), gettext_lazy("The DID %(found)s is switched off. Choose another.")),
    _no(
        "connect_off",
        gettext_lazy("Connect number off"),
        gettext_lazy("The Connect number %(found)s is switched off. Choose another."),
    ),
    _no(
        "agent_of_other_account",
        gettext_lazy("agent of another account"),
        gettext_lazy("%(found)s does not belong to the account %(limit)s."),
    ),
    _no(
        "agent_off",
        gettext_lazy("agent off"),
        gettext_lazy("%(found)s is switched off. Choose another agent."),
    ),
    _later(
        "agent_signed_out",
        gettext_lazy("agent signed out"),
        gettext_lazy("The agent %(found)s is not signed in. Sign the agent in on the Agents page, or choose another."),
    ),
    _later(
        "agent_busy",
        gettext_lazy("agent busy"),
        gettext_lazy("%(found)s is not free: %(limit)s. Choose another agent, or try again later."),
    ),
    _no(
        "calls_itself",
        gettext_lazy("own number"),
        gettext_lazy("The callee is a number of your own in this call. Enter the customer's number."),
    ),
)
