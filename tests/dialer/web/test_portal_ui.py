from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import engines
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from heroicons import IconDoesNotExist

from dialer.models import EventKind
from dialer.templatetags import portal_ui
from dialer.web.looks import EVENTS, STATES, Tone

NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
SUBMISSIONS = ["pending", "sending", "accepted", "rejected", "in_doubt", "cancelled"]
CAMPAIGNS = ["draft", "running", "paused", "stopped", "finished"]
DISPOSITIONS = ["answered", "no_answer", "busy", "failed", "voicemail", "cancelled", "unknown"]
CALL_LISTS = ["uploaded", "importing", "ready", "failed", "discarded"]
ENTRIES = ["waiting", "ordered", "in_doubt", "done", "not_called"]


@pytest.fixture(autouse=True)
def in_london():
    with timezone.override("Europe/London"), translation.override("en"):
        yield


def render(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load portal_ui %}" + source).render(context)


def test_icon_is_inline_and_silent():
    drawn = portal_ui.icon("phone", css_class="big")
    assert drawn.startswith("<svg")
    assert 'aria-hidden="true"' in drawn
    assert 'class="icon big"' in drawn
    assert "style=" not in drawn


def test_icon_says_which_name_is_wrong():
    with pytest.raises(IconDoesNotExist, match="fone"):
        portal_ui.icon("fone")


@pytest.mark.parametrize("state", [*SUBMISSIONS, *CAMPAIGNS, *DISPOSITIONS, *CALL_LISTS, *ENTRIES])
def test_badge_never_speaks_by_colour_alone(state):
    badge = portal_ui.state_badge(state)
    assert "<svg" in badge
    assert re.search(r"</svg>[A-Z][a-z ]+</span>$", badge)
    assert f"badge-{state.replace('_', '-')} tone-" in badge


def test_badge_takes_the_label_of_the_caller_and_escapes_it():
    assert portal_ui.state_badge("in_doubt", "<b>?").endswith("&lt;b&gt;?</span>")


def test_badge_begins_with_a_capital():
    assert portal_ui.state_badge("pending", "waiting to be sent").endswith("Waiting to be sent</span>")


def test_badge_shows_a_state_it_does_not_know():
    badge = portal_ui.state_badge("ON_FIRE<")
    assert "tone-neutral" in badge
    assert badge.endswith("ON_FIRE&lt;</span>")


def test_only_what_needs_a_person_is_a_warning():
    warned = {name for name, look in STATES.items() if look.tone == Tone.WARN}
    assert warned == {"in_doubt", "paused", "mapping", "checked"}


def test_whatever_happens_to_an_order_has_a_look():
    assert set(EVENTS) == set(EventKind.values)
    assert all(portal_ui.icon(name) for _tone, name in EVENTS.values())


def test_a_badge_that_is_no_state_takes_a_tone():
    badge = render('{% badge "good" "check-circle" "on" %}')
    assert badge.startswith('<span class="badge tone-good"><svg')
    assert badge.endswith("On</span>")


def test_a_badge_of_no_tone_is_a_mistake():
    with pytest.raises(ValueError, match="ready"):
        portal_ui.badge("ready", "check-circle", "on")


def test_masked_hides_the_middle():
    assert portal_ui.masked("+447700900001") == "+4477009•••01"


@pytest.mark.parametrize("shown", [portal_ui.masked, portal_ui.phone, portal_ui.when, portal_ui.duration])
def test_nothing_is_a_dash(shown):
    assert shown(None) == "–"


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("+447700900001", "+44 7700 900001"),
        ("+12025550142", "+1 202-555-0142"),
        ("not a number", "not a number"),
        ("447700900001", "447700900001"),
    ],
)
def test_phone_groups_what_is_a_number(number, read):
    assert portal_ui.phone(number) == read


@pytest.mark.parametrize(
    ("moment", "read"),
    [
        (NOW - timedelta(minutes=26, seconds=37), "14:03:23"),
        (NOW - timedelta(days=1), "20 Nov 14:30"),
        (NOW - timedelta(days=365), "21 Nov 2025 14:30"),
    ],
)
def test_when_is_short_and_names_the_zone(moment, read):
    assert f'>{read} <abbr class="zone">GMT</abbr></time>' in portal_ui._when(moment, now=NOW)


