"""Result files of do-not-call registries, read number by number: which were asked, and which are listed.

A number opens only by an answer about itself. Whatever is not understood opens nothing, and blocks where it may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from dialer import hooks
from dialer.dnc.files import stored_file
from dialer.dnc.files.first_look import Chosen, look, rules_of
from dialer.dnc.files.layout import Layout
from dialer.dnc.files.row_meaning import Meant, Texts
from dialer.dnc.files.row_reader import cells_of, read_rows
from dialer.dnc.files.store import Into, store_blocks, store_numbers
from dialer.models import CountryProfile, DncList, RegistryEvidence
from dialer.models.dnc import Scope
from dialer.models.identity import keys_of
from dialer.policy.registry_columns import Answers, answers_of
from sheets.errors import FileRefused
from telephony.numbers.number_blocks import NumberBlock

STUCK_AFTER = timedelta(hours=1)
READ_JOB = "dialer.tasks.read_registry_evidence"
State, Says = RegistryEvidence.State, RegistryEvidence.Says


def read_evidence(evidence_id: int, *, clock: Callable[[], datetime]) -> None:
    """UPLOADED → READ or FAILED. A killed run starts again: what it had stored is stored once more."""
    unread = RegistryEvidence.objects.filter(pk=evidence_id, state__in=[State.UPLOADED, State.READING])
    nothing = {"rows": 0, "clean": 0, "listed": 0, "unread": 0}
    if not unread.update(state=State.READING, error="", **nothing):
        return
    row = RegistryEvidence.objects.get(pk=evidence_id)
    try:
        counts = _Run(row, now=clock()).read()
        _settle(row, State.READ, **counts)
    except FileRefused as refusal:
        _settle(row, State.FAILED, error=str(refusal)[:1000])
    except Exception as exc:
        text = _("The portal could not finish reading this file (%(what)s). Record it again.")
        _settle(row, State.FAILED, error=text % {"what": type(exc).__name__})
        raise


def _settle(row: RegistryEvidence, state: str, **columns: object) -> None:
    with transaction.atomic():
        RegistryEvidence.objects.filter(pk=row.pk, state=State.READING).update(state=state, **columns)
        hooks.rules_changed()


@dataclass(slots=True)
class _Said:
    """Of some rows: keys of phones that may be called, and numbers (wire digits) that must not be."""

    clean: list[int] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)
    zones: list[tuple[str, ...]] = field(default_factory=list)
    blocks: list[NumberBlock] = field(default_factory=list)
    unread: int = 0


class _Run:
    def __init__(self, row: RegistryEvidence, *, now: datetime) -> None:
        self._row = row
        self._path = Path(row.file.path)
        inspection = stored_file.look_at(self._path)
        chosen = Chosen(
            encoding=inspection.encodings[0] if inspection.encodings else "",
            number_columns=(row.number_column,) if row.number_column else (),
        )
        found = look(self._path, inspection, region=row.country, chosen=chosen)
        if found.doubts:
            raise FileRefused(
                _("%(doubt)s Name the column that contains the numbers.") % {"doubt": " ".join(found.doubts)}
            )
        self._inspection, self._reading = inspection, found.reading
        self._answers: dict[Layout, Answers] = {}
        if row.says == Says.COLUMN:
            self._answers = {
                sheet.layout: answers_of(sheet.layout, sheet.body, named=row.result_column) for sheet in found.sheets
            }
        holds = max_days(row.country)
        # As long as the answer counts. Afterwards the number waits for a new one anyway, listed or not.
        until = row.received_on + timedelta(days=holds)
        self._rules = rules_of(self._reading, region=row.country, now=now, expires_on=until, source=row.name)
        self._into = Into(list_of(row).pk, row.recorded_by_id, now)

    def read(self) -> dict[str, int]:
        """Counts of the rows and of what they say. Raises FileRefused."""
        counts = dict.fromkeys(("rows", "clean", "listed", "unread"), 0)
        for part in stored_file.parts_of(self._path, self._inspection, self._reading):
            said = self._read_answers(part)
            self._store_answers(said)
            counts["rows"] += len(part.block.rows)
            counts["clean"] += len(said.clean)
            counts["listed"] += len(said.listed) + len(said.blocks)
            counts["unread"] += said.unread
        if not counts["clean"] and not counts["listed"]:
            raise FileRefused(_("No number in this file could be read. Check the country and the columns."))
        return counts

    def _read_answers(self, part: stored_file.Part) -> _Said:
        meant = read_rows(part.block, part.layout, self._rules)
        verdicts = self._listed_rows(part)
        # What has several readings, or is a block, may be listed; it is never taken for clean.
        unsure = set(meant.told)
        said = _Said(unread=len(meant.rejected))
        for place, callee, zones in zip(meant.places, meant.callees, meant.zones, strict=True):
            is_listed = verdicts[place]
            if is_listed:
                said.listed.append(callee)
                said.zones.append(zones)
            elif is_listed is False and place not in unsure:
                said.clean.append(callee)
            else:
                said.unread += 1
        for place, block in meant.blocks:
            if verdicts[place]:
                said.blocks.append(block)
            else:
                said.unread += 1
        return said

    def _listed_rows(self, part: stored_file.Part) -> list[bool | None]:
        """Of each row: listed, not listed, or not understood."""
        answers = self._answers.get(part.layout)
        if answers is None:
            return [self._row.says == Says.LISTED] * len(part.block.rows)
        return [answers.read_cell(cell) for cell in cells_of(part.block, answers.place)]

    def _store_answers(self, said: _Said) -> None:
        with transaction.atomic():
            store_answers(self._row, said.clean, is_listed=False)
            store_answers(self._row, said.listed, is_listed=True)
            # The listed ones as entries of a do-not-call list, each in a row of its own.
            size = len(said.listed)
            blocks = list(enumerate(said.blocks))
            wishes = Meant(
                size, Texts(), places=list(range(size)), callees=said.listed, zones=said.zones, blocks=blocks
            )
            store_numbers(wishes, self._rules, self._into)
            store_blocks(wishes, self._rules, self._into)


def store_answers(row: RegistryEvidence, callees: Iterable[int], *, is_listed: bool) -> None:
    """The last answer about each phone is kept; of two on one day the one that it is listed."""
    keys = keys_of(callees)
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS registry_batch (identity bigint)")
        # The table lives as long as the connection, which a worker keeps from file to file.
        cursor.execute("TRUNCATE registry_batch")
        with cursor.copy("COPY registry_batch FROM STDIN") as target:
            target.write("".join(f"{key}\n" for key in keys))
        # In the order of the keys, so that two files about the same phones wait for each other instead of for ever.
        cursor.execute(
            """
            INSERT INTO dialer_registryanswer AS a (country, identity, received_on, is_listed, evidence_id)
            SELECT DISTINCT %s, identity, %s::date, %s, %s::bigint FROM registry_batch ORDER BY identity
            ON CONFLICT (identity, country) DO UPDATE
               SET received_on = EXCLUDED.received_on, is_listed = EXCLUDED.is_listed,
                   evidence_id = EXCLUDED.evidence_id
             WHERE a.received_on < EXCLUDED.received_on
                   OR a.received_on = EXCLUDED.received_on AND EXCLUDED.is_listed
            """,
            [row.country, row.received_on, is_listed, row.pk],
        )


def max_days(country: str) -> int:
    """How long an answer may hold by any of the country's profiles."""
    asking = CountryProfile.objects.filter(country=country).exclude(registry="")
    return max(asking.values_list("registry_days", flat=True), default=0)


def list_of(row: RegistryEvidence) -> DncList:
    """The do-not-call list of the registry's listed numbers; made where there is none."""
    asking = CountryProfile.objects.filter(country=row.country).exclude(registry="").order_by("pk").first()
    name = f"{asking.registry if asking else _('Registry')} ({row.country})"[-100:]
    scope = {"scope": Scope.COUNTRY, "country": row.country, "created_by": row.recorded_by}
    return DncList.objects.get_or_create(name=name, defaults=scope)[0]


def enqueue_stuck(*, now: datetime) -> int:
    """Gives files a job again whose job was lost."""
    unread = RegistryEvidence.objects.filter(state__in=[State.UPLOADED, State.READING])
    stuck = set(unread.filter(recorded_at__lt=now - STUCK_AFTER).values_list("pk", flat=True))
    if not stuck:
        return 0
    alive = ProcrastinateJob.objects.filter(task_name=READ_JOB, status__in=["todo", "doing"])
    forgotten = stuck - set(alive.values_list("args__evidence_id", flat=True))
    for pk in forgotten:
        enqueue(pk)
    return len(forgotten)


def enqueue(evidence_id: int) -> None:
    jobs.configure_task(READ_JOB, queue="imports").defer(evidence_id=evidence_id)
