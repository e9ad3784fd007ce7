"""A person maps a call list, sees its report and decides."""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_groups"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name='SavedMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('header', models.JSONField(default=list, help_text='Folded names of the columns; empty where the file has none.', verbose_name='header')),
                ('roles', models.JSONField(help_text='One of importer.layout.Role per column.', verbose_name='roles')),
                ('pack_rest', models.BooleanField(default=False, verbose_name='pack other columns into the pass-through value')),
                ('created_at', models.DateTimeField(verbose_name='saved')),
            ],
            options={
                'verbose_name': 'saved mapping',
                'verbose_name_plural': 'saved mappings',
                'ordering': ('name',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='calllist',
            name='call_list_legal_state',
        ),
        migrations.AddField(
            model_name='calllist',
            name='bytes_total',
            field=models.PositiveBigIntegerField(default=0, help_text='Unpacked, as bytes_read counts them.'),
        ),
        migrations.AddField(
            model_name='calllist',
            name='called_within_days',
            field=models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='not if called within so many days'),
        ),
        migrations.AddField(
            model_name='calllist',
            name='decided_at',
            field=models.DateTimeField(null=True, verbose_name='decided'),
        ),
        migrations.AddField(
            model_name='calllist',
            name='decided_by',
            field=models.ForeignKey(help_text='Who confirmed, cancelled, discarded or took it back last.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='calllist',
            name='do_not_call',
            field=models.PositiveIntegerField(default=0, verbose_name='on a do-not-call list'),
        ),
        migrations.AddField(
            model_name='calllist',
            name='inspection',
            field=models.JSONField(default=dict, help_text='sheets.inspection.Inspection', verbose_name='what the file is'),
        ),
        migrations.AddField(
            model_name='calllist',
            name='reading_since',
            field=models.DateTimeField(null=True, verbose_name='reading began'),
        ),
        migrations.AddField(
            model_name='calllist',
            name='report',
            field=models.JSONField(default=dict, help_text='Counts by reason, repair, country, kind of line and zone.', verbose_name='health report'),
        ),
        migrations.AddField(
            model_name='calllist',
            name='skip_other_campaigns',
            field=models.BooleanField(default=False, verbose_name='not if in another running campaign'),
        ),
        migrations.AlterField(
            model_name='calllist',
            name='columns',
            field=models.JSONField(default=dict, help_text='Encoding, delimiter, sheet and the role of each column.', verbose_name='how it is read'),
        ),
        migrations.AlterField(
            model_name='calllist',
            name='sha256',
            field=models.CharField(db_index=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='calllist',
            name='state',
            field=models.CharField(choices=[('uploaded', 'waiting to be looked at'), ('mapping', 'waiting for its columns'), ('importing', 'being read'), ('checked', 'waiting for your decision'), ('ready', 'ready'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('discarded', 'discarded'), ('undone', 'taken back')], default='uploaded', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='calllist',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['uploaded', 'mapping', 'importing', 'checked', 'ready', 'failed', 'cancelled', 'discarded', 'undone'])), name='call_list_known_state'),
        ),
        migrations.AddConstraint(
            model_name='calllist',
            constraint=models.CheckConstraint(condition=models.Q(('rows', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('accepted'), '+', models.F('duplicates')), '+', models.F('do_not_call')), '+', models.F('invalid')))), name='call_list_rows_add_up'),
        ),
        migrations.AddField(
            model_name='savedmapping',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saved by'),
        ),
    ]
