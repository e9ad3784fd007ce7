"""The rules a portal begins with, its list of opt-outs, and which earlier orders count for the caps."""

from django.db import migrations
from django.utils import timezone

from dialer.policy import earlier_defaults

DEAD_CALLS = """
    UPDATE dialer_attempt a SET counts = FALSE
      FROM dialer_callrequest c
     WHERE a.source = 'call' AND c.id = a.source_id AND c.state IN ('rejected', 'cancelled')
"""
IN_DOUBT = """
    UPDATE dialer_attempt a SET in_doubt = TRUE
      FROM dialer_callrequest c
     WHERE a.source = 'call' AND c.id = a.source_id AND c.state = 'in_doubt' AND a.closed_at IS NULL
"""


def fill(apps, schema_editor):
    CountryProfile = apps.get_model("dialer", "CountryProfile")
    for columns in earlier_defaults.PROFILES:
        CountryProfile.objects.create(**columns, changed_at=timezone.now())
    apps.get_model("dialer", "DncList").objects.get_or_create(
        name="Opt-outs", defaults={"description": "People who asked not to be called again."}
    )
    apps.get_model("dialer", "StopSwitch").objects.create(pk=1)
    apps.get_model("dialer", "PortalRules").objects.create(pk=1)


def empty(apps, schema_editor):
    """The tables go with the migration before; the list of opt-outs stays, with whoever is in it."""


class Migration(migrations.Migration):
    dependencies = [("dialer", "0003_dial_policy")]
    operations = [
        migrations.RunPython(fill, empty),
        migrations.RunSQL([DEAD_CALLS, IN_DOUBT], migrations.RunSQL.noop),
    ]
