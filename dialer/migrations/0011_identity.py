"""Two spellings of one phone are one callee, for open orders, caps and do-not-call lists."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import dialer.models.identity

# Of two open orders to one phone the second is closed as one that rang. The one in doubt stays, or the older.
CLOSE_SECOND_ORDERS = """
    UPDATE dialer_attempt AS a SET closed_at = now()
      FROM (SELECT id, row_number() OVER (PARTITION BY identity ORDER BY in_doubt DESC, id) AS place
              FROM dialer_attempt WHERE closed_at IS NULL) AS ranked
     WHERE ranked.id = a.id AND ranked.place > 1
"""
# Only phones of which a list has a number that is not the key itself can be in it twice.
LISTED_TWICE = """
    SELECT e.id, e.expires_at,
           first_value(e.id) OVER (PARTITION BY e.dnc_list_id, e.identity ORDER BY e.id) AS kept_id
      FROM dialer_dncentry e
     WHERE EXISTS (SELECT FROM dialer_dncentry o
                    WHERE o.identity <> o.callee AND o.identity = e.identity AND o.dnc_list_id = e.dnc_list_id)
"""
# The older entry stays, and holds as long as the one of them that holds longest.
HOLD_LONGEST = f"""
    UPDATE dialer_dncentry AS e SET expires_at = longest.expires_at
      FROM (SELECT kept_id, CASE WHEN bool_or(expires_at IS NULL) THEN NULL ELSE max(expires_at) END AS expires_at
              FROM ({LISTED_TWICE}) AS twice GROUP BY kept_id HAVING count(*) > 1) AS longest
     WHERE longest.kept_id = e.id AND e.expires_at IS DISTINCT FROM longest.expires_at
"""
REMOVE_SECOND_ENTRIES = f"""
    DELETE FROM dialer_dncentry WHERE id IN (SELECT id FROM ({LISTED_TWICE}) AS twice WHERE id <> kept_id)
"""


def identity():
    return models.GeneratedField(
        db_persist=True,
        expression=dialer.models.identity.Identity('callee', digest='0a488f0f7808'),
        output_field=models.BigIntegerField(),
        verbose_name='identity',
    )


class Migration(migrations.Migration):

    dependencies = [
        ('dialer', '0010_huawei'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='attempt',
            name='one_open_order_per_callee',
        ),
        migrations.RemoveConstraint(
            model_name='dncentry',
            name='uniq_callee_per_dnc_list',
        ),
        migrations.RemoveIndex(
            model_name='attempt',
            name='attempt_for_caps',
        ),
        migrations.AddField(
            model_name='attempt',
            name='identity',
            field=identity(),
        ),
        migrations.AddField(
            model_name='dncentry',
            name='identity',
            field=identity(),
        ),
        migrations.RunSQL([CLOSE_SECOND_ORDERS, HOLD_LONGEST, REMOVE_SECOND_ENTRIES], migrations.RunSQL.noop),
        pgtrigger.migrations.RemoveTrigger(
            model_name='dncentry',
            name='update_update',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dncentry',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."added_by_id" IS DISTINCT FROM (NEW."added_by_id") OR OLD."callee" IS DISTINCT FROM (NEW."callee") OR OLD."dnc_list_id" IS DISTINCT FROM (NEW."dnc_list_id") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."source" IS DISTINCT FROM (NEW."source"))', func='INSERT INTO "dialer_dncentryevent" ("added_at", "added_by_id", "callee", "dnc_list_id", "expires_at", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "source") VALUES (NEW."added_at", NEW."added_by_id", NEW."callee", NEW."dnc_list_id", NEW."expires_at", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."source"); RETURN NULL;', hash='61f19a1219977de9b63c26b37c6223dd6c9f2c88', operation='UPDATE', pgid='pgtrigger_update_update_b313d', table='dialer_dncentry', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['identity', 'opened_at'], include=('counts', 'abandoned', 'closed_at'), name='attempt_for_caps'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('identity',), name='one_open_order_per_callee', violation_error_message='There is an open order to this number already.'),
        ),
        migrations.AddConstraint(
            model_name='dncentry',
            constraint=models.UniqueConstraint(fields=('identity', 'dnc_list'), name='uniq_callee_per_dnc_list', violation_error_message='This number is in the list already.'),
        ),
    ]
