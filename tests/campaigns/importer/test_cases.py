"""Small lists as people really make them, and whom they mean: through the services, and through the command."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import CallList
from tests.support.builders import make_user
from tests.support.campaign_builders import make_campaign
from tests.support.imported_lists import imported, looked_at

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "cases"
UK = "+447700900"
ID = "+62812345000"


@dataclass(frozen=True)
class Case:
    name: str
    content: bytes
    country: str = "GB"
    numbers: list[str] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)


def case(name: str, country: str, numbers: list[str], reasons: dict[str, int] | None = None) -> Case:
    return Case(name, (FILES / name).read_bytes(), country, numbers, reasons or {})


def uk(*ends: str) -> list[str]:
    return [UK + end for end in ends]


def indonesian(*ends: str) -> list[str]:
    return [ID + end for end in ends]


FIVE = indonesian("00", "01", "02", "03", "04")
CASES = [
    case("customer-number.csv", "ID", FIVE),
    case(
        "several-phones.csv",
        "ID",
        ["+6281234500000", "+62215551234", "+62215559876", "+6281234500003", "+6281234500004"],
    ),
    case("country.csv", "ID", ["+6281234500001", "+442079460001", "+12126647665", "+6591234567"]),
    case("unknown-country.csv", "ID", indonesian("00", "02"), {"unknown_country": 1}),
    case("opt-out.csv", "ID", indonesian("00", "03"), {"do_not_call": 2}),
    case("salesforce.csv", "GB", uk("514"), {"do_not_call": 1}),
    case("google.csv", "GB", uk("507", "508")),
    case("account-number.csv", "GB", uk("905", "906")),
    case("street.csv", "GB", uk("503", "504")),
    case("sep-line.csv", "GB", uk("101", "102")),
    case("title-line.csv", "GB", uk("101", "102")),
    case("comments.csv", "GB", uk("736")),
    case("equals.csv", "GB", uk("101", "102", "103", "104")),
    case("open-quote.csv", "ID", [f"+62812345{row:05}" for row in range(300) if row != 100], {"open_quote": 1}),
    case(
        "own-code-id.csv",
        "ID",
        ["+62215551234", "+62812345678", "+62361701234", "+622155512345", "+6281234500001", "+62215551235"],
    ),
    case(
        "own-code-de.csv",
        "DE",
        ["+4915112345678", "+491711234567", "+4917612345678", "+4915112345679", "+4915112345670"],
    ),
    case("foreign.csv", "ID", ["+6281234500001", "+12126647665", "+447400123456"], {"ambiguous": 4}),
    case("ways-out.csv", "SG", ["+6598234567", "+6281234500002", "+6562345678", "+6594952998", "+6598234568"]),
    case("mexico.csv", "MX", ["+525512345678", "+525512345679", "+525512345670", "+525512345671"]),
    case("web-page.xls", "ID", FIVE),
    case("starts-at-b3.xlsx", "ID", FIVE),
    case("title-merged.xlsx", "GB", uk("231", "232")),
    case("veryhidden-first-sheet.xlsx", "GB", uk("213")),
    case("leading-zero-format-IT.xlsx", "IT", ["+390331234567", "+390612345678", "+393331234567"]),
    case("stray-last-col.xlsx", "GB", uk("273")),
    case("cr-in-cell.xlsx", "GB", uk("401", "402", "403")),
    case("cr-in-cell.xls", "GB", uk("402", "403")),
    case("hidden-column.xlsx", "GB", uk("744")),
    case("filtered-rows.xlsx", "GB", uk("201", "204")),
    case("errors.xlsx", "ID", indonesian("00", "01", "02"), {"error_cell": 3}),
    case("formula-no-cache.xlsx", "GB", [], {"formula_without_value": 2}),
    case("big-numbers.xlsx", "ID", indonesian("00", "01", "02"), {"decimal": 1}),
]
BY_NAME = pytest.mark.parametrize("made", CASES, ids=lambda made: made.name)


def outcome(call_list: CallList) -> tuple[list[str], dict[str, int]]:
    numbers = list(call_list.entries.order_by("line_number").values_list("callee", flat=True))
    return numbers, call_list.report["reasons"]


@BY_NAME
def test_a_case_means_these_people(made: Case) -> None:
    campaign = make_campaign(country=made.country)
    call_list = imported(made.content, campaign=campaign, name=made.name)
    assert call_list.state == CallList.State.READY, call_list.error
    assert outcome(call_list) == (made.numbers, made.reasons)


@BY_NAME
def test_the_command_reads_a_case_the_same_way(made: Case, tmp_path: Path) -> None:
    make_user()
    campaign = make_campaign(country=made.country)
    path = tmp_path / made.name
    path.write_bytes(made.content)
    out = io.StringIO()
    call_command("import_call_list", str(path), "--user", "sam", "--campaign", campaign.name, stdout=out)
    told = json.loads(out.getvalue())
    assert outcome(campaign.call_lists.get()) == (made.numbers, made.reasons)
    assert told["rows"] == told["accepted"] + told["rejected"]
    assert told["rejected"] == told["duplicates"] + told["do_not_call"] + told["held"] + told["invalid"]


def test_two_spellings_of_one_phone_are_one_person() -> None:
    lines = "+54 9 11 2345-6789\n+54 11 2345-6789\n011 15-2345-6789\n+54 9 351 234-5678\n+54 351 234-5678\n"
    call_list = imported(f"phone\n{lines}", campaign=make_campaign(country="AR"))
    assert (call_list.accepted, call_list.duplicates) == (2, 3)


def test_a_hidden_row_is_left_out_and_counted(tmp_path: Path) -> None:
    make_user()
    make_campaign(country="GB")
    out = io.StringIO()
    path = str(FILES / "filtered-rows.xlsx")
    call_command("import_call_list", path, "--user", "sam", "--campaign", "Autumn", stdout=out)
    told = json.loads(out.getvalue())
    assert told["rows"] + told["hidden_rows_left_out"] == 4
    assert told["hidden_rows_left_out"] > 0


def test_the_command_reads_hidden_rows_where_it_is_told_to() -> None:
    make_user()
    make_campaign(country="GB")
    out = io.StringIO()
    path = str(FILES / "filtered-rows.xlsx")
    options = ["--user", "sam", "--campaign", "Autumn", "--hidden-rows", "read"]
    call_command("import_call_list", path, *options, stdout=out)
    assert (json.loads(out.getvalue())["rows"], json.loads(out.getvalue())["hidden_rows_left_out"]) == (4, 0)


def test_a_cell_that_holds_nul_ends_the_list_with_a_sentence_and_no_second_try() -> None:
    call_list = looked_at((FILES / "nul-cell.xlsx").read_bytes(), name="nul.xlsx")
    if call_list.state == CallList.State.MAPPING:
        call_list = imported((FILES / "nul-cell.xlsx").read_bytes(), name="nul.xlsx")
    assert call_list.state == CallList.State.FAILED
    assert "2" in call_list.error


@pytest.mark.parametrize(
    ("encoding", "names", "first"),
    [
        ("cp1251", "имя;Иван Петров\nимя;Ольга Смирнова", "cp1251"),
        ("cp932", "田中 太郎;東京\n鈴木 花子;大阪", "cp932"),
        ("cp874", "สมชาย ใจดี\nสมหญิง รักไทย", "cp874"),
    ],
)
def test_the_right_encoding_is_offered(encoding: str, names: str, first: str) -> None:
    lines = [f"{UK}30{n};{name}" for n, name in enumerate(names.split("\n"), start=1)]
    call_list = looked_at(("phone;name;city\n" + "\n".join(lines)).encode(encoding))
    assert first in call_list.inspection["encodings"]
    assert call_list.inspection["is_certain"] is False
    assert any(names.split("\n")[0] in line for line in call_list.inspection["samples"][first])


def test_the_command_asks_where_names_and_cells_disagree(tmp_path: Path) -> None:
    make_user()
    make_campaign(country="GB")
    path = tmp_path / "list.csv"
    path.write_text("Phone,Ref\nAnn,07700900506\nBob,07700900507\n")
    command = ["import_call_list", str(path), "--user", "sam", "--campaign", "Autumn"]
    with pytest.raises(CommandError, match="Choose one with --phone-column; the columns are: Phone, Ref"):
        call_command(*command, stdout=io.StringIO())
    for named in ("Ref", "2"):
        CallList.objects.exclude(state=CallList.State.CANCELLED).update(state=CallList.State.CANCELLED)
        out = io.StringIO()
        call_command(*command, "--phone-column", named, "--check", stdout=out)
        assert json.loads(out.getvalue())["accepted"] == 2
