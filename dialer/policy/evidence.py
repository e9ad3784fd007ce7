"""Answers of do-not-call registries: kept with their file, and what they make possible."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction

from dialer.models import CountryProfile, RegistryEvidence
from dialer.policy import changes
from dialer.policy.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a country's registry was asked recently enough."""

    profile: CountryProfile
    answered: date | None
    holds: bool

    @property
    def until(self) -> date | None:
        return self.answered + timedelta(days=self.profile.registry_days) if self.answered else None


def standings(*, now: datetime) -> list[Standing]:
    book = Rulebook.current()
    asked = (profile for profile in book.profiles.values() if profile.registry and profile.country)
    return [
        Standing(profile, *book.registry_answer(profile, profile.country, now=now))
        for profile in sorted(asked, key=str)
    ]


def record(
    *, country: str, received_on: date, file: File, note: str, by: AbstractUser, now: datetime
) -> RegistryEvidence:
    """Keeps the file as it came. Raises PermissionDenied."""
    if not by.has_perm("dialer.add_registryevidence"):
        raise PermissionDenied
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    row = RegistryEvidence(
        country=country,
        received_on=received_on,
        name=str(file.name or "result")[-200:],
        sha256=digest.hexdigest(),
        size=file.size,
        note=note,
        recorded_by=by,
        recorded_at=now,
    )
    row.file.save(f"{country}-{digest.hexdigest()}", File(file), save=False)
    with transaction.atomic():
        row.save()
        changes.rules_changed()
    return row
