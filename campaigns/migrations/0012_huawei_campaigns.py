"""Campaigns may have agent phones in place of a Connect number."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0011_record_permissions'),
        ('dialer', '0010_huawei'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='campaign',
            name='campaign_channel_is_complete',
        ),
        migrations.AddField(
            model_name='campaign',
            name='agent_phones',
            field=models.ManyToManyField(blank=True, help_text='They take the calls, one at a time each. Empty: all active ones of the account.', related_name='campaigns', to='dialer.agentphone', verbose_name='agent phones'),
        ),
        migrations.AlterField(
            model_name='taskevent',
            name='kind',
            field=models.CharField(choices=[('requested', 'ordered'), ('claimed', 'sending began'), ('accepted', 'accepted by the provider'), ('rejected', 'rejected by the provider'), ('not_sent', 'not sent, will be tried again'), ('held', 'held: account suspended'), ('in_doubt', 'in doubt'), ('cancelled', 'cancelled'), ('resolved', 'resolved by a person'), ('proven', 'proven by a provider record'), ('result', 'result came in'), ('closed', 'closed without a result'), ('overridden', 'ordered against a rule'), ('given_back', 'numbers given back to the campaign'), ('listened', 'recording listened to'), ('agent_rings', "the agent's phone rings"), ('agent_on', 'the agent answered'), ('rings', "the callee's phone rings"), ('talks', 'the callee answered'), ('hang_up', 'asked to hang up')], max_length=12, verbose_name='event'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agent_group__isnull', False), ('channel', 'task'), models.Q(('strategy_name', ''), _negated=True)), ('channel__in', ['calls', 'preview']), _connector='OR'), name='campaign_channel_is_complete'),
        ),
    ]
