"""What a column says about its cells, what it asks a person, and what it never decides."""

from __future__ import annotations

import pytest

from telephony.numbers.bulk import Column, read_column
from telephony.numbers.column_habits import Answers, Counts, Habits, decide

SINGAPORE = [f"65912345{place:02}" for place in range(20)]
"""Each is also a landline in Aceh, Indonesia."""
BARE = [f"87723{place * 1_234_567 % 1_000_000:06}" for place in range(40)]
"""877 is no country's code."""
MOBILES = [f"0812345{place:05}" for place in range(40)]


def read(
    cells: list[str], region: str = "ID", *, answers: Answers | None = None, regions: list[str] | None = None
) -> tuple[Column, Habits]:
    counts = read_column(cells, region=region, regions=regions).counts
    habits = decide(counts, region=region, answers=answers or Answers())
    return read_column(cells, region=region, regions=regions, habits=habits), habits


def numbers(column: Column) -> list[str]:
    return [f"+{callee}" if callee else "" for callee in column.callees.tolist()]


def rules(column: Column) -> set[str]:
    return {code for place in column.repairs.tolist() for code in column.repair_sets[place]}


def test_own_codes_without_plus_are_seen_by_the_column() -> None:
    cells = ["62215551234", "62812345678", "62361701234", "622155512345", "6281234500001", "+62215551235"]
    column, habits = read(cells)

    assert numbers(column) == [f"+{cell.removeprefix('+')}" for cell in cells]
    assert "own_code_by_column" in rules(column)
    assert habits.questions == ()


def test_german_mobiles_with_their_code() -> None:
    cells = ["4915112345678", "491711234567", "4917612345678", "+4915112345679", "0151 12345670"]
    column, _habits = read(cells, "DE")
    assert numbers(column) == [
        *("+4915112345678", "+491711234567", "+4917612345678", "+4915112345679", "+4915112345670"),
    ]


def test_one_bare_number_that_begins_like_the_code_keeps_the_column_open() -> None:
    # 0622 is Pematang Siantar: that cell is national for sure, so others that begin with 62 may be, too.
    column, habits = read(["62215551234", "62812345678", "62361701234", "622155512345", "6281234500001", "622123456"])
    assert numbers(column)[0] == ""
    assert column.errors[0].code == "ambiguous"
    assert [question.code for question in habits.questions] == ["own_code"]


def test_landlines_of_one_town_are_not_taken_for_codes() -> None:
    """Nothing but numbers of an area whose code looks like the country's: no cell bears out either reading."""
    cells = [f"6221555{place:04}" for place in range(30)]
    column, _habits = read(cells)
    assert set(numbers(column)) == {""}


def test_foreign_digits_are_open_until_somebody_answers() -> None:
    cells = [*MOBILES[:4], *SINGAPORE[:1]]
    column, _habits = read(cells)
    assert column.errors[4].readings == ("+626591234500", "+6591234500")


def test_foreign_digits_are_read_where_the_column_writes_codes() -> None:
    cells = [*(f"628{place % 3 + 7}7{place * 7_919_131 % 10**7:07}" for place in range(30)), *SINGAPORE]
    column, _habits = read(cells)
    assert numbers(column)[30:] == [f"+{cell}" for cell in SINGAPORE]
    assert "foreign_code_by_column" in rules(column)


def test_cells_that_are_in_conflict_alone_prove_no_foreign_country() -> None:
    # Bare Colombian mobiles that begin with 32 are Belgian numbers, too.
    cells = [*(f"57301{place * 104_729 % 10**7:07}" for place in range(57)), "3214804205", "3213563333", "3216196024"]
    column, _habits = read(cells, "CO")
    assert numbers(column)[57:] == ["", "", ""]
    # On Montserrat all bare numbers look Thai.
    cells = [*(f"1664493{place:04}" for place in range(60)), *(f"664493{place + 60:04}" for place in range(60))]
    column, _habits = read(cells, "MS")
    assert set(numbers(column)[60:]) <= {"", *(f"+1664493{place + 60:04}" for place in range(60))}


def test_an_italian_landline_without_its_zero_becomes_no_mobile_unsaid() -> None:
    for cell in ("+39 331 234567", "39331234567", "0039331234567", "331234567"):
        column, _habits = read([cell] * 6, "IT")
        assert column.errors[0].readings == ("+39331234567", "+390331234567"), cell
    with_zeros = ["+39331234567", *(f"0612345{place:03}" for place in range(6))]
    column, _habits = read(with_zeros, "IT")
    assert numbers(column)[0] == "+39331234567"


def test_lines_of_one_company_written_in_groups_are_no_ids() -> None:
    cells = [f"202-555-{100 + place:04}" for place in range(50)]
    assert read(cells, "US")[1].refusal == ""


def test_foreign_digits_among_bare_numbers_stay_open_and_are_asked_about() -> None:
    cells = [*BARE, "6591234567"]
    column, habits = read(cells)
    assert column.errors[40].code == "ambiguous"
    (question,) = habits.questions
    assert (question.code, question.region) == ("all_national", "ID")
    assert ("6591234567", ("+626591234567", "+6591234567")) in question.examples

    answered, habits = read(cells, answers=Answers(is_all_national=True))
    assert numbers(answered)[40] == "+626591234567"
    assert habits.questions == ()
    assert "national_by_answer" in rules(answered)


