"""The three groups of people and what each may do."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

HISTORY = ["callrequest", "callevent", "providerexchange", "calldetailrecord", "webhookdelivery"]
NUMBERS = ["provideraccount", "didnumber", "connectnumber", "agentgroup"]
CAMPAIGNS = ["campaign", "campaignevent", "calllist", "entry", "rejectedrow", "providertask", "taskevent"]

READ = {
    *(f"dialer.view_{model}" for model in [*HISTORY, *NUMBERS]),
    *(f"campaigns.view_{model}" for model in CAMPAIGNS),
}
GROUPS = {
    "Auditor": {*READ, "auth.view_user", "auth.view_group"},
    "Supervisor": {
        *READ,
        "dialer.add_callrequest",
        "dialer.resolve_callrequest",
        "campaigns.add_campaign",
        "campaigns.change_campaign",
        "campaigns.run_campaign",
        "campaigns.add_calllist",
    },
    "Administrator": {
        *READ,
        *(f"dialer.{verb}_{model}" for verb in ("add", "change", "delete") for model in NUMBERS),
        "dialer.resume_provideraccount",
        *(f"auth.{verb}_user" for verb in ("view", "add", "change", "delete")),
        "auth.view_group",
    },
}


def make_groups(apps, schema_editor):
    # Permissions are otherwise made after the last migration, too late for this one.
    for label in ("auth", "dialer", "campaigns"):
        create_permissions(current_apps.get_app_config(label), apps=apps, verbosity=0)
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    for name, wanted in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for permission in wanted:
            label, codename = permission.split(".")
            group.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_initial"),
        ("dialer", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_groups, remove_groups)]
