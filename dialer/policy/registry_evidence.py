"""Answers of do-not-call registries: kept with their file, and what they make possible."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.core.files.base import File
from django.db.models import Count

from dialer.models import CountryProfile, RegistryAnswer, RegistryEvidence
from dialer.policy.rulebook import Rulebook
from dialer.support.permissions import require
from dialer.support.uploads import clean_name, measure, store_upload

Says = RegistryEvidence.Says


@dataclass(frozen=True, slots=True)
class Standing:
    """What a country's registry has answered, and how much of it still holds."""

    profile: CountryProfile
    answered: date | None
    """The day of the last answer that opened a number."""
    holds: bool
    """Some number may be called by it."""
    open_numbers: int = 0
    """May be called today."""
    listed_numbers: int = 0
    ended_numbers: int = 0
    """Were not listed, and have to be asked again."""

    @property
    def until(self) -> date | None:
        return self.answered + timedelta(days=self.profile.registry_days) if self.answered else None


def standings(*, now: datetime) -> list[Standing]:
    book = Rulebook.current()
    asked = [profile for profile in book.profiles.values() if profile.registry and profile.country]
    counts: dict[str, list[tuple[date, bool, int]]] = defaultdict(list)
    if asked:
        # One query for all countries: by day and answer, how many numbers have that for their last one.
        answers = RegistryAnswer.objects.values_list("country", "received_on", "is_listed").order_by()
        for country, day, is_listed, count in answers.annotate(n=Count("pk")):
            counts[country].append((day, is_listed, count))
    return [_standing(book, profile, counts.get(profile.country, []), now=now) for profile in sorted(asked, key=str)]


def _standing(
    book: Rulebook, profile: CountryProfile, counts: list[tuple[date, bool, int]], *, now: datetime
) -> Standing:
    since = now.date() - timedelta(days=profile.registry_days)
    answered, holds = book.registry_answer(profile, profile.country, now=now)
    return Standing(
        profile,
        answered,
        holds,
        open_numbers=sum(count for day, is_listed, count in counts if day >= since and not is_listed),
        listed_numbers=sum(count for _day, is_listed, count in counts if is_listed),
        ended_numbers=sum(count for day, is_listed, count in counts if day < since and not is_listed),
    )


def record(
    *,
    country: str,
    received_on: date,
    file: File[bytes],
    note: str,
    by: AbstractUser,
    now: datetime,
    says: str = Says.COLUMN,
    number_column: str = "",
    result_column: str = "",
) -> RegistryEvidence:
    """Keeps the file as it came; registry_files reads it. Raises UploadRefused, PermissionDenied."""
    require(by, "dialer.add_registryevidence")
    digest, size = measure(file)
    row = RegistryEvidence(
        country=country,
        received_on=received_on,
        name=clean_name(file, default="result"),
        sha256=digest,
        size=size,
        note=note,
        says=says,
        number_column=number_column,
        result_column=result_column,
        recorded_by=by,
        recorded_at=now,
    )
    # Kept as it came: it is the evidence, whatever the reading makes of it.
    with store_upload(row.file, file, name=f"{country}-{digest}"):
        row.save()
    return row
