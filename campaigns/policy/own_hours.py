"""A campaign's own hours, which only narrow those of the countries that it calls: is anything left?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.models import Campaign
from campaigns.policy.evaluator import hours_of
from dialer.policy.rulebook import Rulebook
from dialer.policy.week_text import week_text


def what_is_wrong(campaign: Campaign) -> str:
    """ "" where somebody may be called at some hour of some weekday, in one of its countries; else what to change."""
    own = hours_of(campaign)
    if own is None:
        return ""
    book = Rulebook.current()
    weeks = {}
    found = set(campaign.entries.order_by().values_list("country", flat=True).distinct()) if campaign.pk else set()
    for country in {*filter(None, found), campaign.country}:
        profile = book.profile_of(country, campaign.purpose)
        weeks[country] = book.week_of(profile, country)
        if not weeks[country].narrowed(own).is_never:
            return ""
    allowed = "; ".join(f"{country}: {week_text(week.days)}" for country, week in sorted(weeks.items()))
    text = _("With these hours and weekdays, no call is ever allowed. The rules allow %(allowed)s.")
    return text % {"allowed": allowed}
