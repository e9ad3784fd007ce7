"""Who may look at agents, sign them in, and set them up."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

LOOK = {"view_agent", "view_agentstatus", "view_agentcommand", "view_agentlogentry", "view_agentphone"}
GROUPS = {
    "Auditor": LOOK,
    "Supervisor": {*LOOK, "use_agent"},
    "Administrator": {
        *LOOK,
        *("use_agent", "add_agent", "change_agent", "delete_agent"),
        *("add_agentphone", "change_agentphone", "delete_agentphone"),
    },
}


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
    dependencies = [("campaigns", "0012_huawei_campaigns"), ("dialer", "0010_huawei")]

    operations = [migrations.RunPython(allow, forbid)]
