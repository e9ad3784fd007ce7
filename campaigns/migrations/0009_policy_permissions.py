"""Who may change rules, stop everything, approve and override; and which earlier entries count for the caps."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from telephony.numbers.number_facts import (facts_of)

RULES = ("countryprofile", "holiday", "price")
READ = {
    *(f"dialer.view_{model}" for model in RULES),
    *(f"dialer.view_{model}" for model in ("decision", "portalrules", "registryevidence", "stopevent", "stopswitch")),
}
GROUPS = {
    "Auditor": READ,
    "Supervisor": {
        *READ,
        "dialer.add_registryevidence",
        "dialer.stop_everything",
        "dialer.release_stop",
        "campaigns.approve_campaign",
    },
    "Administrator": {
        *READ,
        *(f"dialer.{verb}_{model}" for verb in ("add", "change", "delete") for model in RULES),
        "dialer.change_portalrules",
        "dialer.add_registryevidence",
        "dialer.stop_everything",
        "dialer.release_stop",
        "campaigns.approve_campaign",
    },
}
NEVER_LEFT = """
    UPDATE dialer_attempt a SET counts = FALSE
      FROM campaigns_entry e
     WHERE a.source = 'entry' AND e.id = a.source_id AND a.closed_at IS NOT NULL AND e.state IN ('waiting', 'not_called')
"""
IN_DOUBT = """
    UPDATE dialer_attempt a SET in_doubt = TRUE
      FROM campaigns_entry e
     WHERE a.source = 'entry' AND e.id = a.source_id AND a.closed_at IS NULL AND e.state = 'in_doubt'
"""


def name_numbers(apps, schema_editor):
    """Numbers of lists that were read before countries and zones were kept: the policy asks for them."""
    Entry, ZoneSet = apps.get_model("campaigns", "Entry"), apps.get_model("campaigns", "ZoneSet")
    for entry in Entry.objects.filter(state="waiting", country="").iterator():
        facts = facts_of(entry.callee)
        entry.country, entry.kind = facts.country, facts.kind.value
        if facts.zones:
            entry.zones_id = ZoneSet.objects.get_or_create(zones=list(facts.zones))[0].pk
        entry.save(update_fields=["country", "kind", "zones_id"])


OVERRIDES = "Overrides"
"""People who may call against a rule; an administrator puts supervisors into it."""


def allow(apps, schema_editor):
    overriders = apps.get_model("auth", "Group").objects.get_or_create(name=OVERRIDES)[0]
    # Permissions are otherwise made after the last migration, too late for this one.
    for label in ("dialer", "campaigns"):
        create_permissions(current_apps.get_app_config(label), apps=apps, verbosity=0)
    may_override = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="dialer", codename="override_policy"
    )
    overriders.permissions.add(may_override)
    for group, permission in _pairs(apps):
        group.permissions.add(permission)


def forbid(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=OVERRIDES).delete()
    for group, permission in _pairs(apps):
        group.permissions.remove(permission)


def _pairs(apps):
    Permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        for name in GROUPS[group.name]:
            label, codename = name.split(".")
            yield group, Permission.objects.get(content_type__app_label=label, codename=codename)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_policy_of_campaigns")]
    operations = [
        migrations.RunPython(allow, forbid),
        migrations.RunPython(name_numbers, migrations.RunPython.noop),
        migrations.RunSQL([NEVER_LEFT, IN_DOUBT], migrations.RunSQL.noop),
    ]
