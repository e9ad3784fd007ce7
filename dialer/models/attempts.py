from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialer.models.fields import E164Field, e164_check
from dialer.models.identity import ByPhone, identity_field


class AttemptQuerySet(ByPhone["Attempt"]):
    def still_open(self) -> AttemptQuerySet:
        return self.filter(closed_at=None)


class Attempt(models.Model):
    """One order to make one callee's phone ring, by a call request or by an entry of a campaign.

    The partial unique index is the promise of the product: while one is open, nobody can order that callee again,
    from whichever page, campaign, command or worker, and in whichever spelling of its number.

    Written by `ledger/open_orders`, and for a single call by `calls/services`.
    """

    callee = E164Field(_("callee"))
    identity = identity_field()
    source = models.CharField(max_length=10, help_text=_("Kind of row that placed the order: call or entry."))
    source_id = models.BigIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    counts = models.BooleanField(
        db_default=True, help_text=_("The phone rang, or may have rung: the attempt counts towards the caps.")
    )
    in_doubt = models.BooleanField(db_default=False)
    abandoned = models.BooleanField(db_default=False, help_text=_("The callee answered and no agent took the call."))
    answered = models.BooleanField(db_default=False, help_text=_("The callee answered and spoke with someone."))
    refused = models.BooleanField(
        db_default=False, help_text=_("The callee refused the offer, as recorded by a person.")
    )

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            e164_check("callee", name="attempt_callee_e164"),
            models.UniqueConstraint(
                fields=["identity"],
                condition=Q(closed_at=None),
                name="one_open_order_per_callee",
                violation_error_message=_("This number already has an open order."),
            ),
        ]
        indexes = [
            # Closing and marking the attempts of ended orders (ledger.open_orders).
            models.Index(fields=["source", "source_id"], name="attempt_source"),
            # Caps are counted from the index alone.
            models.Index(
                fields=["identity", "opened_at"],
                include=["counts", "abandoned", "answered", "refused", "closed_at"],
                name="attempt_for_caps",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"
