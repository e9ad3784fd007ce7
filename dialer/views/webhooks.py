"""Where providers push call records: verified, stored, answered; applied by a job."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dialer import ingest, providers
from dialer.models import ProviderAccount
from telephony.errors import CredentialsRefused

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
@login_not_required
def call_record(request: HttpRequest, prefix: str) -> HttpResponse:
    """200: stored, and will be applied (also when repeated or unknown). 401: not the provider. 413: too large.

    The prefix is the account's environment prefix in lower case. NxCloud takes 200 as success and anything else as
    failure (NXCC-API-Webhook).
    """
    account = ProviderAccount.objects.filter(env_prefix=prefix.upper().replace("-", "_"), is_active=True).first()
    body = request.read(ingest.BODY_LIMIT + 1)
    if len(body) > ingest.BODY_LIMIT:
        return _answer(413, "too large")
    if account is None or not _is_authentic(account, request, body):
        log.warning("A call record push to %s was refused: token missing or wrong.", request.path)
        return _answer(401, "token missing or wrong")
    ingest.take_in(body, account=account, now=timezone.now())
    return _answer(200, "stored")


def _is_authentic(account: ProviderAccount, request: HttpRequest, body: bytes) -> bool:
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        return bool(providers.offline_adapter(account).authentic(headers, body))
    except CredentialsRefused:
        log.warning("Account %s is not configured, so its pushes cannot be verified.", account.pk)
        return False


def _answer(status: int, text: str) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain")
