from __future__ import annotations

import pytest

from campaigns.importer.layout import ListLayout, Role
from campaigns.importer.opt_outs import is_no, opted_out_of
from campaigns.importer.reading import propose_reading
from campaigns.lists import opt_out_wishes
from dialer.models import DncEntry
from sheets.blocks import Block
from sheets.reading import Choice
from tests.support.builders import NOW, make_user
from tests.support.campaign_builders import make_campaign
from tests.support.imported_lists import accepted, imported, looked_at, rejected

NOES = ["", " ", "0", "no", "No", "N", "FALSE", "-", "tidak", "否", "nein", "нет", "não", "n/a"]
YESES = ["yes", "TRUE", "1", "x", "X", "ya", "是", "ja", "sí", "oui", "да", "✓", "2026-03-31", "maybe", "?", "2"]
ERRORS = ["#N/A", "#REF!"]


@pytest.mark.parametrize("cell", NOES)
def test_a_plain_no_lets_the_row_be_called(cell: str) -> None:
    assert is_no(cell)


@pytest.mark.parametrize("cell", [*YESES, *ERRORS])
def test_everything_else_is_a_wish_not_to_be_called(cell: str) -> None:
    assert not is_no(cell)


def test_one_of_several_columns_is_enough() -> None:
    layout = ListLayout(("phone", "dnc", "opt out"), (Role.PHONE, Role.OPT_OUT, Role.OPT_OUT), has_header=True)
    rows = [["1", "no", ""], ["2", "", "yes"], ["3", "TRUE", "no"]]
    found = opted_out_of(Block([2, 3, 4], ["", "", ""], rows), layout)
    assert {place: error.code for place, error in found.items()} == {1: "do_not_call", 2: "do_not_call"}
    assert found[1].reason == "The column “opt out” says “yes”: this person does not want calls."
    assert found[1].is_opt_out


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Do Not Call (Y/N)", "Mobile Do Not Call", "DNC phone", "Opted Out Date"])
def test_a_wish_is_found_whatever_else_its_column_is_called(name: str) -> None:
    call_list = imported(f"name,mobile,{name}\nAnn,07700900101,\nBob,07700900102,07700900102\n")
    assert (accepted(call_list), rejected(call_list)) == (["+447700900101"], [(3, "do_not_call")])


@pytest.mark.django_db
def test_a_do_not_call_list_is_not_taken_for_a_call_list() -> None:
    call_list = looked_at("Do not call numbers\n07700900101\n07700900102\n")
    assert Role.PHONE not in propose_reading(call_list, Choice()).layout.roles


@pytest.mark.django_db
def test_a_wish_in_one_row_holds_for_every_row_of_the_person() -> None:
    text = "name,mobile,home,dnc\nAnn,07700900101,,no\nBob,07700900102,,\nAnn,+447700900101,07700900103,yes\n"
    call_list = imported(text + "Ann,,07700900103,no\n")
    assert accepted(call_list) == ["+447700900102"]
    assert sorted(rejected(call_list)) == [(2, "do_not_call"), (4, "do_not_call"), (5, "do_not_call")]
    assert opt_out_wishes.offered(call_list) == 1


@pytest.mark.django_db
def test_the_number_of_a_wish_is_read_in_the_country_of_its_row() -> None:
    campaign = make_campaign("Jakarta", country="ID")
    call_list = imported("phone,country,dnc\n(202) 555-0143,US,yes\n081234500001,ID,no\n", campaign=campaign)
    opt_out_wishes.opt_out(call_list=call_list, by=make_user("ada", group="Administrator"), now=NOW)
    assert list(DncEntry.objects.values_list("callee", flat=True)) == ["+12025550143"]
