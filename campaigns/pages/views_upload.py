"""The upload of a call list: part of the page of its campaign, which it shows again where the file was refused."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from campaigns.lists import uploads
from campaigns.lists.forms import UploadForm
from campaigns.models import Campaign
from campaigns.pages.views import detail_page
from dialer.support.uploads import UploadRefused, too_large
from dialer.web.request_user import person
from dialer.web.responses import go_to


@require_POST
@vary_on_headers("HX-Request")
@permission_required("campaigns.add_calllist", raise_exception=True)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign.objects.for_pages(), pk=pk)
    form = UploadForm(request.POST, request.FILES)
    if getattr(request, "is_upload_too_large", False):
        form.errors["file"] = form.error_class([too_large()])
    elif form.is_valid():
        try:
            call_list = uploads.upload_call_list(
                campaign=campaign, file=form.cleaned_data["file"], by=person(request), now=timezone.now()
            )
        except UploadRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return go_to(request, call_list)
    if request.htmx:
        return render(request, "campaigns/_upload.html", {"campaign": campaign, "upload_form": form}, status=422)
    return detail_page(request, campaign, upload_form=form, status=422)
