from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0014_identity")]

    operations = [
        migrations.AddField(
            model_name="calllist",
            name="held",
            field=models.PositiveIntegerField(
                default=0, help_text="Rows that a person has to decide about; they are not called.", verbose_name="held"
            ),
        ),
        migrations.AddField(
            model_name="calllist",
            name="tries",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How often the sweep has given it to a worker again.", verbose_name="tries"
            ),
        ),
        migrations.RemoveConstraint(model_name="calllist", name="call_list_rows_add_up"),
        migrations.AddConstraint(
            model_name="calllist",
            constraint=models.CheckConstraint(
                condition=Q(rows=F("accepted") + F("duplicates") + F("do_not_call") + F("held") + F("invalid")),
                name="call_list_rows_add_up",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="repairs",
            field=models.PositiveIntegerField(
                db_default=0,
                help_text="importer.rows.REPAIR_BITS of what was repaired in the number.",
                verbose_name="repairs",
            ),
        ),
        migrations.AddField(
            model_name="rejectedrow",
            name="is_opt_out",
            field=models.BooleanField(
                db_default=False,
                help_text="The file says that this person does not want to be called.",
                verbose_name="opted out",
            ),
        ),
    ]
