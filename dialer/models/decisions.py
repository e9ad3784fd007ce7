"""What the policy said “no” or “later” to, and what people overruled."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Decision(models.Model):
    """One “no” or “later” to one number: the rule, what was found, the limit, when it may be called next.

    An override is kept here too, with the reason that a person wrote.

    Written by `policy/decisions`, never changed; an old “later” is deleted.
    """

    class Outcome(models.TextChoices):
        NO = "no", _("no")
        LATER = "later", _("later")
        OVERRIDDEN = "overridden", _("overridden")

    callee = models.BigIntegerField(_("number"))
    at = models.DateTimeField(_("when"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    rule = models.CharField(_("rule"), max_length=30)
    found = models.CharField(_("found"), max_length=200, blank=True, db_default="")
    limit = models.CharField(_("limit"), max_length=200, blank=True, db_default="")
    next_at = models.DateTimeField(_("may be called next"), null=True)
    source = models.CharField(_("requested by"), max_length=10, help_text=_("form, call, entry."))
    source_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("by"),
    )
    reason = models.CharField(_("written reason"), max_length=500, blank=True, db_default="")

    class Meta:
        ordering = ("-id",)
        verbose_name = _("policy decision")
        verbose_name_plural = _("policy decisions")
        permissions = [("override_policy", "Can call against a rule, with a written reason")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["no", "later", "overridden"]), name="decision_outcome"),
            models.CheckConstraint(
                # Whichever code writes it: nobody overrules a rule without a name and a reason.
                condition=~Q(outcome="overridden") | (~Q(reason="") & Q(by__isnull=False)),
                name="override_has_author_and_reason",
            ),
        ]
        indexes = [
            # Page: why was this number not called?
            models.Index(fields=["callee", "-id"], name="decision_by_callee"),
            # Worker: decisions that are old enough to be forgotten.
            models.Index(fields=["at"], name="decision_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.outcome}"
