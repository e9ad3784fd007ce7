"""Who may look at the rules of regions and change them, and which earlier numbers were talks."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = {
    "Auditor": {"view_regionrule"},
    "Supervisor": {"view_regionrule"},
    "Administrator": {f"{verb}_regionrule" for verb in ("view", "add", "change", "delete")},
}
TALKS = """
    UPDATE dialer_attempt a SET answered = TRUE
      FROM campaigns_entry e
     WHERE a.source = 'entry' AND e.id = a.source_id AND e.disposition = 'answered' AND a.closed_at IS NOT NULL
       AND NOT a.abandoned
"""


def allow(apps, schema_editor):
    # Permissions are otherwise made after the last migration, too late for this one.
    create_permissions(current_apps.get_app_config("dialer"), apps=apps, verbosity=0)
    for group, permissions in _pairs(apps):
        group.permissions.add(*permissions)


def forbid(apps, schema_editor):
    for group, permissions in _pairs(apps):
        group.permissions.remove(*permissions)


def _pairs(apps):
    Permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        yield (
            group,
            list(Permission.objects.filter(content_type__app_label="dialer", codename__in=GROUPS[group.name])),
        )


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0020_held_rows"), ("dialer", "0031_careful_defaults")]
    operations = [
        migrations.RunPython(allow, forbid),
        migrations.RunSQL(TALKS, migrations.RunSQL.noop),
    ]
