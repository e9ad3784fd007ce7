"""What became of the rows, in numbers: rows = accepted + duplicates + invalid, always."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from campaigns.importer.rows import Accepted, Rejected


@dataclass(slots=True)
class Report:
    accepted: int = 0
    repaired: int = 0
    """Of the accepted."""
    duplicates: int = 0
    invalid: int = 0
    repairs: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        return self.accepted + self.duplicates + self.invalid

    def add(self, row: Accepted | Rejected) -> None:
        match row:
            case Accepted(repairs=repairs):
                self.accepted += 1
                self.repaired += bool(repairs)
                self.repairs.update(repairs)
            case Rejected(is_duplicate=True):
                self.duplicates += 1
                self.reasons[row.code] += 1
            case Rejected():
                self.invalid += 1
                self.reasons[row.code] += 1

    def counts(self) -> dict[str, int]:
        """Columns of CallList."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "repaired": self.repaired,
            "duplicates": self.duplicates,
            "invalid": self.invalid,
        }

    def details(self) -> dict[str, dict[str, int]]:
        """Repairs and reasons by code, the most frequent first."""
        return {"repairs": dict(self.repairs.most_common()), "reasons": dict(self.reasons.most_common())}
