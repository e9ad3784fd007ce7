from __future__ import annotations

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate

from nxportal.roles import apply_roles


class PortalAdminConfig(AdminConfig):
    default_site = "nxportal.admin_site.PortalAdminSite"


class PortalConfig(AppConfig):
    """Stands last in INSTALLED_APPS."""

    name = "nxportal"

    def ready(self) -> None:
        # Django tells of the end of a migrate app by app, and makes an app's permissions then. Campaigns is the last
        # app with models, and this receiver stands behind Django's: all permissions exist when roles are applied.
        post_migrate.connect(apply_roles, sender=apps.get_app_config("campaigns"), dispatch_uid="nxportal.roles")
