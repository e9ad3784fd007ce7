"""What pages answer with: a redirect, or a fragment that is asked for again and again."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django_htmx.http import HttpResponseClientRedirect, HttpResponseStopPolling


def go_to(request: HttpRequest, to: Any) -> HttpResponse:
    """A redirect of the whole page, whoever asked."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(to))
    return redirect(to)


def live_fragment(
    request: HttpRequest, template: str, context: dict[str, Any], *, version: object, is_over: bool = False
) -> HttpResponse:
    """A polled fragment: 304 while `version` (what it shows) stays the same, 286 once nothing more can come."""
    if is_over:
        return HttpResponseStopPolling(render_to_string(template, context, request))
    etag = _etag(request, version)
    answer = get_conditional_response(request, etag=etag) or render(request, template, context)
    answer["ETag"] = etag
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def _etag(request: HttpRequest, version: object) -> str:
    # Times of today are shown without their date, so the same rows look different tomorrow.
    shown_to = (request.user.pk, get_language(), timezone.localdate())
    return quote_etag(hashlib.sha256(repr((shown_to, version)).encode()).hexdigest()[:32])
