"""Numbers drawn from the numbering plans themselves: whatever a plan's pattern allows, not examples with other ends."""

from __future__ import annotations

import random
import re._constants as constants
import re._parser as patterns
from collections.abc import Iterator, Sequence
from typing import Any

from phonenumbers import SUPPORTED_REGIONS, PhoneMetadata

REGIONS = sorted(SUPPORTED_REGIONS)
KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan"),
    "voicemail",
)


class Plan:
    """The plan of one region; the same seed draws the same numbers."""

    def __init__(self, region: str, *, seed: int, kinds: Sequence[str] = KINDS) -> None:
        self._random = random.Random(f"{region}{seed}")
        metadata = PhoneMetadata.metadata_for_region(region, None)
        assert metadata is not None
        self.code = str(metadata.country_code)
        known = [getattr(metadata, kind) for kind in kinds]
        self._kinds = [
            (patterns.parse(kind.national_number_pattern), set(kind.possible_length))
            for kind in known
            if kind is not None and kind.national_number_pattern
        ]

    def numbers(self, count: int) -> Iterator[str]:
        """Valid numbers as wire digits; each kind of line is drawn as often as any other."""
        while count:
            pattern, lengths = self._random.choice(self._kinds)
            national = self._drawn(pattern)
            if len(national) in lengths and len(self.code + national) <= 15:
                yield self.code + national
                count -= 1

    def _drawn(self, pattern: Any) -> str:
        return "".join(self._part(*part) for part in pattern)

    def _part(self, operation: Any, argument: Any) -> str:
        if operation is constants.LITERAL:
            return chr(argument)
        if operation is constants.IN:
            return self._one_of(argument)
        if operation is constants.BRANCH:
            return self._drawn(self._random.choice(argument[1]))
        if operation is constants.SUBPATTERN:
            return self._drawn(argument[-1])
        if operation is constants.MAX_REPEAT:
            least, most, inner = argument
            return "".join(self._drawn(inner) for _time in range(self._random.randint(least, most)))
        raise AssertionError(operation)

    def _one_of(self, members: Any) -> str:
        digits = "".join(self._members(*member) for member in members)
        return self._random.choice(digits)

    def _members(self, operation: Any, argument: Any) -> str:
        if operation is constants.LITERAL:
            return chr(argument)
        if operation is constants.RANGE:
            return "".join(map(chr, range(argument[0], argument[1] + 1)))
        assert (operation, argument) == (constants.CATEGORY, constants.CATEGORY_DIGIT)
        return "0123456789"
