"""What the portal's pages are built from: icons, state badges, numbers, times, progress. No queries, no settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from heroicons.templatetags import heroicons

from dialer.web.formats import NOTHING, grouped, number, phone
from dialer.web.looks import STATES, Look, Tone

register = template.Library()
register.filter(phone)
register.filter(grouped)

_DRAW = {
    "micro": (heroicons.heroicon_micro, 16),
    "mini": (heroicons.heroicon_mini, 20),
    "outline": (heroicons.heroicon_outline, 24),
    "solid": (heroicons.heroicon_solid, 24),
}


def _look(state: object) -> tuple[str, Look]:
    """The state's css name and look; a word we do not know is shown as it is, in neutral."""
    name = str(state).lower()
    return name.replace("_", "-"), STATES.get(name, Look(Tone.NEUTRAL, "question-mark-circle", str(state)))


# A page draws the same few icons again in each of its rows.
@lru_cache(maxsize=512)
def _svg(name: str, style: str, size: int, css_class: str) -> SafeString:
    draw, _size = _DRAW[style]
    return SafeString(draw(name, size=size, **{"class": f"icon {css_class}".strip()}))


@register.simple_tag
def icon(name: str, style: str = "mini", size: int | None = None, css_class: str = "") -> SafeString:
    """A heroicon, silent for screen readers: the words stand beside it. Styles: micro, mini, outline, solid."""
    return _svg(str(name), str(style), int(size or _DRAW[style][1]), str(css_class))


@register.simple_tag
def state_badge(state: object, label: object = None) -> SafeString:
    name, look = _look(state)
    drawn, words = _svg(look.icon, "micro", 16, ""), capfirst(str(label or look.label))
    return format_html('<span class="badge badge-{} tone-{}">{}{}</span>', name, look.tone, drawn, words)


@register.simple_tag
def badge(tone: str, icon_name: str, words: object) -> SafeString:
    """Words in a tone that are no state of anything."""
    drawn = _svg(icon_name, "micro", 16, "")
    return format_html('<span class="badge tone-{}">{}{}</span>', Tone(tone), drawn, capfirst(str(words)))


@register.simple_tag
def agent_badge(state: object) -> SafeString:
    """What an agent does; "busy" of an agent is another word than "busy" of a line."""
    return state_badge(f"agent_{state}")


@register.filter
def tone(state: object) -> str:
    """The tone of a state, for `class="tone-{{ call.state|tone }}"`."""
    return _look(state)[1].tone


@register.filter
def state_icon(state: object) -> str:
    return _look(state)[1].icon


@register.filter
def masked(number: str | None) -> str:
    """E.164 as it may stand in lists and logs: +4477009•••01."""
    from telephony.numbers.e164 import mask

    return mask(str(number)) if number else NOTHING


def _zone(moment: datetime) -> str:
    """The zone's abbreviation; zones without one say their offset, which alone would read as a number."""
    name = moment.tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


def _when(moment: datetime, *, now: datetime) -> SafeString:
    """The moment as people near `now` read it; both aware."""
    here, today = timezone.localtime(moment), timezone.localtime(now)
    pattern = "H:i:s" if here.date() == today.date() else "j M H:i" if here.year == today.year else "j M Y H:i"
    zone = _zone(here)
    return format_html(
        '<time class="num" datetime="{}" title="{} {}">{} <abbr class="zone">{}</abbr></time>',
        moment.isoformat(timespec="seconds"),
        date_format(here, "l j F Y, H:i:s"),
        zone,
        date_format(here, pattern),
        zone,
    )


@register.filter
def when(moment: datetime | None) -> SafeString | str:
    return _when(moment, now=timezone.now()) if moment else NOTHING


@register.filter
def duration(value: float | timedelta | str | None) -> str:
    """Seconds, or a timedelta, as 45 s, 1 min 12 s or 2 h 5 min."""
    if value is None or value == "":
        return NOTHING
    total = int(value.total_seconds() if isinstance(value, timedelta) else float(value))
    hours, rest = divmod(max(total, 0), 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": number(hours), "minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)s s") % {"seconds": seconds}


@register.filter
def since_minutes(seconds: int) -> str:
    """How long something has been so: for 5 min, for 2 h 5 min; less than a minute is just now."""
    minutes = int(seconds) // 60
    if not minutes:
        return _("just now")
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("for %(hours)s h %(minutes)s min") % {"hours": number(hours), "minutes": minutes}
    return _("for %(minutes)s min") % {"minutes": minutes}


@register.simple_tag
def progress(done: int, total: int | None, label: object = "") -> SafeString:
    """How far something is; while no total is known, how much is done so far."""
    if total is None:
        text = _("%(done)s so far") % {"done": number(done)}
        return format_html(
            '<div class="progress"><progress aria-label="{}"></progress><span class="progress-text">{}</span></div>',
            label or text,
            text,
        )
    percent = min(100, 100 * done // total) if total else 0
    text = _("%(done)s of %(total)s") % {"done": number(done), "total": number(total)}
    return format_html(
        '<div class="progress"><progress max="{}" value="{}" aria-label="{}">{} %</progress>'
        '<span class="progress-text">{} <b>{} %</b></span></div>',
        total or 1,
        min(done, total),
        label or text,
        percent,
        text,
        percent,
    )


BAR_WIDTH = 1000
LEAST_WIDTH = 6  # of 1000: one rejected call among a million is still to be seen


def _shares(counts: list[int]) -> list[int]:
    """Widths that add up to the bar's, none of a counted thing below the least visible."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    widths = [max(LEAST_WIDTH, BAR_WIDTH * n // total) if n else 0 for n in counts]
    # What rounding and the least widths leave over or take is settled with the widest, where it shows least.
    widths[widths.index(max(widths))] += BAR_WIDTH - sum(widths)
    return widths


@register.inclusion_tag("_partials/_stacked_bar.html")
def stacked_bar(segments: Iterable[Mapping[str, Any]], caption: object = "") -> dict[str, Any]:
    """Segments of label, count, tone (and url, if the number leads somewhere) as a bar with its table beside it."""
    rows = list(segments)
    total = sum(row["count"] for row in rows)
    shades: Counter[Tone] = Counter()
    drawn, x = [], 0
    for row, width in zip(rows, _shares([row["count"] for row in rows]), strict=True):
        name = Tone(row["tone"])
        shades[name] += 1
        share = number_format(100 * row["count"] / total, 1) if total else "0"
        drawn.append({**row, "shade": min(shades[name], 4), "x": x, "width": width, "share": share})
        x += width
    return {"segments": drawn, "total": total, "caption": caption, "bar_width": BAR_WIDTH}


@register.filter
def initials(person: object) -> str:
    """Two letters for a person's round badge: from the full name, else from the user name."""
    name = getattr(person, "get_full_name", str)() or str(person)
    words = name.replace(".", " ").replace("_", " ").split()
    # The first word and the last; a single one is not both.
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper() or "?"
