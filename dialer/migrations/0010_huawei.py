"""Agents who sign in, agent phones, the fields of their calls, and callbacks of other providers."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dialer', '0009_recording_permission'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Agent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agent_id', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(101), django.core.validators.MaxValueValidator(999999)], verbose_name='agent id')),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name')),
                ('phone', models.CharField(help_text="The agent's own phone, which rings first. Bound for as long as the agent is signed in.", max_length=24, validators=[django.core.validators.RegexValidator('^[0-9*#]{1,24}$', 'Digits, * and # only, 24 at most.')], verbose_name='phone')),
                ('skills', models.CharField(blank=True, help_text='Numbers of skill queues with ; between. Empty: all that the agent has.', max_length=400, validators=[django.core.validators.RegexValidator('^[0-9]+(;[0-9]+)*$', 'Numbers of skill queues with ; between, such as 1;2.')], verbose_name='skills')),
                ('auto_answer', models.BooleanField(default=True, verbose_name='answers by itself')),
                ('auto_idle', models.BooleanField(default=True, help_text='Otherwise wrap-up.', verbose_name='idle after a call')),
                ('password_box', models.TextField(blank=True, editable=False)),
                ('password_set_at', models.DateTimeField(editable=False, null=True, verbose_name='password set')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'agent',
                'verbose_name_plural': 'agents',
                'ordering': ('account', 'agent_id'),
                'permissions': [('use_agent', 'Can sign agents in and out, and call as them')],
            },
        ),
        migrations.CreateModel(
            name='AgentCommand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('sign_in', 'sign in'), ('force_in', 'sign in, throwing out another client'), ('sign_out', 'sign out'), ('force_out', 'sign out, ending the call'), ('idle', 'ready for calls'), ('busy', 'not ready'), ('hang_up', 'hang up')], max_length=10, verbose_name='what')),
                ('at', models.DateTimeField(verbose_name='asked')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done')),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='error')),
            ],
            options={
                'verbose_name': 'agent command',
                'verbose_name_plural': 'agent commands',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='AgentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('agent_id', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(101), django.core.validators.MaxValueValidator(999999)], verbose_name='agent id')),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name')),
                ('phone', models.CharField(help_text="The agent's own phone, which rings first. Bound for as long as the agent is signed in.", max_length=24, validators=[django.core.validators.RegexValidator('^[0-9*#]{1,24}$', 'Digits, * and # only, 24 at most.')], verbose_name='phone')),
                ('skills', models.CharField(blank=True, help_text='Numbers of skill queues with ; between. Empty: all that the agent has.', max_length=400, validators=[django.core.validators.RegexValidator('^[0-9]+(;[0-9]+)*$', 'Numbers of skill queues with ; between, such as 1;2.')], verbose_name='skills')),
                ('auto_answer', models.BooleanField(default=True, verbose_name='answers by itself')),
                ('auto_idle', models.BooleanField(default=True, help_text='Otherwise wrap-up.', verbose_name='idle after a call')),
                ('password_set_at', models.DateTimeField(editable=False, null=True, verbose_name='password set')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AgentLogEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('kind', models.CharField(max_length=60, verbose_name='event')),
                ('content', models.JSONField(default=dict, verbose_name='as received')),
            ],
            options={
                'verbose_name': 'agent log entry',
                'verbose_name_plural': 'agent log',
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='AgentPhone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32, validators=[django.core.validators.RegexValidator('^[0-9]{1,32}$', 'Digits only, 32 at most.')], verbose_name='number')),
                ('label', models.CharField(blank=True, max_length=80, verbose_name='label')),
                ('synced_at', models.DateTimeField(editable=False, null=True, verbose_name='read from the provider')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'agent phone',
                'verbose_name_plural': 'agent phones',
                'ordering': ('account', 'number'),
            },
        ),
        migrations.CreateModel(
            name='AgentPhoneEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.CharField(max_length=32, validators=[django.core.validators.RegexValidator('^[0-9]{1,32}$', 'Digits only, 32 at most.')], verbose_name='number')),
                ('label', models.CharField(blank=True, max_length=80, verbose_name='label')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProviderToken',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='token', serialize=False, to='dialer.provideraccount')),
                ('box', models.TextField(blank=True, editable=False)),
                ('expires_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'access token',
                'verbose_name_plural': 'access tokens',
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='callrequest',
            name='options',
            field=models.JSONField(blank=True, db_default={}, default=dict, help_text='Fields that only this kind of provider has.', verbose_name='further fields'),
        ),
        migrations.AddField(
            model_name='callrequest',
            name='stage',
            field=models.CharField(blank=True, choices=[('agent_ringing', "the agent's phone rings"), ('agent_answered', 'the agent is on the line'), ('ringing', "the callee's phone rings"), ('talking', 'talking'), ('ended', 'ended')], db_default='', max_length=14, verbose_name='on the line'),
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='is_signed',
            field=models.BooleanField(db_default=True, help_text="It proved to be the provider's. Otherwise the provider is asked.", verbose_name='proven'),
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='order_id',
            field=models.CharField(blank=True, db_default='', help_text='Where the address was made for one order.', max_length=32, verbose_name='order'),
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='topic',
            field=models.CharField(db_default='call-record', help_text='The last part of the address it came to.', max_length=20, verbose_name='topic'),
        ),
        migrations.AlterField(
            model_name='calldetailrecord',
            name='source',
            field=models.CharField(choices=[('webhook', 'webhook'), ('query', 'query'), ('did_query', 'DID query'), ('file', 'file'), ('events', 'agent events'), ('state', 'state query')], max_length=10, verbose_name='came by'),
        ),
        migrations.AlterField(
            model_name='callevent',
            name='kind',
            field=models.CharField(choices=[('requested', 'ordered'), ('claimed', 'sending began'), ('accepted', 'accepted by the provider'), ('rejected', 'rejected by the provider'), ('not_sent', 'not sent, will be tried again'), ('held', 'held: account suspended'), ('in_doubt', 'in doubt'), ('cancelled', 'cancelled'), ('resolved', 'resolved by a person'), ('proven', 'proven by a provider record'), ('result', 'result came in'), ('closed', 'closed without a result'), ('overridden', 'ordered against a rule'), ('given_back', 'numbers given back to the campaign'), ('listened', 'recording listened to'), ('agent_rings', "the agent's phone rings"), ('agent_on', 'the agent answered'), ('rings', "the callee's phone rings"), ('talks', 'the callee answered'), ('hang_up', 'asked to hang up')], max_length=12, verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='callrequest',
            name='connect_number',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='dialer.connectnumber', verbose_name='Connect number'),
        ),
        migrations.AlterField(
            model_name='callrequest',
            name='did',
            field=models.ForeignKey(help_text='The number that the callee sees. Empty where the provider chooses it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='dialer.didnumber', verbose_name='DID'),
        ),
        migrations.AlterField(
            model_name='provideraccount',
            name='kind',
            field=models.CharField(choices=[('nxcloud', 'NxCloud'), ('huawei_ccgateway', 'Huawei CC-Gateway'), ('huawei_aicc', 'Huawei AICC')], max_length=20, verbose_name='provider'),
        ),
        migrations.AlterField(
            model_name='provideraccountevent',
            name='kind',
            field=models.CharField(choices=[('nxcloud', 'NxCloud'), ('huawei_ccgateway', 'Huawei CC-Gateway'), ('huawei_aicc', 'Huawei AICC')], max_length=20, verbose_name='provider'),
        ),
        migrations.AlterField(
            model_name='webhookdelivery',
            name='state',
            field=models.CharField(choices=[('received', 'to be applied'), ('to_confirm', 'the provider is asked whether it is true'), ('applied', 'applied'), ('unreadable', 'unreadable'), ('failed', 'failed, will be tried again')], default='received', max_length=10, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(models.F('id'), condition=models.Q(('state', 'to_confirm')), name='delivery_to_confirm'),
        ),
        migrations.CreateModel(
            name='AgentStatus',
            fields=[
                ('agent', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='status', serialize=False, to='dialer.agent')),
                ('state', models.CharField(choices=[('signed_out', 'signed out'), ('signing_in', 'signing in'), ('idle', 'idle'), ('busy', 'busy'), ('ringing', 'own phone rings'), ('dialling', 'calling'), ('talking', 'talking'), ('wrap_up', 'wrap-up'), ('rest', 'resting'), ('signing_out', 'signing out'), ('lost', 'connection lost')], default='signed_out', max_length=12, verbose_name='state')),
                ('since', models.DateTimeField(null=True, verbose_name='since')),
                ('reason', models.CharField(blank=True, help_text='Why a sign-in or a call failed.', max_length=500, verbose_name='reason')),
                ('is_wanted', models.BooleanField(default=False, help_text='Somebody signed the agent in and nobody out again.')),
                ('offers_force', models.BooleanField(default=False, help_text='Another client is signed in as this agent; a person may throw it out.')),
                ('signed_in_at', models.DateTimeField(null=True, verbose_name='signed in')),
                ('polled_at', models.DateTimeField(null=True, verbose_name='last heard of')),
                ('session_box', models.TextField(blank=True, editable=False)),
                ('held_by', models.UUIDField(editable=False, null=True)),
                ('held_until', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': "agent's state",
                'verbose_name_plural': "agents' states",
            },
        ),
        migrations.AddField(
            model_name='agent',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agents', to='dialer.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddField(
            model_name='agent',
            name='user',
            field=models.ForeignKey(blank=True, help_text='Chosen for this person when a call is placed. Others may still use the agent.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='agents', to=settings.AUTH_USER_MODEL, verbose_name='used by'),
        ),
        migrations.AddField(
            model_name='callrequest',
            name='agent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='dialer.agent', verbose_name='agent'),
        ),
        migrations.AddField(
            model_name='agentcommand',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commands', to='dialer.agent', verbose_name='agent'),
        ),
        migrations.AddField(
            model_name='agentcommand',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by'),
        ),
        migrations.AddField(
            model_name='agentcommand',
            name='call',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dialer.callrequest', verbose_name='call'),
        ),
        migrations.AddField(
            model_name='agentevent',
            name='account',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='dialer.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddField(
            model_name='agentevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='agentevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='dialer.agent'),
        ),
        migrations.AddField(
            model_name='agentevent',
            name='user',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Chosen for this person when a call is placed. Others may still use the agent.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='used by'),
        ),
        migrations.AddField(
            model_name='agentlogentry',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='log', to='dialer.agent', verbose_name='agent'),
        ),
        migrations.AddField(
            model_name='agentlogentry',
            name='call',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='agent_log', to='dialer.callrequest', verbose_name='call'),
        ),
        migrations.AddField(
            model_name='agentphone',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agent_phones', to='dialer.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddField(
            model_name='callrequest',
            name='agent_phone',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='dialer.agentphone', verbose_name='agent phone'),
        ),
        migrations.AddIndex(
            model_name='callrequest',
            index=models.Index(condition=models.Q(('agent__isnull', False), ('closed_at', None)), fields=['agent'], name='call_open_by_agent'),
        ),
        migrations.AddIndex(
            model_name='callrequest',
            index=models.Index(condition=models.Q(('agent_phone__isnull', False), ('closed_at', None)), fields=['agent_phone'], name='call_open_by_agent_phone'),
        ),
        migrations.AddIndex(
            model_name='callrequest',
            index=models.Index(condition=models.Q(('agent__isnull', False)), fields=['agent', '-id'], name='call_by_agent'),
        ),
        migrations.AddIndex(
            model_name='callrequest',
            index=models.Index(condition=models.Q(('agent_phone__isnull', False)), fields=['agent_phone', '-id'], name='call_by_agent_phone'),
        ),
        migrations.AddConstraint(
            model_name='callrequest',
            constraint=models.CheckConstraint(condition=models.Q(('connect_number__isnull', False), ('agent__isnull', False), ('agent_phone__isnull', False), _connector='OR'), name='call_has_our_side'),
        ),
        migrations.AddField(
            model_name='agentphoneevent',
            name='account',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='dialer.provideraccount', verbose_name='provider account'),
        ),
        migrations.AddField(
            model_name='agentphoneevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='agentphoneevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='dialer.agentphone'),
        ),
        migrations.AddField(
            model_name='agentstatus',
            name='asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signed in by'),
        ),
        migrations.AddField(
            model_name='agentstatus',
            name='call',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dialer.callrequest', verbose_name='call'),
        ),
        migrations.AddConstraint(
            model_name='agent',
            constraint=models.UniqueConstraint(fields=('account', 'agent_id'), name='uniq_agent_per_account', violation_error_message='This account already has an agent with that id.'),
        ),
        migrations.AddConstraint(
            model_name='agent',
            constraint=models.CheckConstraint(condition=models.Q(('agent_id__gte', 101), ('agent_id__lte', 999999)), name='agent_id_in_range'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agent',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "dialer_agentevent" ("account_id", "agent_id", "auto_answer", "auto_idle", "created_at", "id", "is_active", "name", "password_set_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "skills", "user_id") VALUES (NEW."account_id", NEW."agent_id", NEW."auto_answer", NEW."auto_idle", NEW."created_at", NEW."id", NEW."is_active", NEW."name", NEW."password_set_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."skills", NEW."user_id"); RETURN NULL;', hash='2754b028a43446b5f4abd0d3a603b2fe69a22311', operation='INSERT', pgid='pgtrigger_insert_insert_6ad46', table='dialer_agent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agent',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."agent_id" IS DISTINCT FROM (NEW."agent_id") OR OLD."auto_answer" IS DISTINCT FROM (NEW."auto_answer") OR OLD."auto_idle" IS DISTINCT FROM (NEW."auto_idle") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."password_set_at" IS DISTINCT FROM (NEW."password_set_at") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."skills" IS DISTINCT FROM (NEW."skills") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "dialer_agentevent" ("account_id", "agent_id", "auto_answer", "auto_idle", "created_at", "id", "is_active", "name", "password_set_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "skills", "user_id") VALUES (NEW."account_id", NEW."agent_id", NEW."auto_answer", NEW."auto_idle", NEW."created_at", NEW."id", NEW."is_active", NEW."name", NEW."password_set_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."skills", NEW."user_id"); RETURN NULL;', hash='e40119892a674d68d55c435c8da3ec965e502ebb', operation='UPDATE', pgid='pgtrigger_update_update_3e85a', table='dialer_agent', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agent',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "dialer_agentevent" ("account_id", "agent_id", "auto_answer", "auto_idle", "created_at", "id", "is_active", "name", "password_set_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "skills", "user_id") VALUES (OLD."account_id", OLD."agent_id", OLD."auto_answer", OLD."auto_idle", OLD."created_at", OLD."id", OLD."is_active", OLD."name", OLD."password_set_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."phone", OLD."skills", OLD."user_id"); RETURN NULL;', hash='528dee63099a082e34f575261fa869ddf44b7c7c', operation='DELETE', pgid='pgtrigger_delete_delete_2f37c', table='dialer_agent', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='agentcommand',
            index=models.Index(condition=models.Q(('done_at', None)), fields=['agent', 'id'], name='agent_command_waiting'),
        ),
        migrations.AddIndex(
            model_name='agentlogentry',
            index=models.Index(fields=['agent', '-id'], name='agent_log_by_agent'),
        ),
        migrations.AddIndex(
            model_name='agentlogentry',
            index=models.Index(fields=['at'], name='agent_log_by_time'),
        ),
        migrations.AddConstraint(
            model_name='agentphone',
            constraint=models.UniqueConstraint(fields=('account', 'number'), name='uniq_agent_phone_per_account', violation_error_message='This account already has that phone.'),
        ),
        migrations.AddConstraint(
            model_name='agentphone',
            constraint=models.CheckConstraint(condition=models.Q(('number__regex', '^[0-9]{1,32}$')), name='agent_phone_digits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agentphone',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "dialer_agentphoneevent" ("account_id", "created_at", "id", "is_active", "label", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."account_id", NEW."created_at", NEW."id", NEW."is_active", NEW."label", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='40a3ea97fe5c51460477d2bf69e5286b3eebb041', operation='INSERT', pgid='pgtrigger_insert_insert_b2f82', table='dialer_agentphone', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agentphone',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."number" IS DISTINCT FROM (NEW."number"))', func='INSERT INTO "dialer_agentphoneevent" ("account_id", "created_at", "id", "is_active", "label", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."account_id", NEW."created_at", NEW."id", NEW."is_active", NEW."label", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='42208a7fc10ed616e065e546356926e0fa99d61d', operation='UPDATE', pgid='pgtrigger_update_update_ffcac', table='dialer_agentphone', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agentphone',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "dialer_agentphoneevent" ("account_id", "created_at", "id", "is_active", "label", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."account_id", OLD."created_at", OLD."id", OLD."is_active", OLD."label", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='6a8d052e908b5c5e1680931249ecd54192d48782', operation='DELETE', pgid='pgtrigger_delete_delete_fa4b4', table='dialer_agentphone', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='agentstatus',
            index=models.Index(models.F('held_until'), condition=models.Q(('is_wanted', True)), name='agent_wanted'),
        ),
        migrations.AddConstraint(
            model_name='agentstatus',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['signed_out', 'signing_in', 'idle', 'busy', 'ringing', 'dialling', 'talking', 'wrap_up', 'rest', 'signing_out', 'lost'])), name='agent_legal_state'),
        ),
        migrations.AddConstraint(
            model_name='agentstatus',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_by', None), ('held_until', None)), models.Q(('held_by__isnull', False), ('held_until__isnull', False)), _connector='OR'), name='agent_held_with_an_end'),
        ),
    ]
