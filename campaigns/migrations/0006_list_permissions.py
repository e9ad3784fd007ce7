"""Who may work with mappings and do-not-call lists."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

READ = {
    "campaigns.view_savedmapping",
    *(f"dialer.view_{model}" for model in ("dnclist", "dncentry", "dncimport")),
}
GROUPS = {
    "Auditor": READ,
    "Supervisor": {*READ, "campaigns.add_savedmapping", "dialer.add_dncentry", "dialer.add_dncimport"},
    "Administrator": {
        *READ,
        *(f"dialer.{verb}_dnclist" for verb in ("add", "change", "delete")),
        *(f"dialer.{verb}_dncentry" for verb in ("add", "delete")),
        "dialer.add_dncimport",
        "campaigns.delete_savedmapping",
    },
}


def allow(apps, schema_editor):
    # Permissions are otherwise made after the last migration, too late for this one.
    for label in ("dialer", "campaigns"):
        create_permissions(current_apps.get_app_config(label), apps=apps, verbosity=0)
    for group, permission in _pairs(apps):
        group.permissions.add(permission)


def forbid(apps, schema_editor):
    for group, permission in _pairs(apps):
        group.permissions.remove(permission)


def _pairs(apps):
    Permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        for name in GROUPS[group.name]:
            label, codename = name.split(".")
            yield group, Permission.objects.get(content_type__app_label=label, codename=codename)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_entries_index_less"), ("dialer", "0002_dnc_lists")]
    operations = [migrations.RunPython(allow, forbid)]
