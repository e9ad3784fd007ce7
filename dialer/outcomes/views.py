"""Listening to the recording of a call."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from dialer.models import CallDetailRecord
from dialer.outcomes import recordings
from dialer.web.request_user import person
from telephony.http.recordings import RecordingError

log = logging.getLogger(__name__)


@require_GET
@permission_required("dialer.listen_recording", raise_exception=True)
def recording(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sound itself; `?save` makes the browser keep it as a file."""
    record = get_object_or_404(CallDetailRecord.objects.select_related("account"), pk=pk)
    if not record.has_recording:
        raise Http404
    try:
        stream = recordings.open_recording(record=record, by=person(request), now=timezone.now())
    except RecordingError as error:
        log.warning("Recording of record %s could not be fetched: %s", record.pk, error.code)
        return _failed(request, record, error)
    answer = StreamingHttpResponse(stream, content_type=stream.content_type)
    name = recordings.recording_file_name(record, content_type=stream.content_type)
    answer["Content-Disposition"] = str(content_disposition_header("save" in request.GET, name))
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    if stream.length is not None:
        answer["Content-Length"] = str(stream.length)
    return answer


def _failed(request: HttpRequest, record: CallDetailRecord, error: RecordingError) -> HttpResponse:
    context = {"record": record, "order": recordings.order_of(record), "why": error.message}
    answer = render(request, "dialer/recording_failed.html", context, status=502)
    answer["Cache-Control"] = "private, no-store"
    return answer
