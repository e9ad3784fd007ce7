"""Fewer indexes and no checks row by row: a list brings a million rows at once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_entries_say_what_number")]
    operations = [
        migrations.AlterField(
            model_name='entry',
            name='call_list',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='campaigns.calllist', verbose_name='call list'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='campaign',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='campaigns.campaign', verbose_name='campaign'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='order_id',
            field=models.CharField(help_text="Comes back in the provider's records.", max_length=32, verbose_name='order id'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='task',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='campaigns.providertask', verbose_name='provider task'),
        ),
        migrations.AlterField(
            model_name='rejectedrow',
            name='call_list',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rejected_rows', to='campaigns.calllist', verbose_name='call list'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('task__isnull', False)), fields=['task'], name='entry_task'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('order_id',), name='uniq_order_id'),
        ),
    ]
