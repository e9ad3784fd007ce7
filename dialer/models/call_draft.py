"""One call as somebody wants it, before it is an order: from form, command or campaign to the policy and the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy

from dialer.models import CallRequest, ProviderAccount, Purpose, Ring
from dialer.models.call_parties import CallParties
from dialer.models.calls import OPTIONS

VERSION = "1"
"""Of `CallDraft._facts`. Whoever changes what an earlier draft would say there, counts on."""

LABELS = {
    "account": gettext_lazy("the provider account"),
    "callee": gettext_lazy("the callee"),
    "did": gettext_lazy("the DID"),
    "connect_number": gettext_lazy("the Connect number"),
    "agent": gettext_lazy("the agent"),
    "agent_phone": gettext_lazy("the agent phone"),
    "ring_order": gettext_lazy("the ring order"),
    "agent_id": gettext_lazy("the agent number"),
    "agent_sees": gettext_lazy("the number shown to the agent"),
    "skill_id": gettext_lazy("the skill queue"),
    "media": gettext_lazy("voice or video"),
    "delay_ms": gettext_lazy("the delay"),
    "call_data": gettext_lazy("the call data"),
    "purpose": gettext_lazy("the purpose"),
    "consent_ref": gettext_lazy("the consent"),
}
"""What can make two drafts two calls, in the words and the order of the call form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDraft:
    """Everything that makes it this call and no other. Who orders it, and why in spite of a rule, is not part of it."""

    account: ProviderAccount
    callee: str
    """E.164."""
    parties: CallParties
    options: Mapping[str, Any] = field(default_factory=dict)
    """Those of OPTIONS that were given."""
    ring_order: str = Ring.CONNECT_FIRST
    delay_ms: int = 0
    purpose: str = Purpose.SERVICE
    consent_ref: str = ""

    @classmethod
    def of(cls, call: CallRequest) -> CallDraft:
        return cls(
            account=call.account,
            callee=call.callee,
            parties=CallParties.of(call),
            options=call.options,
            ring_order=call.ring_order,
            delay_ms=call.delay_ms,
            purpose=call.purpose,
            consent_ref=call.consent_ref,
        )

    def as_call(self, **columns: Any) -> CallRequest:
        """The row of this draft, not stored yet. `columns` are those that a draft does not know."""
        return CallRequest(
            account=self.account,
            callee=self.callee,
            **self.parties.columns(),
            options=dict(self.options),
            ring_order=self.ring_order,
            delay_ms=self.delay_ms,
            purpose=self.purpose,
            consent_ref=self.consent_ref,
            fingerprint=self.fingerprint(),
            **columns,
        )

    def fingerprint(self) -> str:
        """The same for the same call, today and in another process; another one for any other call."""
        text = json.dumps(self._facts(), sort_keys=True, separators=(",", ":"))
        return f"{VERSION}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"

    def was_ordered_as(self, call: CallRequest) -> bool:
        """Whether the call was made from this draft. Rows of before or of another VERSION tell it by their columns."""
        return call.fingerprint == self.fingerprint() or not self.differences(call)

    def differences(self, call: CallRequest) -> list[str]:
        """What this draft has that the call had not, for a sentence; in the order of the form."""
        mine, its = self._facts(), CallDraft.of(call)._facts()
        return [str(label) for name, label in LABELS.items() if mine.get(name) != its.get(name)]

    def _facts(self) -> dict[str, Any]:
        rows = {"account": self.account, **self.parties.columns()}
        return {
            **{name: row.pk if row else None for name, row in rows.items()},
            "callee": self.callee,
            "ring_order": str(self.ring_order),
            "delay_ms": self.delay_ms,
            "purpose": str(self.purpose),
            "consent_ref": self.consent_ref,
            # Only those that were given, so that a kind of provider with a further one changes no fingerprint.
            **{name: self.options[name] for name in OPTIONS if name in self.options},
        }
