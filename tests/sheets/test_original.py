from __future__ import annotations

import pytest

from sheets.original import cells_of

NAMES = ["phone", "name"]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("1,Ann", ["1", "Ann"]),
        ("1", ["1", ""]),
        ('1,"Ann, Lee"', ["1", "Ann, Lee"]),
        ('1,"Ann\nLee"', ["1", "Ann\nLee"]),
        ("1,Lee, Ann", ["1", "Lee, Ann"]),
        ('1,"Ann', ['1,"Ann', ""]),
        ("", ["", ""]),
    ],
)
def test_a_line_falls_into_the_files_columns_again(line: str, cells: list[str]) -> None:
    assert cells_of(line, kind="text", delimiter=",", names=NAMES) == cells


def test_an_item_has_its_keys_as_columns() -> None:
    assert cells_of('{"name": "Ann", "phone": 1, "x": 2}', kind="json", delimiter="", names=NAMES) == ["1", "Ann"]
