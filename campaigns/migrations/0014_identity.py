"""Two spellings of one phone are one callee of a campaign."""

from django.db import migrations, models

import dialer.models.identity

# Which of the spellings keeps the phone: one that was handed over, else one that waits, else the older.
MARK_SECOND_SPELLINGS = """
    UPDATE campaigns_entry AS e
       SET is_second_spelling = TRUE,
           reason_code = CASE WHEN e.state = 'waiting' THEN 'same_phone' ELSE e.reason_code END,
           reason = CASE WHEN e.state = 'waiting'
                         THEN 'Another number of this campaign is the same phone in another spelling.'
                         ELSE e.reason END,
           reserved_by_id = CASE WHEN e.state = 'waiting' THEN NULL ELSE e.reserved_by_id END,
           reserved_until = CASE WHEN e.state = 'waiting' THEN NULL ELSE e.reserved_until END,
           state = CASE WHEN e.state = 'waiting' THEN 'not_called' ELSE e.state END
      FROM (SELECT t.id, row_number() OVER (
                       PARTITION BY t.campaign_id, t.identity
                       ORDER BY CASE t.state WHEN 'waiting' THEN 1 WHEN 'not_called' THEN 2 ELSE 0 END, t.id
                   ) AS place
              FROM campaigns_entry t
             WHERE EXISTS (SELECT FROM campaigns_entry o
                            WHERE o.identity <> o.callee AND o.identity = t.identity
                              AND o.campaign_id = t.campaign_id)) AS ranked
     WHERE ranked.id = e.id AND ranked.place > 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0013_agent_permissions'),
        ('dialer', '0011_identity'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='entry',
            name='uniq_callee_per_campaign',
        ),
        migrations.AddField(
            model_name='entry',
            name='identity',
            field=models.GeneratedField(
                db_persist=True,
                expression=dialer.models.identity.Identity('callee', digest='0a488f0f7808'),
                output_field=models.BigIntegerField(),
                verbose_name='identity',
            ),
        ),
        migrations.AddField(
            model_name='entry',
            name='is_second_spelling',
            field=models.BooleanField(db_default=False, default=False, help_text='Another entry of the campaign is the same phone; from before the portal could tell.', verbose_name='second spelling'),
        ),
        migrations.RunSQL(MARK_SECOND_SPELLINGS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('is_second_spelling', True)), fields=['identity'], name='entry_second'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('is_second_spelling', False)), fields=('campaign', 'identity'), name='uniq_callee_per_campaign'),
        ),
    ]
