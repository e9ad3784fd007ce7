"""The torture table: small files in the shapes that people upload."""

from __future__ import annotations

import pytest

from campaigns.importer.limits import MAX_OTHER
from campaigns.importer.rows import Accepted, Rejected
from tests.campaigns.importer.files import accepted, rejected, verdicts

A, B, C = "+447700900001", "+447700900002", "+447700900003"


@pytest.mark.parametrize(
    ("content", "numbers", "problems"),
    [
        ("phone", [], []),
        ("phone\n", [], []),
        (A, [A], []),
        (f"{A}\r\n{B}", [A, B], []),
        (f"\n\nphone\n\n{A}\n\n\n{B}\n,\n", [A, B], []),
        (f'\ufeff"phone","name"\n"{A}","Ann"\n', [A], []),
        (f"phone,name,city\n{A},Ann\n{B},Bob,Leeds\n{C},C,D,E\n", [A, B], [(4, "too_many_cells")]),
        (f"phone,name,city\n{A},Ann,\n{B},,\n", [A, B], []),
        (f"phone,name\n{A},Ann,,\n", [A], []),
        (f"phone;name\n{A};Ann\n", [A], []),
        (f"phone\tname\n{A}\tAnn\n", [A], []),
        (f"{A}|test|15|ftsender\n", [A], []),
        (f'name,phone\n"Ann\nSmith",{A}\nBob,x\n', [A], [(4, "not_a_number")]),
        ("phone\n4.47E+12\n", [], [(2, "scientific")]),
        ("phone\n07700900001 ext 5\n", [], [(2, "extension")]),
        ("name,phone\nAnn,\n", [], [(2, "empty")]),
        ("name,phone\nAnn\n", [], [(2, "empty")]),
        (f"姓名,手机\n陳大文,{A}\n", [A], []),
        (f"phone\n=HYPERLINK(x)\n{A}\n", [A], [(2, "not_a_number")]),
        ("phone\n12\n", [], [(2, "too_short")]),
        ("phone\n" + "1" * 70 + "\n", [], [(2, "too_long")]),
        ("phone\n" + "x" * 65 + "\n", [], [(2, "not_a_number")]),
    ],
)
def test_small_files(content: str, numbers: list[str], problems: list[tuple[int, str]]) -> None:
    assert (accepted(content), rejected(content)) == (numbers, problems)


def test_one_number_in_five_spellings() -> None:
    spellings = ["+6281234567890", "6281234567890", "081234567890", "006281234567890", "'+62 812-3456-7890"]
    assert accepted("\n".join(["phone", *spellings]), region="ID") == ["+6281234567890"] * 5


def test_a_national_number_is_one_of_the_campaigns_country() -> None:
    assert accepted("07700900001", region="GB") == [A]
    assert rejected("phone\n07700900001", region="HK") == [(2, "invalid")]


def test_repairs_are_told() -> None:
    (row,) = verdicts("phone\n(0044) 7700-900001\n")
    assert isinstance(row, Accepted)
    assert row.callee == A
    assert set(row.repairs) >= {"international_prefix", "punctuation"}


def test_missing_cells_are_read_as_empty_and_told() -> None:
    (row,) = verdicts(f"phone,name,note\n{A},Ann\n")
    assert isinstance(row, Accepted)
    assert (row.other, row.repairs) == ("", ("short_row",))


def test_order_id_and_pass_through_are_kept() -> None:
    (row,) = verdicts(f'custID,phone,other\nA0001,{A},"{{""a"": 1}}"\n')
    assert isinstance(row, Accepted)
    assert (row.external_id, row.other) == ("A0001", '{"a": 1}')


def test_a_pass_through_value_that_is_too_long_is_rejected_not_cut() -> None:
    (longest, too_long) = verdicts(f"phone,other\n{A},{'x' * MAX_OTHER}\n{B},{'x' * (MAX_OTHER + 1)}\n")
    assert isinstance(longest, Accepted)
    assert isinstance(too_long, Rejected)
    assert too_long.code == "other_too_long"
    assert "1025 characters; 1024 are possible" in too_long.reason


def test_an_order_id_that_is_too_long_is_rejected() -> None:
    assert rejected(f"phone,order_id\n{A},{'x' * 201}\n") == [(2, "order_id_too_long")]


def test_a_rejected_row_keeps_its_line_as_it_stands() -> None:
    (row,) = verdicts('name,phone\n"Ann\nSmith", x ,\n')
    assert isinstance(row, Rejected)
    assert (row.line_number, row.line) == (2, '"Ann\nSmith", x ,')
    assert row.suggestion


def test_an_open_quotation_mark_costs_its_own_line_only() -> None:
    content = f'phone,name\n{A},"Ann\n' + "".join(f"+4477009000{n:02d},x\n" for n in range(10, 40))
    assert rejected(content) == [(2, "open_quote")]
    assert len(accepted(content)) == 30


def test_a_cell_that_no_reader_takes_costs_its_own_line_only() -> None:
    assert rejected(f"phone,note\n{A},{'x' * 200_000}\n{B},y\n") == [(2, "open_quote")]
    assert accepted(f"phone,note\n{A},{'x' * 200_000}\n{B},y\n") == [B]
