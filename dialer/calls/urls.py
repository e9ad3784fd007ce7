from __future__ import annotations

from django.urls import path

from dialer.calls import views as calls
from dialer.calls import views_place as place_call

app_name = "dialer"
urlpatterns = [
    path("", calls.call_list, name="call_list"),
    path("new/", place_call.place_call, name="place_call"),
    path("new/fields/", place_call.fields, name="call_fields"),
    path("new/check/", place_call.check, name="check_callee"),
    path("new/preview/", place_call.preview, name="preview_call"),
    path("<slug:reference>/", calls.call_detail, name="call_detail"),
    path("<slug:reference>/cancel/", calls.cancel, name="cancel_call"),
    path("<slug:reference>/hang-up/", calls.hang_up, name="hang_up"),
    path("<slug:reference>/again/", calls.call_again, name="call_again"),
    path("<slug:reference>/opt-out/", calls.opt_out, name="opt_out"),
    path("<slug:reference>/said-no/", calls.said_no, name="said_no"),
    path("<slug:reference>/close/", calls.close, name="close_call"),
]
