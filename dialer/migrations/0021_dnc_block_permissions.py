"""Whoever sees do-not-call lists sees the blocks in them."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = ("Auditor", "Supervisor", "Administrator")


def allow(apps, schema_editor):
    # Permissions are otherwise made after the last migration, too late for this one.
    create_permissions(current_apps.get_app_config("dialer"), apps=apps, verbosity=0)
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(_permission(apps))


def forbid(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.remove(_permission(apps))


def _permission(apps):
    Permission = apps.get_model("auth", "Permission")
    return Permission.objects.get(content_type__app_label="dialer", codename="view_dncblock")


class Migration(migrations.Migration):
    dependencies = [("dialer", "0020_dnc_files"), ("campaigns", "0002_groups")]
    operations = [migrations.RunPython(allow, forbid)]
