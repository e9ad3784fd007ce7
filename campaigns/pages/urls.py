from __future__ import annotations

from django.urls import path

from campaigns.chunks import views as tasks
from campaigns.lists import views as call_lists
from campaigns.lists import views_mapping as mapping
from campaigns.pacing import views_preview as preview_calls
from campaigns.pages import views as campaigns
from campaigns.pages import views_upload

app_name = "campaigns"
urlpatterns = [
    path("", campaigns.campaign_list, name="campaign_list"),
    path("new/", campaigns.create, name="campaign_create"),
    path("<int:pk>/", campaigns.detail, name="campaign_detail"),
    path("<int:pk>/edit/", campaigns.edit, name="campaign_edit"),
    path("<int:pk>/numbers/", campaigns.numbers, name="campaign_numbers"),
    path("<int:pk>/approve/", campaigns.approve, name="campaign_approve"),
    path("<int:pk>/preview/", campaigns.preview, name="campaign_preview"),
    path("<int:pk>/again/", campaigns.again, name="campaign_again"),
    path("<int:pk>/next/", preview_calls.next_number, name="next_number"),
    path("<int:pk>/<slug:action>/", campaigns.act, name="campaign_act"),
    path("<int:pk>/lists/upload", views_upload.upload, name="call_list_upload"),
    path("lists/<int:pk>/", call_lists.detail, name="call_list_detail"),
    path("lists/<int:pk>/read/", mapping.read, name="call_list_read"),
    path("lists/<int:pk>/answer/<slug:code>/", call_lists.answer, name="call_list_answer"),
    path("lists/<int:pk>/opt-out/", call_lists.opt_out, name="call_list_opt_out"),
    path("lists/<int:pk>/rejects.csv", call_lists.rejects, name="call_list_rejects"),
    path("lists/<int:pk>/accepted.csv", call_lists.accepted, name="call_list_accepted"),
    path("lists/<int:pk>/<slug:decision>/", call_lists.decide, name="call_list_decide"),
    path("lists/templates/<slug:name>", call_lists.template, name="list_template"),
    path("tasks/<slug:reference>/", tasks.detail, name="task_detail"),
    path("tasks/<slug:reference>/give-back/", tasks.give_back, name="task_give_back"),
]
