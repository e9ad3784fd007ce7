"""Pages of orders that stand, by their names, in the rooms that people know: with the calls, with the policy."""

from __future__ import annotations

from django.urls import path

from dialer.ledger import views_in_doubt, views_stop

among_calls = [
    path("in-doubt/", views_in_doubt.desk, name="in_doubt"),
    path("in-doubt/<slug:kind>/<slug:reference>/", views_in_doubt.resolve, name="resolve"),
]
with_policy = [path("stop/", views_stop.switch, name="stop")]
