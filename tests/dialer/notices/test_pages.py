from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dialer.models import NoticesSeen, Notification
from dialer.notices import bell
from tests.dialer.notices.builders import make_notification
from tests.support.builders import make_user
from tests.support.htmx import hx_get

pytestmark = pytest.mark.django_db
LIST, BELL, READ = (reverse(f"notices:{name}") for name in ("list", "bell", "read"))


def page(client: Client, url: str = LIST) -> str:
    return client.get(url).content.decode()


def test_the_bell_counts_what_is_new_to_this_person(supervisor_client: Client, auditor_client: Client) -> None:
    rows = [make_notification(f"News {n}") for n in range(3)]
    assert "3 new notifications" in page(supervisor_client)
    supervisor_client.post(READ, {"up_to": rows[1].pk})
    assert re.search(r"1 new notification\s*<", page(supervisor_client))
    assert "3 new notifications" in page(auditor_client)
    auditor_client.post(READ, {"up_to": rows[2].pk})
    assert "none new" in page(auditor_client, reverse("dialer:call_list"))


def test_only_what_was_shown_is_read(supervisor_client: Client) -> None:
    shown = make_notification("Shown")
    assert f'name="up_to" value="{shown.pk}"' in page(supervisor_client)
    make_notification("Came meanwhile")
    supervisor_client.post(READ, {"up_to": shown.pk})
    assert re.search(r"1 new notification\s*<", page(supervisor_client))


@pytest.mark.parametrize("up_to", ["", "-1", "x", "²", "9" * 30])
def test_nonsense_reads_nothing(supervisor_client: Client, up_to: str) -> None:
    make_notification()
    assert supervisor_client.post(READ, {"up_to": up_to}).status_code == 302
    assert not NoticesSeen.objects.exists()


def test_reading_goes_no_way_back() -> None:
    user = make_user()
    rows = [make_notification() for _n in range(3)]
    bell.mark_read(user, up_to=rows[2].pk)
    bell.mark_read(user, up_to=rows[0].pk)
    assert bell.unread_count(user) == 0
    bell.mark_read(user, up_to=rows[2].pk + 1000)
    assert NoticesSeen.objects.get().up_to == rows[2].pk


def test_a_row_that_shows_up_late_is_still_new(supervisor_client: Client) -> None:
    """A long transaction takes its id early and is committed after somebody has read what came later."""
    user = User.objects.get(username="sam")
    early, late = make_notification("Early"), make_notification("Late")
    newest = make_notification("Newest")
    late.delete()
    bell.mark_read(user, up_to=newest.pk)
    assert bell.unread_count(user) == 0
    late.pk = newest.pk - 1
    late.save(force_insert=True)
    assert bell.unread_count(user) == 1
    assert page(supervisor_client).count("notice-new") == 1
    bell.mark_read(user, up_to=newest.pk)
    assert bell.unread_count(user) == 0
    assert early.pk < late.pk


def test_counting_stops_at_a_hundred(supervisor_client: Client) -> None:
    first = make_notification()
    Notification.objects.bulk_create(
        Notification(event=first.event, level=first.level, title="More", created_at=first.created_at)
        for _n in range(130)
    )
    assert "99+" in page(supervisor_client, BELL)


def test_the_bell_is_silent_until_something_comes(supervisor_client: Client) -> None:
    answer = hx_get(supervisor_client, BELL)
    again = supervisor_client.get(BELL, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    make_notification()
    news = supervisor_client.get(BELL, headers={"If-None-Match": answer["ETag"]})
    assert news.status_code == 200
    assert "1 new notification" in news.content.decode()


def test_the_bell_costs_one_query_besides_session_and_rights(
    supervisor_client: Client, django_assert_num_queries: Any
) -> None:
    make_notification()
    with django_assert_num_queries(5):
        supervisor_client.get(BELL)


def test_the_page_has_a_fixed_number_of_queries(supervisor_client: Client, django_assert_num_queries: Any) -> None:
    for n in range(20):
        make_notification(f"News {n}")
    with django_assert_num_queries(6):
        hx_get(supervisor_client, LIST)


def test_it_is_filtered_by_level_and_paged(supervisor_client: Client) -> None:
    for n in range(55):
        make_notification(f"News {n}.")
    make_notification("Trouble.", level="warning")
    assert "News 54." in page(supervisor_client)
    assert "News 0." not in page(supervisor_client)
    assert "?before=" in page(supervisor_client)
    filtered = page(supervisor_client, f"{LIST}?level=warning")
    assert "Trouble." in filtered
    assert "News" not in filtered
    assert "Mark all as read" not in filtered
    assert "No entries" in page(supervisor_client, f"{LIST}?level=success")
    assert "News 54." in page(supervisor_client, f"{LIST}?level=nonsense")


def test_titles_are_words_not_markup(supervisor_client: Client) -> None:
    make_notification("Campaign <b>x</b> started", text="<script>", url="/campaigns/1/")
    assert "<b>x</b>" not in page(supervisor_client)
    assert "<script>" not in page(supervisor_client).split("<main")[1]


def test_a_fragment_stays_304_while_nothing_changes(supervisor_client: Client) -> None:
    row = make_notification()
    answer = hx_get(supervisor_client, LIST)
    same: dict[str, Any] = {"headers": {"HX-Request": "true", "If-None-Match": answer["ETag"]}}
    assert supervisor_client.get(LIST, **same).status_code == 304
    bell.mark_read(User.objects.get(username="sam"), up_to=row.pk)
    assert supervisor_client.get(LIST, **same).status_code == 200


def test_a_stranger_has_no_bell(stranger_client: Client) -> None:
    assert 'id="bell"' not in stranger_client.get(reverse("mfa_index")).content.decode()
