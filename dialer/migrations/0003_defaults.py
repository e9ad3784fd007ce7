"""What a new portal begins with: careful rules, a list of opt-outs, and the two rows of which there is one each."""

from django.db import migrations
from django.utils import timezone

from dialer.policy import default_profiles


def fill(apps, schema_editor):
    now = timezone.now()

    def add(model, *rows):
        # After a migration back and forth again they are there, and perhaps changed by people.
        model = apps.get_model("dialer", model)
        model.objects.bulk_create([model(**columns) for columns in rows], ignore_conflicts=True)

    add("CountryProfile", *({**columns, "changed_at": now} for columns in default_profiles.PROFILES))
    add("RegionRule", *default_profiles.REGIONS)
    add("DncList", {"name": "Opt-outs", "description": "People who asked not to be called again."})
    add("StopSwitch", {"pk": 1})
    add("PortalRules", {"pk": 1})


class Migration(migrations.Migration):
    replaces = [
        ("dialer", "0004_default_rules"),
        ("dialer", "0009_recording_permission"),
        ("dialer", "0021_dnc_block_permissions"),
        ("dialer", "0031_careful_defaults"),
    ]

    dependencies = [("dialer", "0002_triggers")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
