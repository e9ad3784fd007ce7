"""How far an account's records are read moves into a row of its own, one for each source."""

from __future__ import annotations

from django.db import migrations


def to_cursors(apps, schema_editor):
    cursors = apps.get_model("dialer", "RecordCursor").objects
    read = apps.get_model("dialer", "ProviderAccount").objects.exclude(records_pulled_to=None)
    for pk, read_to in read.values_list("pk", "records_pulled_to"):
        cursors.create(account_id=pk, source="calls", read_to=read_to, asked_at=read_to)


def to_accounts(apps, schema_editor):
    accounts = apps.get_model("dialer", "ProviderAccount").objects
    for cursor in apps.get_model("dialer", "RecordCursor").objects.filter(source="calls"):
        accounts.filter(pk=cursor.account_id).update(records_pulled_to=cursor.read_to)


class Migration(migrations.Migration):
    dependencies = [("dialer", "0006_records")]

    operations = [
        migrations.RunPython(to_cursors, to_accounts, elidable=True),
        migrations.RemoveField(model_name="provideraccount", name="records_pulled_to"),
    ]
