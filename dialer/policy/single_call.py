"""The policy asked about one call: by the form while somebody types, by the order, and once more before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dialer.models import CallRequest, StopSwitch
from dialer.models.call_draft import CallDraft
from dialer.models.identity import key_of
from dialer.policy import agent_availability, call_caps, decisions, number_checks
from dialer.policy.batch import DNC_RULES, ORDER_RULES, evaluate
from dialer.policy.calling_context import Circumstances, Ground, Place, allowed_today, clocks, ground_of, layers_of
from dialer.policy.rulebook import Rulebook
from dialer.policy.rules import Verdict
from telephony.numbers.number_facts import facts_of

_ONE = """
    SELECT %(id)s::bigint AS id, %(identity)s::bigint AS identity, %(country)s AS country, 0 AS zones,
           %(purpose)s AS purpose, %(area)s AS area, %(has_consent)s AS has_consent, NULL::date AS consented_on
"""


def verdicts_on(
    draft: CallDraft, *, now: datetime, own: CallRequest | None = None, book: Rulebook | None = None
) -> list[Verdict]:
    """What speaks against the call, what nobody may overrule first; empty when it may be placed.

    `own` is the call itself where it is an order already: what it did must not be held against it.
    """
    switch = StopSwitch.objects.current()
    found = [
        Verdict("stopped", found=str(switch.stopped_by), limit=switch.reason or _("no reason given."))
        if switch
        else None,
        number_checks.verdict_on_numbers(account=draft.account, parties=draft.parties, callee=draft.callee),
        agent_availability.verdict_on(draft.parties, own=own),
        *_on_callee(draft, book or Rulebook.current(now=now), now=now, own=own),
    ]
    against = [verdict for verdict in found if verdict]
    # Sorting is stable: within each half the verdicts stay in the order in which the rules were asked.
    return sorted(against, key=lambda verdict: verdict.rule.may_be_overridden)


def _on_callee(draft: CallDraft, book: Rulebook, *, now: datetime, own: CallRequest | None) -> list[Verdict | None]:
    facts = facts_of(draft.callee)
    place = Place(facts.country, facts.zones, draft.purpose, region_of(book, draft.callee, facts.country))
    ground = ground_of(book, place, Circumstances(), now=now)
    return [
        *verdicts_on_callee(draft.callee, place, ground, now=now, consent_ref=draft.consent_ref, own=own),
        number_checks.verdict_on_caller_id(
            book, parties=draft.parties, callee_country=facts.country, purpose=draft.purpose
        ),
        # An order took its place under the caps of DID and account when it was made.
        None
        if own
        else call_caps.verdict_on(account=draft.account, did=draft.parties.did, profile=ground.profile, now=now),
    ]


def region_of(book: Rulebook, callee: str, country: str) -> str:
    """Of E.164; "" where no region of the country has rules for it."""
    return book.regions.region_of(country, callee.removeprefix("+")[: book.regions.digits])


def last_look(call: CallRequest, *, now: datetime) -> Verdict | None:
    """Asked when an order is about to leave: lists, hours and caps may have changed since somebody pressed Call."""
    against = verdicts_on(CallDraft.of(call), now=now, own=call)
    # What was overruled when the call was ordered stays overruled; what nobody may overrule still counts.
    if call.override_reason:
        against = [verdict for verdict in against if not verdict.rule.may_be_overridden]
    if not against:
        return None
    decisions.record(against[0], callee=call.callee, source=call.kind, source_id=call.pk, now=now)
    return against[0]


def verdicts_on_callee(
    callee: str,
    place: Place,
    ground: Ground,
    *,
    now: datetime,
    consent_ref: str = "",
    own: CallRequest | None = None,
) -> list[Verdict]:
    """Every rule that speaks against `callee` (E.164), not only the first: whoever overrules must know them all.

    What nobody may overrule stands in front.
    """
    values = {
        "id": own.pk if own else 0,
        "identity": key_of(callee),
        "country": place.country,
        "purpose": place.purpose,
        "area": "",
        "has_consent": bool(consent_ref.strip()),
    }
    # There is one ground, so neither zones nor first digits have to tell any apart.
    key = (place.country, 0, place.purpose, "")
    own_source = CallRequest.kind if own else ""
    found: list[Verdict] = []
    known: set[str] = set()
    while True:
        # The statement names the first rule only, so it is asked again without that rule until it names none.
        (judged,) = evaluate(_ONE, values, {key: ground}, now=now, own_source=own_source, known=known)
        if judged.verdict is None:
            return sorted(found, key=lambda verdict: verdict.rule.may_be_overridden)
        found.append(judged.verdict)
        code = judged.verdict.code
        if code in DNC_RULES | ORDER_RULES:
            known.add(code)
        else:
            ground = ground.without(code)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a supervisor sees of a callee before pressing Call."""

    callee: str
    country: str
    clocks: str
    """Local time of day where the phone may be; "" where nobody knows."""
    zones: tuple[str, ...]
    hours: str
    """Windows of today."""
    whose: str
    """Whose rules they are: of a country, and of a region that narrows them."""
    verdicts: tuple[Verdict, ...]
    warnings: tuple[str, ...]

    @property
    def may_be_called(self) -> bool:
        return not self.verdicts

    @property
    def may_be_overridden(self) -> bool:
        return bool(self.verdicts) and all(verdict.rule.may_be_overridden for verdict in self.verdicts)


def outlook_on(callee: str, *, purpose: str, now: datetime, draft: CallDraft | None = None) -> Outlook:
    """`callee` is E.164. Without the rest of a call only the callee's own rules are asked."""
    facts = facts_of(callee)
    book = Rulebook.current(now=now)
    place = Place(facts.country, facts.zones, purpose, region_of(book, callee, facts.country))
    ground = ground_of(book, place, Circumstances(), now=now)
    warnings: list[str] = []
    if draft:
        verdicts = verdicts_on(draft, now=now, book=book)
        warnings = number_checks.warnings_on_caller_id(
            book,
            parties=draft.parties,
            callee_country=facts.country,
            purpose=purpose,
        )
    else:
        verdicts = verdicts_on_callee(callee, place, ground, now=now)
    return Outlook(
        callee=callee,
        country=facts.country,
        clocks=clocks(now, facts.zones),
        zones=facts.zones,
        whose=", ".join(layer.whose for layer in layers_of(book, ground.profile, place, Circumstances())),
        hours=allowed_today(ground.week, place, now=now),
        verdicts=tuple(verdicts),
        warnings=tuple(warnings),
    )
