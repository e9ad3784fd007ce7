"""The address of dialer/inbox/wsgi.py for what reaches Django: other methods, the test client, a wrong secret."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from dialer.inbox import endpoints, store, wsgi


@csrf_exempt
@login_not_required
def push(request: HttpRequest, prefix: str, secret: str, topic: str) -> HttpResponse:
    """See `wsgi.answer_push`; a wrong secret or an unknown account is an unknown page."""
    # Django logs the path of every refusal, and this one may hold the secret.
    request.path = f"/webhooks/{prefix}/…/{topic}"
    reply = wsgi.answer_push(
        request.META, prefix, secret, topic, endpoints=endpoints.read_endpoints, write=store.store_and_defer
    )
    if reply is None:
        raise Http404
    headers = {"Allow": "POST"} if reply is wsgi.POST_ONLY else {}
    return HttpResponse(reply.body, status=reply.status.value, content_type=reply.content_type, headers=headers)