def test_an_answer_that_the_column_contradicts_decides_nothing() -> None:
    cells = [*BARE, "6591234567", "447400123456"]
    column, _habits = read(cells, answers=Answers(is_all_national=True))
    assert column.errors[40].code == "ambiguous"


def test_a_small_list_is_asked_and_both_answers_decide() -> None:
    _column, habits = read(["6591234567"])
    assert {question.code for question in habits.questions} == {"all_national", "own_code"}
    assert all(question.examples for question in habits.questions)
    assert [question.is_any_code for question in habits.questions] == [False, True]
    national, _habits = read(["6591234567"], answers=Answers(is_all_national=True, has_own_code=False))
    coded, _habits = read(["6591234567"], answers=Answers(is_all_national=False, has_own_code=True))
    assert (numbers(national), numbers(coded)) == (["+626591234567"], ["+6591234567"])


def test_a_rows_own_country_decides_for_that_row() -> None:
    cells = ["081234500001", "020 7946 0001", "(212) 664-7665", "9123 4567", "6591234567", "6591234567"]
    column, _habits = read(cells, regions=["ID", "GB", "US", "SG", "ID", ""])
    assert numbers(column) == [
        *("+6281234500001", "+442079460001", "+12126647665", "+6591234567", "+626591234567", ""),
    ]
    assert "country_by_row" in rules(column)


def test_the_columns_other_cells_tell_which_way_out_is_meant() -> None:
    cells = [*(f"00165812345{place:02}" for place in range(10)), "0016598234567"]
    column, _habits = read(cells, "SG")
    assert numbers(column)[10] in ("+6598234567", "")
    assert not any(number.startswith("+1") for number in numbers(column))


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ([f"{year}{month:02}15" for year in range(1990, 2000) for month in range(1, 13)], "dates"),
        ([f"15{month:02}{year}" for year in range(1990, 2000) for month in range(1, 13)], "dates"),
        ([str(81_000_000 + place) for place in range(100)], "ids"),
        (MOBILES, ""),
        ([f"7{place * 7919 % 1_000_000_000:09}" for place in range(1, 100)], ""),
    ],
)
def test_columns_that_hold_something_else_are_told_by_their_whole(cells: list[str], refusal: str) -> None:
    assert decide(read_column(cells, region="DE").counts, region="DE").refusal == refusal


def test_books_are_no_telephones() -> None:
    def ean(place: int) -> str:
        digits = f"978{place * 104_729 % 10**9:09}"
        check = -sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10
        return f"{digits}{check}"

    cells = [ean(place) for place in range(1, 60)]
    assert decide(read_column(cells, region="DE").counts, region="DE").refusal == "check_digits"


def test_groups_of_three_are_numbers_where_most_of_the_column_is_written_so() -> None:
    spanish = [f"6{place:02}.345.6{place:02}" for place in range(10, 40)]
    column, _habits = read(spanish, "ES")
    assert numbers(column)[0] == "+34610345610"
    lonely, _habits = read(["612.345.678", *(f"61234{place:04}" for place in range(30))], "ES")
    assert lonely.errors[0].code == "amount_or_number"


def test_counts_of_blocks_add_up() -> None:
    cells = [*MOBILES, *SINGAPORE, "+447700900001", "006591234567", "", "x"]
    whole = read_column(cells, region="ID").counts
    parts = Counts()
    for start in range(0, len(cells), 7):
        parts += read_column(cells[start : start + 7], region="ID").counts
    whole_counts, part_counts = whole.of_region("ID"), parts.of_region("ID")
    assert (whole_counts.trunk, whole_counts.cells) == (part_counts.trunk, part_counts.cells)
    assert whole_counts.foreign_or_national == part_counts.foreign_or_national
    assert whole_counts.certain_foreign == part_counts.certain_foreign


MOSCOW = [f"8495555{n:04}" for n in range(1, 31)]


def test_the_trunk_digit_8_may_begin_a_code_and_is_asked_about() -> None:
    counts = read_column(MOSCOW, region="RU").counts
    (question,) = decide(counts, region="RU").questions
    assert (question.code, question.count) == ("all_national", 30)
    assert question.examples[0] == ("84955550001", ("+74955550001", "+84955550001"))
    habits = decide(counts, region="RU", answers=Answers(is_all_national=True))
    column = read_column(MOSCOW, region="RU", habits=habits)
    assert (habits.questions, column.errors) == ((), {})
    assert column.callees.tolist() == [int("7" + cell[1:]) for cell in MOSCOW]


def test_an_answer_about_the_code_holds_for_digits_that_fit_no_number_behind_it() -> None:
    cells = ["4915112345678", "4915112345679", "4915112345670", "4915466524629"]
    counts = read_column(cells, region="DE").counts
    habits = decide(counts, region="DE", answers=Answers(has_own_code=True))
    column = read_column(cells, region="DE", habits=habits)
    assert column.callees.tolist() == [4915112345678, 4915112345679, 4915112345670, 0]
    assert {place: error.code for place, error in column.errors.items()} == {3: "invalid"}
