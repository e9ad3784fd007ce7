"""Do-not-call files as they come, read from the page and by the command: nothing that may be a wish is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError

from dialer.dnc import importer as dnc_import
from dialer.dnc import lists as dnc
from dialer.models import DncEntry, DncImport
from tests.dialer.dnc.files import A, B, C, by_command, listed, make_list, uploaded
from tests.sheets.files import xlsx
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db
State = DncImport.State

CASES: list[tuple[str, str | bytes, str, list[str]]] = [
    ("numbers.csv", "202,5550143\n202,5550144\n415,5550199\n", "US", ["+12025550143", "+12025550144", "+14155550199"]),
    ("numbers.csv", "202555XXXX\n+12025550145\n2025550146*\n", "US", ["+12025550145", "+1202555XXXX", "+12025550146*"]),
    ("numbers.csv", f"Ann,{A}\nBob,{B}\n", "GB", [A, B]),
    ("numbers.csv", f"Opt-outs March\n\nphone,reason\n{A},asked\n", "GB", [A]),
    (
        "months.xlsx",
        xlsx(("January", [["phone", "reason"], [A, "asked"]]), ("February", [["phone", "reason"], [B, ""], [C, ""]])),
        "GB",
        [A, B, C],
    ),
    ("numbers.csv", f"name;Telepon;Alasan\nAnn;{A};x\n", "ID", [A]),
    ("numbers.csv", f"# from the regulator\nnumber\n{A}\n", "GB", [A]),
    ("numbers.csv", "area code,number\n(202),555-0143\n,+12025550144\n", "US", ["+12025550143", "+12025550144"]),
    ("numbers.csv", f"name,mobile,home\nAnn,{A},{B}\nBob,,{C}\n", "GB", [A, B, C]),
    ("numbers.csv", f"name,DNC phone number\nAnn,{A}\nBob,{B}\n", "GB", [A, B]),
    ("numbers.csv", f"name,phone,do not call (y/n)\nAnn,{A},Y\nBob,{B},Y\n", "GB", [A, B]),
]


@pytest.mark.parametrize(("name", "content", "country", "expected"), CASES)
def test_a_clear_file_is_read_at_once(name: str, content: str | bytes, country: str, expected: list[str]) -> None:
    row = uploaded(content, name=name, country=country)
    assert (row.state, row.invalid, listed()) == (State.DONE, 0, expected)


@pytest.mark.parametrize(("name", "content", "country", "expected"), CASES)
def test_the_command_reads_the_same(
    tmp_path: Path, name: str, content: str | bytes, country: str, expected: list[str]
) -> None:
    status, told = by_command(tmp_path, content, "--country", country, name=name)
    assert (status, told["invalid"], listed()) == (0, 0, expected)


def test_a_title_keeps_its_reason_and_its_lines() -> None:
    row = uploaded(f"Opt-outs March\n\nphone,reason\n{A},asked\nx,\n", country="GB")
    assert DncEntry.objects.get().reason == "asked"
    assert row.rejects.get().line_number == 5


@pytest.mark.parametrize(
    ("content", "country", "doubt"),
    [
        (f"phone,nom\n{A},José\n".encode("cp1252"), "GB", "The file is not UTF-8."),
        ("202\n212\n415\n", "US", "Most entries are short."),
        ("+1202*\n+12025550145\n", "US", "blocks of whole areas"),
        ("07700 900601\n07700 900602\n", "", "Most numbers have no country code. Choose their country."),
        ("202,5550143\n415,5550199\n", "", "Most numbers have no country code. Choose their country."),
        (f"one,two\n{A},{B}\n", "GB", "Several columns could contain the numbers: one, two."),
        (
            f"phone,mobilnr,x\nn/a,n/a,{A}\nn/a,n/a,{B}\n",
            "GB",
            "The column that is named like a telephone column contains no numbers.",
        ),
    ],
)
def test_a_file_that_is_not_clear_waits_for_a_person(content: str | bytes, country: str, doubt: str) -> None:
    row = uploaded(content, country=country)
    assert (row.state, listed()) == (State.MAPPING, [])
    found = dnc_import.look_again(row, region=row.country).doubts
    assert any(doubt in text for text in found), found


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        (f"phone,nom\n{A},José\n".encode("cp1252"), ["--encoding", "cp1252"], [A]),
        ("202\n212\n", ["--country", "US", "--prefixes", "--wide"], ["+1202*", "+1212*"]),
        ("+1202*\n", ["--wide"], ["+1202*"]),
        ("07700 900601\n", ["--country", "GB"], [A]),
        (f"one,two\n{A},{B}\n", ["--phone-column", "two"], [B]),
        (f"one,two\n{A},{B}\n", ["--phone-column", "1", "--phone-column", "two"], [A, B]),
    ],
)
def test_an_option_says_what_the_page_asks(
    tmp_path: Path, content: str | bytes, options: list[str], expected: list[str]
) -> None:
    assert by_command(tmp_path, content, *options)[0] == 0
    assert sorted(listed()) == sorted(expected)


def test_the_command_refuses_what_it_would_have_to_guess(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Several columns could contain the numbers: one, two\..*--phone-column"):
        by_command(tmp_path, f"one,two\n{A},{B}\n")
    with pytest.raises(CommandError, match=r"There is no column three\. Available columns: one, two\."):
        by_command(tmp_path, f"one,two\n{A},{B}\n", "--phone-column", "three")
    assert not listed()


def test_rows_that_are_not_taken_are_printed_and_end_the_command_with_status_1(tmp_path: Path) -> None:
    status, told = by_command(tmp_path, f"phone,reason\n{A},asked\nnobody,\n112,\n", "--country", "GB")
    assert status == 1
    assert (told["rows"], told["taken"], told["added"], told["invalid"]) == (3, 1, 1, 2)
    assert told["reasons"] == {"not_a_number": 1, "emergency": 1}
    assert [(row["line_number"], row["code"]) for row in told["not_taken"]] == [(3, "not_a_number"), (4, "emergency")]
    assert all(row["suggestion"] for row in told["not_taken"])
    assert listed() == [A]


def test_every_row_is_taken_or_told() -> None:
    rows = [*[A] * 60, "nonsense", "", "202555XXXX", "+1202*", '"' + B, C]
    row = uploaded("phone,note\n" + "".join(f"{cell},x\n" for cell in rows), country="US")
    assert row.report["reasons"].keys() == {"not_a_number", "empty", "block_wide", "open_quote"}
    assert row.rows == row.taken + row.invalid
    assert row.invalid == row.rejects.count()
    assert sum(row.report["reasons"].values()) == row.invalid


def ends(row: DncImport) -> dict[str, datetime | None]:
    return dict(DncEntry.objects.filter(dnc_list=row.dnc_list).values_list("callee", "expires_at"))


def test_an_unreadable_end_means_for_ever() -> None:
    row = uploaded(f"phone,until\n{A},2026-12-31\n{B},soon\n{C},03/04/2027\n", country="GB")
    assert ends(row) == {
        A: datetime(2027, 1, 1, tzinfo=UTC),
        B: None,
        C: datetime(2027, 4, 3, 23, tzinfo=UTC),  # 4 April begins in London
    }
    assert row.report["repairs"].keys() >= {"until_unreadable", "until_later"}
    assert row.invalid == 0


def test_rows_without_a_day_end_with_the_upload() -> None:
    row = uploaded(f"phone,until\n{A},\n{B},never\n", country="GB", expires_on=date(2026, 12, 31))
    assert ends(row) == {A: datetime(2027, 1, 1, tzinfo=UTC), B: None}


def test_of_two_entries_the_longest_end_counts_and_is_never_made_shorter() -> None:
    ours = make_list()
    first = uploaded(f"phone,until\n{A},2026-12-31\n{A},2027-12-31\n{B},2026-12-31\n{C},\n", dnc_list=ours)
    assert (first.added, first.longer, first.known) == (3, 0, 1)
    second = uploaded(f"phone,until\n{A},2026-12-01\n{B},never\n{C},2026-12-31\n", dnc_list=ours)
    assert (second.added, second.longer, second.known) == (0, 1, 2)
    assert ends(second) == {A: datetime(2028, 1, 1, tzinfo=UTC), B: None, C: None}


def test_one_phone_in_two_spellings_is_one_entry() -> None:
    row = uploaded("+54 9 11 2345 6789\n+54 11 2345 6789\n")
    assert (row.added, row.known) == (1, 1)
    assert dnc.listing_of("+541123456789", now=NOW) is not None


def test_many_rows_are_read_in_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheets.limits.BLOCK_ROWS", 3)
    rows = [f"+4477009{n:05d}" for n in range(20)]
    row = uploaded("phone\n" + "\n".join([*rows, "x", *rows]) + "\n", country="GB")
    assert (row.rows, row.taken, row.added, row.known, row.invalid) == (41, 40, 20, 20, 1)
    assert row.rejects.get().line_number == 22


@pytest.mark.parametrize("nothing", [b"name,city\nAnn,Leeds\n", b"hello\nworld\n"])
def test_a_file_without_a_number_fails_with_one_sentence(nothing: bytes) -> None:
    row = uploaded(nothing)
    assert row.state == State.FAILED
    assert row.error.startswith("This file contains no telephone numbers.")


def test_numbers_that_a_country_list_does_not_hold_for_are_told() -> None:
    american = make_list("For the US", scope="country", country="US")
    row = uploaded(f"+12025550143\n+17875550143\n{A}\n", dnc_list=american)
    assert row.report["uncovered"] == 1
    assert dnc.listing_of("+17875550143", now=NOW) is not None
    assert dnc.listing_of(A, now=NOW) is None


def test_a_cover_sheet_is_left_out() -> None:
    cover = ("Cover", [["Opt-outs of the first quarter", ""], ["made by", "the sales team"]])
    row = uploaded(xlsx(cover, ("Numbers", [["phone"], [A]])), name="cover.xlsx")
    assert (row.state, row.rows, listed()) == (State.DONE, 1, [A])


def test_a_block_blocks_every_number_in_it_wherever_it_is_asked() -> None:
    uploaded("202555XXXX\n", country="US")
    assert dnc.listing_of("+12025550199", now=NOW) == dnc.Listing("Ours", "")
    assert dnc.listing_of("+12025560199", now=NOW) is None


def test_bare_digits_of_no_country_are_asked_about() -> None:
    row = uploaded("81234500001\n81234500011\n")
    assert (row.state, listed()) == (State.MAPPING, [])


def test_bare_digits_of_a_country_block_both_readings() -> None:
    uploaded("81234500001\n", country="ID")
    assert sorted(listed()) == ["+6281234500001", "+81234500001"]
