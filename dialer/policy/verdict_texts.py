"""What a rule says to people, and whether it means “no” or “later”."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dialer.models.decisions import Decision

Outcome = Decision.Outcome


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    label: Any
    """For charts and lists: two or three words."""
    text: Any
    """One sentence with %(found)s and %(limit)s, and what to do."""
    outcome: Outcome = Outcome.NO
    may_be_overridden: bool = False


def no(code: str, label: Any, text: Any, *, may_be_overridden: bool = False) -> Rule:
    return Rule(code, label, text, Outcome.NO, may_be_overridden)


def later(code: str, label: Any, text: Any, *, may_be_overridden: bool = False) -> Rule:
    return Rule(code, label, text, Outcome.LATER, may_be_overridden)
