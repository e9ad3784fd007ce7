from django.db import migrations, models


class Migration(migrations.Migration):
    """The column keeps its name; the code calls it by another one."""

    dependencies = [
        ('campaigns', '0031_callees_who_said_no'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField(model_name='campaign', old_name='hungry_until', new_name='starved_until'),
                migrations.AlterField(
                    model_name='campaign',
                    name='starved_until',
                    field=models.DateTimeField(db_column='hungry_until', editable=False, null=True),
                ),
            ],
        ),
    ]
