from __future__ import annotations

from django.urls import path

from campaigns.views import call_lists, campaigns, tasks

app_name = "campaigns"
urlpatterns = [
    path("", campaigns.campaign_list, name="campaign_list"),
    path("new/", campaigns.create, name="campaign_create"),
    path("<int:pk>/", campaigns.detail, name="campaign_detail"),
    path("<int:pk>/edit/", campaigns.edit, name="campaign_edit"),
    path("<int:pk>/preview/", campaigns.preview, name="campaign_preview"),
    path("<int:pk>/<slug:action>/", campaigns.act, name="campaign_act"),
    path("<int:pk>/lists/upload", call_lists.upload, name="call_list_upload"),
    path("lists/<int:pk>/", call_lists.detail, name="call_list_detail"),
    path("lists/<int:pk>/rejects.csv", call_lists.rejects, name="call_list_rejects"),
    path("tasks/<slug:reference>/", tasks.detail, name="task_detail"),
    path("tasks/<slug:reference>/give-back/", tasks.give_back, name="task_give_back"),
]
