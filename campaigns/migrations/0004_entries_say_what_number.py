"""Country, kind, zones and repairs of a number, and the other columns of its row."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_lists_mapped_and_checked")]
    operations = [
        migrations.CreateModel(
            name='ZoneSet',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('zones', models.JSONField(help_text='IANA names, sorted.', unique=True, verbose_name='time zones')),
            ],
            options={
                'verbose_name': 'set of time zones',
                'verbose_name_plural': 'sets of time zones',
            },
        ),
        migrations.AddField(
            model_name='entry',
            name='country',
            field=models.CharField(blank=True, db_default='', max_length=2, verbose_name='country'),
        ),
        migrations.AddField(
            model_name='entry',
            name='extra',
            field=models.JSONField(blank=True, help_text='Name, time zone, consent, priority; rows kept as read.', null=True, verbose_name='other columns'),
        ),
        migrations.AddField(
            model_name='entry',
            name='kind',
            field=models.PositiveSmallIntegerField(choices=[(0, 'fixed line'), (1, 'mobile'), (2, 'fixed line or mobile'), (3, 'toll-free'), (4, 'premium rate'), (5, 'shared cost'), (6, 'internet telephony'), (7, 'personal number'), (8, 'pager'), (9, 'company number'), (10, 'voicemail'), (99, 'unknown')], db_default=99, verbose_name='kind of line'),
        ),
        migrations.AddField(
            model_name='entry',
            name='repairs',
            field=models.PositiveSmallIntegerField(db_default=0, help_text='importer.rows.REPAIR_BITS of what was repaired in the number.', verbose_name='repairs'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='disposition',
            field=models.CharField(blank=True, choices=[('answered', 'answered'), ('no_answer', 'no answer'), ('busy', 'busy'), ('failed', 'failed'), ('voicemail', 'voicemail'), ('cancelled', 'cancelled'), ('unknown', 'unknown')], db_default='', max_length=10, verbose_name='result'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='external_id',
            field=models.CharField(blank=True, db_default='', max_length=200, verbose_name='id in the file'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='other',
            field=models.CharField(blank=True, db_default='', max_length=1024, verbose_name='pass-through value'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='provider_call_id',
            field=models.CharField(blank=True, db_default='', max_length=100, verbose_name="provider's call id"),
        ),
        migrations.AlterField(
            model_name='entry',
            name='reason',
            field=models.CharField(blank=True, db_default='', max_length=1000, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='reason_code',
            field=models.CharField(blank=True, db_default='', max_length=60, verbose_name='reason code'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='state',
            field=models.CharField(choices=[('waiting', 'waiting'), ('ordered', 'handed over'), ('in_doubt', 'in doubt'), ('done', 'done'), ('not_called', 'not called')], db_default='waiting', default='waiting', max_length=10, verbose_name='state'),
        ),
        migrations.AddField(
            model_name='entry',
            name='zones',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.zoneset', verbose_name='possible time zones'),
        ),
    ]
