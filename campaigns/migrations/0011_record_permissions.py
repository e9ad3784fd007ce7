"""Who may listen to recordings and upload records, and the event of listening."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

GROUPS = {
    "Auditor": {"view_recordfile", "view_recordcursor", "view_agentgroupmember"},
    "Supervisor": {
        *("view_recordfile", "view_recordcursor", "view_agentgroupmember"),
        *("add_recordfile", "listen_recording"),
    },
    "Administrator": {
        *("view_recordfile", "view_recordcursor", "view_agentgroupmember"),
        *("add_recordfile", "listen_recording"),
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
    dependencies = [("campaigns", "0010_paced_calls"), ("dialer", "0009_recording_permission")]

    operations = [
        migrations.RunPython(allow, forbid),
        migrations.AlterField(
            model_name="taskevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("requested", "ordered"),
                    ("claimed", "sending began"),
                    ("accepted", "accepted by the provider"),
                    ("rejected", "rejected by the provider"),
                    ("not_sent", "not sent, will be tried again"),
                    ("held", "held: account suspended"),
                    ("in_doubt", "in doubt"),
                    ("cancelled", "cancelled"),
                    ("resolved", "resolved by a person"),
                    ("proven", "proven by a provider record"),
                    ("result", "result came in"),
                    ("closed", "closed without a result"),
                    ("overridden", "ordered against a rule"),
                    ("given_back", "numbers given back to the campaign"),
                    ("listened", "recording listened to"),
                ],
                max_length=12,
                verbose_name="event",
            ),
        ),
    ]
