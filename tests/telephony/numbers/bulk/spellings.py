"""Numbers of every region and kind in all the ways in which people and spreadsheets write them, also wrong ones."""

from __future__ import annotations

import random
from collections.abc import Callable

from phonenumbers import COUNTRY_CODES_FOR_NON_GEO_REGIONS, SUPPORTED_REGIONS, PhoneMetadata

REGIONS = sorted(SUPPORTED_REGIONS)
_KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan"),
    "voicemail",
)


def examples_of(metadata: PhoneMetadata) -> list[str]:
    descriptions = (getattr(metadata, kind) for kind in _KINDS)
    return [found.example_number for found in descriptions if found is not None and found.example_number]


class Writer:
    """Writes numbers of one region; the same seed writes the same cells."""

    def __init__(self, region: str, *, seed: int) -> None:
        self._random = random.Random(f"{region}{seed}")
        metadata = PhoneMetadata.metadata_for_region(region, None)
        assert metadata is not None
        self._code, self._trunk = str(metadata.country_code), metadata.national_prefix or "0"
        self._examples = examples_of(metadata)
        non_geographic = [str(code) for code in sorted(COUNTRY_CODES_FOR_NON_GEO_REGIONS)]
        self._other_codes = [*non_geographic, "1", "7", "39", "999", "0"]

    def cells(self, count: int) -> list[str]:
        return [self._damaged(self._spelled(self._national())) for _cell in range(count)]

    def _digit(self) -> str:
        return self._random.choice("0123456789")

    def _national(self) -> str:
        """An example of the region's, nearly one, or none at all."""
        digits = list(self._random.choice(self._examples))
        chance = self._random.random()
        if chance < 0.6:
            for _change in range(self._random.randint(1, 5)):
                digits[-self._random.randint(1, min(6, len(digits)))] = self._digit()
        elif chance < 0.7:
            digits = [self._digit() for _place in digits]
        elif chance < 0.75:
            digits = digits[:-1]
        elif chance < 0.8:
            digits.append(self._digit())
        return "".join(digits)

    def _spelled(self, national: str) -> str:
        code, trunk = self._code, self._trunk
        return self._random.choice(
            [
                f"+{code}{national}",
                f"+{code}{national}",
                f"{code}{national}",
                f"00{code}{national}",
                f"{trunk}{national}",
                national,
                f"+{code}{trunk}{national}",
                f"011{code}{national}",
                f"+{code} {national[:3]} {national[3:6]}-{national[6:]}",
                f"{trunk}{national[:2]}.{national[2:]}",
                f"+{self._random.choice(self._other_codes)}{national}",
            ]
        )

    def _damaged(self, cell: str) -> str:
        ways: list[Callable[[str], str]] = [
            lambda text: f"'{text}",
            lambda text: f"{text}.0",
            lambda text: f"{text}.00",
            " ".join,
            lambda text: f"({text[:4]}) {text[4:]}",
            lambda text: f" {text}\t",
            lambda text: f"tel:{text}",
            lambda text: text.replace("1", "\uff11"),
            lambda text: f"{text} ext 5",
            lambda text: f"{text[:3]}+{text[3:]}",
            lambda text: text.replace("2", "x"),
            lambda text: f"{text}\u202c",
        ]
        return self._random.choice(ways)(cell) if self._random.random() < 0.4 else cell
