"""What the portal tells: notifications, webhook targets, outgoing messages; and who may see and change them."""

import dialer.models.notices
import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.apps import apps as current_apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

READ = {f"view_{model}" for model in ("notification", "webhooktarget", "noticemessage")}
GROUPS = {
    "Auditor": READ,
    "Supervisor": {"view_notification"},
    "Administrator": {*READ, "add_webhooktarget", "change_webhooktarget"},
}


def allow(apps, schema_editor):
    # Permissions are otherwise made after the last migration, too late for this one.
    create_permissions(current_apps.get_app_config("dialer"), apps=apps, verbosity=0)
    for group, permissions in _pairs(apps):
        group.permissions.add(*permissions)


def forbid(apps, schema_editor):
    for group, permissions in _pairs(apps):
        group.permissions.remove(*permissions)


def _pairs(apps):
    Permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        yield group, Permission.objects.filter(content_type__app_label="dialer", codename__in=GROUPS[group.name])


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('campaigns', '0009_policy_permissions'),
        ('dialer', '0007_record_cursors'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='NoticesSeen',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('up_to', models.BigIntegerField(default=0)),
                ('gaps', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
            ],
            options={
                'verbose_name': 'read notifications',
                'verbose_name_plural': 'read notifications',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='WaitingDoubt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'order in doubt, to be told',
                'verbose_name_plural': 'orders in doubt, to be told',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='WebhookTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
                ('url', models.CharField(help_text='https://… on the public Internet.', max_length=500, validators=[dialer.models.notices.check_target_url], verbose_name='address')),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('campaign.started', 'campaign started'), ('campaign.paused', 'campaign paused'), ('campaign.resumed', 'campaign resumed'), ('campaign.stopped', 'campaign stopped'), ('campaign.finished', 'campaign finished'), ('account.suspended', 'account suspended'), ('account.resumed', 'account resumed'), ('call.in_doubt', 'order in doubt')], max_length=30), size=None, verbose_name='events')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('salt', models.CharField(default=dialer.models.notices.new_salt, editable=False, max_length=32)),
                ('old_salt', models.CharField(blank=True, editable=False, max_length=32)),
                ('old_salt_until', models.DateTimeField(editable=False, null=True, verbose_name='old secret signs until')),
                ('rotated_at', models.DateTimeField(editable=False, null=True, verbose_name='secret changed')),
                ('trouble', models.CharField(blank=True, editable=False, max_length=500, verbose_name='trouble')),
                ('trouble_at', models.DateTimeField(editable=False, null=True, verbose_name='in trouble since')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='added')),
            ],
            options={
                'verbose_name': 'webhook target',
                'verbose_name_plural': 'webhook targets',
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='WebhookTargetEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('url', models.CharField(help_text='https://… on the public Internet.', max_length=500, validators=[dialer.models.notices.check_target_url], verbose_name='address')),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('campaign.started', 'campaign started'), ('campaign.paused', 'campaign paused'), ('campaign.resumed', 'campaign resumed'), ('campaign.stopped', 'campaign stopped'), ('campaign.finished', 'campaign finished'), ('account.suspended', 'account suspended'), ('account.resumed', 'account resumed'), ('call.in_doubt', 'order in doubt')], max_length=30), size=None, verbose_name='events')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('old_salt_until', models.DateTimeField(editable=False, null=True, verbose_name='old secret signs until')),
                ('rotated_at', models.DateTimeField(editable=False, null=True, verbose_name='secret changed')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='added')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(choices=[('campaign.started', 'campaign started'), ('campaign.paused', 'campaign paused'), ('campaign.resumed', 'campaign resumed'), ('campaign.stopped', 'campaign stopped'), ('campaign.finished', 'campaign finished'), ('account.suspended', 'account suspended'), ('account.resumed', 'account resumed'), ('call.in_doubt', 'order in doubt'), ('delivery.failed', 'message not delivered'), ('test', 'test')], max_length=30, verbose_name='event')),
                ('level', models.CharField(choices=[('info', 'news'), ('success', 'done'), ('warning', 'needs a person')], max_length=10, verbose_name='level')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('url', models.CharField(blank=True, help_text='A path of the portal.', max_length=300, verbose_name='page')),
                ('created_at', models.DateTimeField(db_index=True, verbose_name='when')),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['level', '-id'], name='notification_by_level')],
            },
        ),
        migrations.CreateModel(
            name='NoticeMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(help_text='The same whenever it is repeated.', max_length=40, verbose_name='message id')),
                ('event', models.CharField(choices=[('campaign.started', 'campaign started'), ('campaign.paused', 'campaign paused'), ('campaign.resumed', 'campaign resumed'), ('campaign.stopped', 'campaign stopped'), ('campaign.finished', 'campaign finished'), ('account.suspended', 'account suspended'), ('account.resumed', 'account resumed'), ('call.in_doubt', 'order in doubt'), ('delivery.failed', 'message not delivered'), ('test', 'test')], max_length=30, verbose_name='event')),
                ('body', models.TextField(help_text='Exactly the bytes that are sent.', verbose_name='body')),
                ('state', models.CharField(choices=[('waiting', 'to be sent'), ('delivered', 'delivered'), ('failed', 'given up')], default='waiting', max_length=10, verbose_name='state')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('next_at', models.DateTimeField(null=True, verbose_name='next try')),
                ('claim', models.UUIDField(editable=False, null=True)),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='last status')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='last answer')),
                ('created_at', models.DateTimeField(db_index=True, verbose_name='written')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('target', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='dialer.webhooktarget', verbose_name='target')),
            ],
            options={
                'verbose_name': 'outgoing message',
                'verbose_name_plural': 'outgoing messages',
                'ordering': ('-id',),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhooktarget',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "dialer_webhooktargetevent" ("created_at", "events", "id", "is_active", "name", "old_salt_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rotated_at", "url") VALUES (NEW."created_at", NEW."events", NEW."id", NEW."is_active", NEW."name", NEW."old_salt_until", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rotated_at", NEW."url"); RETURN NULL;', hash='41c754bcb5bd93e752952002a2d759c5167b58b1', operation='INSERT', pgid='pgtrigger_insert_insert_9d2ed', table='dialer_webhooktarget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhooktarget',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."events" IS DISTINCT FROM (NEW."events") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."old_salt_until" IS DISTINCT FROM (NEW."old_salt_until") OR OLD."rotated_at" IS DISTINCT FROM (NEW."rotated_at") OR OLD."url" IS DISTINCT FROM (NEW."url"))', func='INSERT INTO "dialer_webhooktargetevent" ("created_at", "events", "id", "is_active", "name", "old_salt_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rotated_at", "url") VALUES (NEW."created_at", NEW."events", NEW."id", NEW."is_active", NEW."name", NEW."old_salt_until", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rotated_at", NEW."url"); RETURN NULL;', hash='12001e8fad391b025cea00472e18a54f806e1fb5', operation='UPDATE', pgid='pgtrigger_update_update_f2cab', table='dialer_webhooktarget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhooktarget',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "dialer_webhooktargetevent" ("created_at", "events", "id", "is_active", "name", "old_salt_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rotated_at", "url") VALUES (OLD."created_at", OLD."events", OLD."id", OLD."is_active", OLD."name", OLD."old_salt_until", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rotated_at", OLD."url"); RETURN NULL;', hash='7b690289ee3d286fbf8eec7fe79d88d7d2ca3b91', operation='DELETE', pgid='pgtrigger_delete_delete_99fe1', table='dialer_webhooktarget', when='AFTER')),
        ),
        migrations.AddField(
            model_name='webhooktargetevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='webhooktargetevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='versions', to='dialer.webhooktarget'),
        ),
        migrations.AddIndex(
            model_name='noticemessage',
            index=models.Index(models.F('next_at'), condition=models.Q(('state', 'waiting')), name='notice_message_waiting'),
        ),
        migrations.AddConstraint(
            model_name='noticemessage',
            constraint=models.UniqueConstraint(fields=('target', 'message_id'), name='uniq_message_per_target'),
        ),
        migrations.AddConstraint(
            model_name='noticemessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('next_at__isnull', False), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('claim', None), ('ended_at__isnull', False), ('next_at', None)), _connector='OR'), name='notice_message_waits_or_ended'),
        ),
        migrations.RunPython(allow, forbid),
    ]
