"""Careful rules for every country whose rules were never changed by people, and which earlier calls were talks."""

from __future__ import annotations

from itertools import groupby

from django.db import migrations
from django.utils import timezone

from dialer.policy import (earlier_defaults)
from dialer.policy import default_profiles

# Seven days of rest after a conversation also hold after those of last week.
TALKS = """
    UPDATE dialer_attempt a SET answered = TRUE
      FROM dialer_callrequest c
     WHERE a.source = 'call' AND c.id = a.source_id AND c.disposition = 'answered' AND a.closed_at IS NOT NULL
       AND NOT a.abandoned
"""


def _country(columns):
    return columns["country"]


def _by_country(profiles):
    return {country: list(rows) for country, rows in groupby(sorted(profiles, key=_country), key=_country)}


def _is_as_built_in(stored, built_in):
    """Whether the rows are those that the portal began with, nothing added and nothing taken away."""
    if len(stored) != len(built_in):
        return False
    of_purpose = {row.purpose: row for row in stored}
    return all(
        (row := of_purpose.get(columns.get("purpose", ""))) is not None
        and all(getattr(row, name) == value for name, value in _whole(row, columns).items())
        for columns in built_in
    )


def _whole(row, columns):
    """With the model's defaults for what the built-in rules did not say."""
    left_out = {"id", "changed_at"}
    fields = (field for field in row._meta.concrete_fields if field.name not in left_out)
    return {field.name: columns.get(field.name, field.get_default()) for field in fields}


def replace(apps, schema_editor):
    CountryProfile = apps.get_model("dialer", "CountryProfile")
    stored = {}
    for row in CountryProfile.objects.all():
        stored.setdefault(row.country, []).append(row)
    earlier = _by_country(earlier_defaults.PROFILES)
    is_untouched = {
        country: _is_as_built_in(stored.get(country, []), earlier.get(country, []))
        for country in {*stored, *earlier, *(row["country"] for row in default_profiles.PROFILES)}
    }
    if not is_untouched[""]:
        # People have chosen what holds for all other countries: none of these gets rules that they did not write.
        is_untouched = {country: country in earlier and same for country, same in is_untouched.items()}
    for columns in default_profiles.PROFILES:
        if is_untouched[columns["country"]]:
            key = {"country": columns["country"], "purpose": columns.get("purpose", "")}
            CountryProfile.objects.update_or_create(**key, defaults={**columns, "changed_at": timezone.now()})
    RegionRule = apps.get_model("dialer", "RegionRule")
    RegionRule.objects.bulk_create(
        RegionRule(**columns) for columns in default_profiles.REGIONS if is_untouched[columns["region"][:2]]
    )


class Migration(migrations.Migration):
    dependencies = [("dialer", "0030_rules_that_say_more")]
    operations = [
        migrations.RunPython(replace, migrations.RunPython.noop),
        migrations.RunSQL(TALKS, migrations.RunSQL.noop),
    ]