def test_when_keeps_the_whole_moment_for_machines_and_pointers():
    html = portal_ui._when(NOW, now=NOW)
    assert 'datetime="2026-11-21T14:30:00+00:00"' in html
    assert 'title="Saturday 21 November 2026, 14:30:00 GMT"' in html
    assert isinstance(html, SafeString)


def test_when_counts_days_in_the_zone_of_the_reader():
    with timezone.override("Asia/Dubai"):
        html = portal_ui._when(datetime(2026, 11, 20, 21, tzinfo=UTC), now=NOW)
    assert '>01:00:00 <abbr class="zone">UTC+04</abbr>' in html


def test_when_refuses_a_moment_without_a_zone():
    with pytest.raises(ValueError, match="naive"):
        portal_ui.when(datetime(2026, 11, 21))


@pytest.mark.parametrize(
    ("seconds", "read"),
    [
        (0, "0 s"),
        (45.9, "45 s"),
        (72, "1 min 12 s"),
        (7500, "2 h 5 min"),
        (timedelta(minutes=2), "2 min 0 s"),
        (-3, "0 s"),
    ],
)
def test_duration(seconds, read):
    assert portal_ui.duration(seconds) == read


def test_grouped_sets_thousands_apart():
    assert portal_ui.grouped(12480) == "12,480"


def test_progress_is_a_progress_element_with_words():
    html = portal_ui.progress(8763, 10499, "Entries <done>")
    assert '<progress max="10499" value="8763" aria-label="Entries &lt;done&gt;">83 %</progress>' in html
    assert "8,763 of 10,499 <b>83 %</b>" in html


def test_progress_without_a_total_tells_how_much():
    html = portal_ui.progress(120000, None, "Rows")
    assert "120,000 so far" in html
    assert "value=" not in html


def test_progress_of_nothing_divides_by_nothing():
    assert '<progress max="1" value="0"' in portal_ui.progress(0, 0, "Rows")


@pytest.mark.parametrize("counts", [[1, 0, 999_999], [1, 1, 1], [5], [0, 0, 7], [1] * 40])
def test_shares_fill_the_bar_and_hide_nobody(counts):
    widths = portal_ui._shares(counts)
    assert sum(widths) == portal_ui.BAR_WIDTH
    assert all((width >= portal_ui.LEAST_WIDTH) == bool(n) for n, width in zip(counts, widths, strict=True))


def test_stacked_bar_has_its_table_beside_it():
    segments = [
        {"label": "Answered", "count": 4210, "tone": "good"},
        {"label": "Busy", "count": 611, "tone": "neutral", "url": "/busy/"},
        {"label": "No answer", "count": 0, "tone": "neutral"},
    ]
    html = render("{% stacked_bar segments %}", segments=segments)
    assert html.count("<rect") == 3  # the track, and two that were counted
    assert html.count('<th scope="row">') == 3
    assert '<a href="/busy/">611</a>' in html
    assert "87.3 %" in html
    assert "style=" not in html


def test_stacked_bar_of_nothing_is_an_empty_track():
    html = render("{% stacked_bar segments %}", segments=[{"label": "Answered", "count": 0, "tone": "good"}])
    assert html.count("<rect") == 1


def test_segments_of_one_tone_differ_in_shade():
    segments = [{"label": str(n), "count": 1, "tone": tone} for n, tone in enumerate(["neutral", "bad", "neutral"])]
    assert [row["shade"] for row in portal_ui.stacked_bar(segments)["segments"]] == [1, 1, 2]


@pytest.mark.parametrize(
    ("full_name", "username", "letters"), [("Ama Mensah", "am", "AM"), ("", "ama.mensah", "AM"), ("", "root", "R")]
)
def test_initials(full_name, username, letters):
    class Person(SimpleNamespace):
        def __str__(self) -> str:
            return self.username

    person = Person(get_full_name=lambda: full_name, username=username)
    assert portal_ui.initials(person) == letters
