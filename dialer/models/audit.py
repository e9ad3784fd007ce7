"""Who changed configuration, rules and lists: kept by triggers of the database, so that the shell is caught too."""

from __future__ import annotations

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from pghistory.models import Events


def audited(**fields: Any) -> Any:
    """Keeps every version of a row, with the person and the address of the request that made it."""
    return pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), **fields)


class Change(Events):
    """All versions of all audited rows, as the admin shows them."""

    user = pghistory.ProxyField(
        "pgh_context__user",
        models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, verbose_name=_("by")),
    )
    url = pghistory.ProxyField("pgh_context__url", models.TextField(_("from"), null=True))

    class Meta:
        proxy = True
        app_label = "dialer"
        verbose_name = _("change of settings")
        verbose_name_plural = _("changes of settings")
        # Otherwise permissions to add, change and delete would be made, which nobody can have.
        default_permissions = ("view",)
