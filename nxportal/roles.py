"""Who may do what: the roles of the portal, as data. docs/permissions.md is printed from it.

Every `migrate` gives the roles what stands here and takes nothing away, so that what a superuser added to one of them
by hand stays. Somebody who shall do less gets a group of their own. A permission that a later version withdraws needs
a migration that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    purpose: str
    permissions: frozenset[str]
    """As `app_label.codename`."""


def _each(action: str, app_label: str, models: str) -> frozenset[str]:
    return frozenset(f"{app_label}.{action}_{model}" for model in models.split())


def _named(*permissions: str) -> frozenset[str]:
    return frozenset(permissions)


_READ = (
    _each("view", "campaigns", "calllist campaign campaignevent entry providertask rejectedrow savedmapping taskevent")
    | _each("view", "dialer", "callrequest callevent calldetailrecord providerexchange recordcursor recordfile")
    | _each("view", "dialer", "agent agentcommand agentgroup agentgroupmember agentlogentry agentphone agentstatus")
    | _each("view", "dialer", "connectnumber didnumber provideraccount price")
    | _each("view", "dialer", "countryprofile regionrule holiday portalrules registryevidence decision")
    | _each("view", "dialer", "dnclist dncentry dncblock dncimport stopswitch stopevent")
    | _each("view", "dialer", "notification webhookdelivery")
)
_READ_SETTINGS = _each("view", "auth", "user group") | _each("view", "dialer", "webhooktarget noticemessage")

# What a supervisor and an administrator both do.
_RUN_THE_DESK = _named(
    "campaigns.approve_campaign",
    "dialer.add_dncentry",
    "dialer.add_dncimport",
    "dialer.add_recordfile",
    "dialer.add_registryevidence",
    "dialer.listen_recording",
    "dialer.release_stop",
    "dialer.stop_everything",
    "dialer.use_agent",
)

# Rows that an administrator makes, changes and deletes.
_NUMBERS_AND_AGENTS = "provideraccount price didnumber connectnumber agentgroup agent agentphone"
_CALLING_RULES = "countryprofile regionrule holiday dnclist"
_CONFIGURATION = f"{_NUMBERS_AND_AGENTS} {_CALLING_RULES}"

SUPERVISOR = Role(
    name="Supervisor",
    purpose="Places calls, runs campaigns and resolves orders in doubt.",
    permissions=_READ
    | _RUN_THE_DESK
    | _each("add", "campaigns", "calllist campaign savedmapping")
    | _named(
        "campaigns.change_campaign",
        "campaigns.run_campaign",
        "dialer.add_callrequest",
        "dialer.resolve_callrequest",
    ),
)
ADMINISTRATOR = Role(
    name="Administrator",
    purpose="Manages users, accounts, numbers, agents and calling rules; does not place calls.",
    permissions=_READ
    | _READ_SETTINGS
    | _RUN_THE_DESK
    | _each("add", "dialer", _CONFIGURATION)
    | _each("change", "dialer", _CONFIGURATION)
    | _each("delete", "dialer", _CONFIGURATION)
    | _each("add", "auth", "user")
    | _each("change", "auth", "user")
    | _each("delete", "auth", "user")
    | _named(
        "campaigns.delete_savedmapping",
        "dialer.add_webhooktarget",
        "dialer.change_portalrules",
        "dialer.change_webhooktarget",
        "dialer.delete_dncentry",
        "dialer.resume_provideraccount",
    ),
)
AUDITOR = Role(name="Auditor", purpose="Can read everything but change nothing.", permissions=_READ | _READ_SETTINGS)
OVERRIDES = Role(
    name="Overrides",
    purpose="Additional role for a supervisor: can override a rule with a written reason.",
    permissions=_named("dialer.override_policy"),
)

ROLES = (SUPERVISOR, ADMINISTRATOR, AUDITOR, OVERRIDES)


def apply_roles(*, using: str, apps: Any, **signal: Any) -> None:
    """Gives every role its permissions. Runs after each migrate; a second run changes nothing.

    After a migrate that stops halfway (`migrate dialer 0002`) some permissions do not exist; the next one adds them.
    """
    try:
        groups, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:
        return  # migrated no further than before the tables of groups
    for role in ROLES:
        group, _made = groups.objects.using(using).get_or_create(name=role.name)
        wanted = Q()
        for permission in role.permissions:
            app_label, codename = permission.split(".")
            wanted |= Q(content_type__app_label=app_label, codename=codename)
        group.permissions.add(*permissions.objects.using(using).filter(wanted))
