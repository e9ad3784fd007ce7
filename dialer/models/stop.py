"""The stop switch, and every use of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StopSwitchManager(models.Manager["StopSwitch"]):
    def current(self) -> StopSwitch | None:
        """The switch while it is on."""
        return self.select_related("stopped_by").filter(stopped_at__isnull=False).first()


class StopSwitch(models.Model):
    """One switch for everything. While it is on, no claim of any order succeeds (SubmissionQuerySet.claimable).

    Written by `ledger/stop_switch`.
    """

    stopped_at = models.DateTimeField(_("stopped"), null=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("stopped by")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = StopSwitchManager()

    class Meta:
        verbose_name = _("stop switch")
        verbose_name_plural = _("stop switch")
        permissions = [("stop_everything", "Can stop all orders"), ("release_stop", "Can release the stop switch")]
        # One row, so that every claim looks at the same switch.
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="only_one_stop_switch")]

    def __str__(self) -> str:
        return str(_("Stop switch"))


class StopEvent(models.Model):
    """Every use of the switch. Written by `ledger/stop_switch`; never changed."""

    is_on = models.BooleanField(_("stopped"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    on_the_way = models.PositiveIntegerField(_("already sent"), default=0)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("stop switch event")
        verbose_name_plural = _("stop switch events")

    def __str__(self) -> str:
        return str(_("stopped") if self.is_on else _("released"))
