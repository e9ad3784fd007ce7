from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dialer.models.accounts import ProviderAccount


class ProviderExchange(models.Model):
    """One HTTP request to a provider and what came back, as it may be kept: signature and people masked.

    Written by `ledger`, with the order whose request it was; never changed.
    """

    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("provider account")
    )
    reference = models.CharField(_("reference of the order"), max_length=32, db_index=True)
    at = models.DateTimeField(_("when"))
    method = models.CharField(_("method"), max_length=8)
    url = models.CharField(_("URL"), max_length=500)
    request_headers = models.JSONField(_("request headers"), default=list)
    request_body = models.TextField(_("request body"), blank=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    reply_body = models.TextField(_("reply"), blank=True)
    error = models.CharField(_("transport error"), max_length=200, blank=True)
    elapsed_ms = models.PositiveIntegerField(_("milliseconds"), default=0)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("provider exchange")
        verbose_name_plural = _("provider exchanges")

    def __str__(self) -> str:
        return f"{self.method} {self.url}"
