"""What one would write first: a Django view that verifies and saves each callback by itself."""

from __future__ import annotations

import hmac
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.callback_peer_settings"

from django.contrib.auth.decorators import login_not_required
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

application = get_wsgi_application()


@csrf_exempt
@login_not_required
def take(request: HttpRequest) -> HttpResponse:
    from dialer.models import ProviderAccount, WebhookDelivery

    account = ProviderAccount.objects.get(env_prefix="NXCLOUD")
    if not hmac.compare_digest(request.headers.get("token", ""), os.environ["NXCLOUD_WEBHOOK_TOKEN"]):
        return HttpResponse(status=401)
    WebhookDelivery(account=account, received_at=timezone.now(), body=request.body).save()
    return HttpResponse("stored")


urlpatterns = [path("callback", take)]
