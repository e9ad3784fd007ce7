"""Do-not-call files with a page for their columns and every row that was not taken; blocks; answers per number."""

from datetime import timedelta

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


def keep_what_was_read(apps, schema_editor):
    """Files that were read before keep their counts and rejected rows; evidence of before says nothing of a number."""
    DncImport, DncReject = apps.get_model("dialer", "DncImport"), apps.get_model("dialer", "DncReject")
    DncImport.objects.update(taken=models.F("rows") - models.F("invalid"))
    for row in DncImport.objects.exclude(expires_at=None):
        row.expires_on = (row.expires_at - timedelta(days=1)).date()
        row.save(update_fields=["expires_on"])
    for row in DncImport.objects.exclude(first_rejects=[]):
        DncReject.objects.bulk_create(
            DncReject(dnc_import=row, line_number=line, line="", code=code, reason=reason[:300], suggestion=hint[:300])
            for line, code, reason, hint in row.first_rejects
        )
    apps.get_model("dialer", "RegistryEvidence").objects.update(state="kept")
    # Rows that were written twice wait to be checked, and a table with such rows cannot be changed.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):

    dependencies = [
        ('dialer', '0011_identity'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The rows that were not taken become a table under the same name.
        migrations.RenameField(model_name='dncimport', old_name='rejects', new_name='first_rejects'),
        migrations.CreateModel(
            name='DncBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.BigIntegerField(verbose_name='first number')),
                ('last', models.BigIntegerField(verbose_name='last number')),
                ('written', models.CharField(help_text='+1202555XXXX, or +1202* for a prefix.', max_length=40, verbose_name='block')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('source', models.CharField(blank=True, help_text='Where the wish came from.', max_length=200, verbose_name='source')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('expires_at', models.DateTimeField(blank=True, help_text='Empty: for ever.', null=True, verbose_name='holds until')),
            ],
            options={
                'verbose_name': 'do-not-call block',
                'verbose_name_plural': 'do-not-call blocks',
                'ordering': ('first', 'last', 'id'),
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='DncBlockEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('first', models.BigIntegerField(verbose_name='first number')),
                ('last', models.BigIntegerField(verbose_name='last number')),
                ('written', models.CharField(help_text='+1202555XXXX, or +1202* for a prefix.', max_length=40, verbose_name='block')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('source', models.CharField(blank=True, help_text='Where the wish came from.', max_length=200, verbose_name='source')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('expires_at', models.DateTimeField(blank=True, help_text='Empty: for ever.', null=True, verbose_name='holds until')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DncReject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sheet', models.CharField(blank=True, max_length=100, verbose_name='sheet')),
                ('line_number', models.PositiveIntegerField(verbose_name='line')),
                ('line', models.TextField(verbose_name='original line')),
                ('cells', models.JSONField(default=list, verbose_name='original cells')),
                ('code', models.CharField(max_length=40, verbose_name='reason code')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('suggestion', models.CharField(blank=True, max_length=300, verbose_name='what to do')),
            ],
            options={
                'verbose_name': 'row that was not taken',
                'verbose_name_plural': 'rows that were not taken',
                'ordering': ('id',),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RegistryAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('country', models.CharField(help_text='Of the profile that asks for the registry.', max_length=2, verbose_name='country')),
                ('identity', models.BigIntegerField(help_text='Wire digits; the same for all spellings of a phone.', verbose_name='number')),
                ('received_on', models.DateField(verbose_name='received on')),
                ('is_listed', models.BooleanField(verbose_name='listed')),
            ],
            options={
                'verbose_name': 'registry answer',
                'verbose_name_plural': 'registry answers',
                'default_permissions': (),
            },
        ),
        migrations.RemoveConstraint(
            model_name='dncimport',
            name='dnc_import_legal_state',
        ),
        migrations.AddField(
            model_name='dncimport',
            name='blocks',
            field=models.PositiveIntegerField(default=0, verbose_name='blocks added'),
        ),
        migrations.AddField(
            model_name='dncimport',
            name='columns',
            field=models.JSONField(default=dict, help_text='Encoding, delimiter, sheets, header and which column is what.', verbose_name='how it is read'),
        ),
        migrations.AddField(
            model_name='dncimport',
            name='expires_on',
            field=models.DateField(blank=True, help_text='The last day, where a row names none.', null=True, verbose_name='its numbers hold until'),
        ),
        migrations.AddField(
            model_name='dncimport',
            name='inspection',
            field=models.JSONField(default=dict, help_text='sheets.inspection.Inspection', verbose_name='what the file is'),
        ),
        migrations.AddField(
            model_name='dncimport',
            name='longer',
            field=models.PositiveIntegerField(default=0, verbose_name='numbers that hold for longer now'),
        ),
        migrations.AddField(
            model_name='dncimport',
            name='report',
            field=models.JSONField(default=dict, help_text='Counts by reason of what was not taken and of what was repaired.', verbose_name='report'),
        ),
        migrations.AddField(
            model_name='dncimport',
            name='taken',
            field=models.PositiveIntegerField(default=0, verbose_name='rows taken'),
        ),
        migrations.AddField(
            model_name='registryevidence',
            name='clean',
            field=models.PositiveIntegerField(default=0, verbose_name='numbers that may be called'),
        ),
        migrations.AddField(
            model_name='registryevidence',
            name='error',
            field=models.CharField(blank=True, max_length=1000, verbose_name='error'),
        ),
        migrations.AddField(
            model_name='registryevidence',
            name='listed',
            field=models.PositiveIntegerField(default=0, verbose_name='numbers that are listed'),
        ),
        migrations.AddField(
            model_name='registryevidence',
            name='number_column',
            field=models.CharField(blank=True, max_length=100, verbose_name='column of the numbers'),
        ),
        migrations.AddField(
            model_name='registryevidence',
            name='result_column',
            field=models.CharField(blank=True, max_length=100, verbose_name='column of the results'),
        ),
        migrations.AddField(
            model_name='registryevidence',
            name='rows',
            field=models.PositiveIntegerField(default=0, verbose_name='rows'),
        ),
        migrations.AddField(
            model_name='registryevidence',
            name='says',
            field=models.CharField(choices=[('column', 'a column says of each number whether it is listed'), ('clean', 'these numbers are not listed and may be called'), ('listed', 'these numbers are listed and must not be called')], default='column', max_length=6, verbose_name='what the file says'),
        ),
        migrations.AddField(
            model_name='registryevidence',
            name='state',
            field=models.CharField(choices=[('kept', 'kept only: it opens no number'), ('uploaded', 'waiting to be read'), ('reading', 'being read'), ('read', 'read'), ('failed', 'failed')], default='uploaded', max_length=8, verbose_name='state'),
        ),
        migrations.AddField(
            model_name='registryevidence',
            name='unread',
            field=models.PositiveIntegerField(default=0, verbose_name='rows that were not understood'),
        ),
        migrations.AlterField(
            model_name='dncimport',
            name='added',
            field=models.PositiveIntegerField(default=0, verbose_name='numbers added'),
        ),
        migrations.AlterField(
            model_name='dncimport',
            name='invalid',
            field=models.PositiveIntegerField(default=0, verbose_name='rows not taken'),
        ),
        migrations.AlterField(
            model_name='dncimport',
            name='state',
            field=models.CharField(choices=[('uploaded', 'waiting to be read'), ('mapping', 'waiting for its columns'), ('importing', 'being read'), ('done', 'done'), ('failed', 'failed'), ('discarded', 'discarded')], default='uploaded', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='dncimport',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['uploaded', 'mapping', 'importing', 'done', 'failed', 'discarded'])), name='dnc_import_legal_state'),
        ),
        migrations.AddConstraint(
            model_name='registryevidence',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['kept', 'uploaded', 'reading', 'read', 'failed'])), name='evidence_legal_state'),
        ),
        migrations.AddField(
            model_name='dncblock',
            name='added_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by'),
        ),
        migrations.AddField(
            model_name='dncblock',
            name='dnc_list',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='dialer.dnclist', verbose_name='do-not-call list'),
        ),
        migrations.AddField(
            model_name='dncblockevent',
            name='added_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by'),
        ),
        migrations.AddField(
            model_name='dncblockevent',
            name='dnc_list',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='dialer.dnclist', verbose_name='do-not-call list'),
        ),
        migrations.AddField(
            model_name='dncblockevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='dncblockevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='dialer.dncblock'),
        ),
        migrations.AddField(
            model_name='dncreject',
            name='dnc_import',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rejects', to='dialer.dncimport', verbose_name='do-not-call import'),
        ),
        migrations.AddField(
            model_name='registryanswer',
            name='evidence',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='dialer.registryevidence', verbose_name='registry evidence'),
        ),
        migrations.AddIndex(
            model_name='dncblock',
            index=django.contrib.postgres.indexes.GistIndex(models.Func(models.F('first'), models.F('last'), models.Value('[]'), function='int8range'), name='dnc_block_by_number'),
        ),
        migrations.AddConstraint(
            model_name='dncblock',
            constraint=models.CheckConstraint(condition=models.Q(('first__gte', 100000000000000), ('first__lte', models.F('last')), ('last__lt', 1000000000000000)), name='dnc_block_range', violation_error_message='A block begins with its country code and ends after its first number.'),
        ),
        migrations.AddConstraint(
            model_name='dncblock',
            constraint=models.UniqueConstraint(fields=('dnc_list', 'first', 'last'), name='uniq_block_per_dnc_list', violation_error_message='This block is in the list already.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dncblock',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "dialer_dncblockevent" ("added_at", "added_by_id", "dnc_list_id", "expires_at", "first", "id", "last", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "source", "written") VALUES (NEW."added_at", NEW."added_by_id", NEW."dnc_list_id", NEW."expires_at", NEW."first", NEW."id", NEW."last", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."source", NEW."written"); RETURN NULL;', hash='36396165c0e410e64e5466c53c7c48ac901fcc42', operation='INSERT', pgid='pgtrigger_insert_insert_2b50a', table='dialer_dncblock', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dncblock',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "dialer_dncblockevent" ("added_at", "added_by_id", "dnc_list_id", "expires_at", "first", "id", "last", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "source", "written") VALUES (NEW."added_at", NEW."added_by_id", NEW."dnc_list_id", NEW."expires_at", NEW."first", NEW."id", NEW."last", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."source", NEW."written"); RETURN NULL;', hash='316e31bbfa602c6feb5aaddec070a164e6fd3a09', operation='UPDATE', pgid='pgtrigger_update_update_e061f', table='dialer_dncblock', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dncblock',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "dialer_dncblockevent" ("added_at", "added_by_id", "dnc_list_id", "expires_at", "first", "id", "last", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "source", "written") VALUES (OLD."added_at", OLD."added_by_id", OLD."dnc_list_id", OLD."expires_at", OLD."first", OLD."id", OLD."last", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."source", OLD."written"); RETURN NULL;', hash='f4262b00127ff726edfade600743f48dab150fab', operation='DELETE', pgid='pgtrigger_delete_delete_cff7e', table='dialer_dncblock', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='dncreject',
            index=models.Index(fields=['dnc_import', 'id'], name='dnc_reject_by_import'),
        ),
        migrations.AddConstraint(
            model_name='registryanswer',
            constraint=models.UniqueConstraint(fields=('identity', 'country'), name='uniq_registry_answer'),
        ),
        migrations.RunPython(keep_what_was_read, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='dncimport',
            name='expires_at',
        ),
        migrations.RemoveField(
            model_name='dncimport',
            name='first_rejects',
        ),
        migrations.AddConstraint(
            model_name='dncimport',
            constraint=models.CheckConstraint(condition=models.Q(('rows', django.db.models.expressions.CombinedExpression(models.F('taken'), '+', models.F('invalid')))), name='dnc_import_rows_add_up'),
        ),
    ]
