"""What a call list asks about numbers that can be read in two ways, in words for people."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import CallList
from dialer.web.formats import grouped


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    """The cell as it stands."""
    readings: list[str]
    """E.164."""


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    text: str
    waiting: str
    """How many rows wait for the answer."""
    yes: str
    """What follows from a yes."""
    examples: list[Example]


def questions_of(call_list: CallList) -> list[Question]:
    """At most two; none once they are answered."""
    country = call_list.campaign.country
    values = {"country": country, "code": phonenumbers.country_code_for_region(country)}
    texts = {
        "all_national": (
            _("Are all numbers in this column from %(country)s?"),
            _("If yes, they are read as national numbers of %(country)s."),
        ),
        "own_code": (
            _("Do digits that begin with %(code)s include the country code?"),
            _("If yes, they are read as full numbers with country code."),
        ),
    }
    questions = []
    for asked in call_list.report.get("questions", []):
        code, count = str(asked["code"]), int(asked["count"])
        text, follows = texts[code]
        if asked.get("any"):
            text = _("Do the digits include a country code?")
        waiting = ngettext("%(n)s row is waiting for your answer.", "%(n)s rows are waiting for your answer.", count)
        shown = [Example(cell, list(readings)) for cell, readings in asked["examples"]]
        questions.append(Question(code, text % values, waiting % {"n": grouped(count)}, follows % values, shown))
    return questions


def is_asked_before(country: str) -> bool:
    """Whether numbers of the country have no trunk digit that would tell them from those of other countries."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(country)
    # In North America people dial a 1 first, which is the country code as well and tells nothing.
    return plan is not None and plan.national_prefix in (None, str(plan.country_code))
