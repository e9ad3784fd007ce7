"""Files of call records, rows of DIDs kept in the records of their calls, and the permission to listen."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dialer', '0008_notices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RecordFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(max_length=200, upload_to='records/', verbose_name='file')),
                ('name', models.CharField(max_length=200, verbose_name='file name')),
                ('size', models.PositiveBigIntegerField(verbose_name='bytes')),
                ('sha256', models.CharField(max_length=64)),
                ('zone', models.CharField(default='UTC', help_text='Of times written without one.', max_length=60, verbose_name='time zone')),
                ('state', models.CharField(choices=[('uploaded', 'waiting to be looked at'), ('read', 'looked at'), ('applying', 'being applied'), ('done', 'applied'), ('failed', 'failed')], default='uploaded', max_length=10, verbose_name='state')),
                ('error', models.CharField(blank=True, max_length=1000, verbose_name='error')),
                ('columns', models.JSONField(default=dict, help_text='What each column was taken for.', verbose_name='columns')),
                ('counts', models.JSONField(default=dict, help_text='How many rows came out how.', verbose_name='rows')),
                ('report', models.FileField(blank=True, max_length=200, upload_to='records/', verbose_name='report')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
            ],
            options={
                'verbose_name': 'file of call records',
                'verbose_name_plural': 'files of call records',
                'ordering': ('-id',),
            },
        ),
        migrations.AlterModelOptions(
            name='calldetailrecord',
            options={'ordering': ('-id',), 'permissions': [('listen_recording', 'Can listen to recordings')], 'verbose_name': 'call detail record', 'verbose_name_plural': 'call detail records'},
        ),
        migrations.AddField(
            model_name='calldetailrecord',
            name='did_row',
            field=models.CharField(blank=True, db_default='', help_text="The DID's record of the same call, whose cost is kept here.", max_length=100, verbose_name='row of the DID'),
        ),
        migrations.AlterField(
            model_name='callevent',
            name='kind',
            field=models.CharField(choices=[('requested', 'ordered'), ('claimed', 'sending began'), ('accepted', 'accepted by the provider'), ('rejected', 'rejected by the provider'), ('not_sent', 'not sent, will be tried again'), ('held', 'held: account suspended'), ('in_doubt', 'in doubt'), ('cancelled', 'cancelled'), ('resolved', 'resolved by a person'), ('proven', 'proven by a provider record'), ('result', 'result came in'), ('closed', 'closed without a result'), ('overridden', 'ordered against a rule'), ('given_back', 'numbers given back to the campaign'), ('listened', 'recording listened to')], max_length=12, verbose_name='event'),
        ),
        migrations.AddIndex(
            model_name='calldetailrecord',
            index=models.Index(condition=models.Q(('did_row', ''), _negated=True), fields=['account', 'did_row'], name='record_by_did_row'),
        ),
        migrations.AddField(
            model_name='recordfile',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddField(
            model_name='recordfile',
            name='uploaded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by'),
        ),
        migrations.AddConstraint(
            model_name='recordfile',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['uploaded', 'read', 'applying', 'done', 'failed'])), name='record_file_legal_state'),
        ),
    ]
