"""Call lists in the shapes that other products write: recognised, read, counted exactly."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from campaigns.importer.layout import Role
from tests.support.campaign_builders import make_campaign
from tests.support.imported_lists import accepted, counts, imported, rejected

pytestmark = pytest.mark.django_db
A, B, C = "+447700900001", "+447700900002", "+447700900003"


@dataclass(frozen=True)
class Shape:
    product: str
    content: str
    callees: list[str]
    country: str = "GB"
    """Of the campaign."""
    external_ids: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)


VICIDIAL_ROWS = (
    "100001,10001,129,44,7700900001,MR,John,Q,Public01,1 Main St,,,Leeds,,,LS1,GBR,M,1970-01-01,7700900009,"
    "test@example.com,nothing,COMMENTS\n"
    "100002,10002,129,44,07700900002,MS,Jane,,Public02,2 Main St,,,Leeds,,,LS1,GBR,F,1970-01-01,,,,MORE\n"
    "100003,10003,129,1,2125550123,MS,Joan,,Public03,3 Main St,,,New York,NY,,10001,USA,F,1970-01-01,,,,\n"
)
GOAUTODIAL = (
    "Phone,VendorLeadCode,PhoneCode,Title,FirstName,MiddleInitial,LastName,Address1,Address2,Address3,City,State,"
    "Province,PostalCode,CountryCode,Gender,DateOfBirth,AltPhone,Email,SecurityPhrase,Comments,Colour\n"
    "7700900001,V1,44,MR,John,Q,Public,1 Main St,,,Leeds,,,LS1,GB,M,1970-01-01,,,,call early,red\n"
)
SHAPES = [
    Shape(
        "OMniLeads",
        "telefono,name,surname,id_contact\n07700900001,Terence,McKenna,30000001\n07700900002,José,Ñandú,30000002\n",
        [A, B],
        external_ids=["30000001", "30000002"],
        names=["Terence McKenna", "José Ñandú"],
    ),
    Shape("OMniLeads", "telefono,nombre,celular\n07700900001,Ann,\n07700900002,,\n", [A, B], names=["Ann", ""]),
    Shape("OMniLeads", "telefono,Nombre,Fecha,Hora\n07700900001,陳大文,24/12/2026,09:30\n", [A], names=["陳大文"]),
    Shape("", "columna1, phone, columna2, cell, columna3, home\nx, 07700900001, y, 07700900002, z,\n", [A]),
    Shape("", "07700900001\n07700900002", [A, B]),
    Shape("OMniLeads", "Nombre,Telefono\nAnn,07700900001\n", [A], names=["Ann"]),
    Shape("", "447700900001|test|15|ftsender\n447700900002|test|16|ftsender\n", [A, B]),
    Shape(
        "VICIdial",
        VICIDIAL_ROWS,
        [A, B, "+12125550123"],
        country="US",
        external_ids=["100001", "100002", "100003"],
        others=["COMMENTS", "MORE", ""],
        names=["John Public01", "Jane Public02", "Joan Public03"],
    ),
    Shape("VICIdial", VICIDIAL_ROWS.replace(",", "|"), [A, B, "+12125550123"], country="US"),
    Shape(
        "VICIdial",
        "phone_number,phone_code,first_name,multi_alt_phones\n"
        "7700900001,44,Ann,7700900002_1_work!7700900003_1_sister\n7700900002,GB,Bob,\n7700900003,4x,Cyd,\n",
        [A, B],
        country="US",
        names=["Ann", "Bob"],
        rejected=[(4, "unknown_code")],
    ),
    Shape("GOautodial", GOAUTODIAL, [A], country="US", external_ids=["V1"], others=["call early"]),
    Shape(
        "Newfies-Dialer",
        f'{A}|Smith|Ann|a@example.com|d|1|1 Main St|Leeds|x|GB|u|{{"a": "1", "b": "2,3"}}|\n'
        f"{B}|Jones|Bob|b@example.com|d|1|1 Main St|Leeds|x|GB|u|{{}}|\n",
        [A, B],
        others=['{"a": "1", "b": "2,3"}', "{}"],
        names=["Smith Ann", "Jones Bob"],
    ),
    Shape(
        "ICTDialer",
        '"447700900001","First","Last","mail","address","custom1","custom2","custom3","a, comment"\n'
        '"447700900002","Erste","Letzte","mail","address","1","2","3",""\n',
        [A, B],
        others=["a, comment", ""],
        names=["First Last", "Erste Letzte"],
    ),
    Shape("FusionPBX", "Phone_Number,Last_Name,First_Name\n07700900001,Smith,Ann\n", [A], names=["Smith Ann"]),
    Shape("FusionPBX", "Phone_Number;Last_Name;First_Name\n07700900001;Smith;Ann\n", [A]),
    Shape(
        "AWS power dialer",
        f"custID,phone\nA0001,{A}\nA0001,{B}\n",
        [A, B],
        external_ids=["A0001", "A0001"],
    ),
    Shape(
        "Amazon Pinpoint",
        f"ChannelType,Address,User.UserId,User.UserAttributes.city\nVOICE,{A},u1,Leeds\n",
        [A],
        external_ids=["u1"],
    ),
    Shape(
        "Genesys Cloud",
        "\ufeffinin-outbound-id,Phone,CallRecordLastResult-Phone\n77,07700-900001,\n78,(07700) 900.002,\n",
        [A, B],
        external_ids=["77", "78"],
    ),
    Shape("Five9", "number1,first_name,last_name\n07700900001,Ann,Smith\n", [A], names=["Ann Smith"]),
    Shape(
        "Talkdesk",
        "External ID,External Provider,Phone,First name,Last name,Timezone,Priority\n"
        f"e1,crm,{A},Ann,Smith,Europe/London,5\n",
        [A],
        external_ids=["e1"],
    ),
    Shape(
        "Cisco UCCX",
        "account number,FIRST NAME,last name,phone1,Phone2,Phone3,Dial Time\n9,Ann,Smith,07700900001,,,\n",
        [A],
        external_ids=["9"],
    ),
    Shape("Exotel", f"phone_number,first_name,last_name,email,company,tag\n{A},Ann,S,a@example.com,ACME,vip\n", [A]),
    Shape("Exotel", f"number,first_name,company_name\n{A},Ann,ACME\n", [A]),
    Shape("", f"name,phone1,phone2\nAnn,{A},{B}\n", [A]),
    Shape("", f"phone_primary,name,timezone\n{A},Ann,Europe/London\n", [A]),
    Shape("", f"to_number,name\n{A},Ann\n", [A]),
    Shape(
        "Huawei AICC",
        "sessionId,called,caller,callData,customField,recycleTime,priority\n"
        "s1,[{'calledNo':447700900001}],442079460001,hello,x,,1\n"
        "s2,\"[{'calledNo':447700900002},{'calledNo':447700900003}]\",442079460001,hello,x,,1\n"
        's3,[{"calledNo": "00447700900003"}],442079460001,,x,,1\n'.replace('[{"', '"[{""').replace(
            '": "00447700900003"}]', '"": ""00447700900003""}]"'
        ),
        [A, C],
        external_ids=["s1", "s3"],
        others=["hello", ""],
        rejected=[(3, "several_numbers")],
    ),
    Shape(
        "NxCloud",
        '{"callList": [{"orderID": "o1", "userPhone": "447700900001", "other": "x"},'
        ' {"orderID": "o2", "userPhone": "447700900002"}, {"orderID": "o3", "userPhone": "12"}]}',
        [A, B],
        country="ID",
        external_ids=["o1", "o2"],
        others=["x", ""],
        rejected=[(3, "too_short")],
    ),
    Shape(
        "Amazon Connect",
        f'[{{"phoneNumber": "{A}", "clientToken": "t", "expirationTime": "2026-12-01T00:00:00Z"}}]',
        [A],
    ),
]


@pytest.mark.parametrize("shape", SHAPES, ids=[f"{n}-{shape.product or 'plain'}" for n, shape in enumerate(SHAPES)])
def test_it_is_recognised_and_read(shape: Shape) -> None:
    call_list = imported(shape.content, campaign=make_campaign(country=shape.country))
    assert call_list.error == ""
    assert call_list.columns["known_as"] == shape.product
    assert accepted(call_list) == shape.callees
    assert rejected(call_list) == shape.rejected
    assert call_list.rows == len(shape.callees) + len(shape.rejected)
    entries = list(call_list.entries.order_by("pk"))
    if shape.external_ids:
        assert [entry.external_id for entry in entries] == shape.external_ids
    if shape.others:
        assert [entry.other for entry in entries] == shape.others
    if shape.names:
        assert [(entry.extra or {}).get("name", "") for entry in entries] == shape.names


def test_a_number_with_its_code_already_in_front_is_read_once() -> None:
    content = "phone_number,phone_code\n447700900001,44\n+447700900002,44\n07700900003,\n0x,44\n"
    call_list = imported(content)
    assert accepted(call_list) == [A, B, C]
    assert counts(call_list) == (4, 3, 2, 0, 0, 1)


def test_zone_and_priority_columns_are_kept_under_their_role() -> None:
    call_list = imported(f"Phone,Timezone,Priority,Shoe size\n{A},Europe/London,5,38\n")
    assert call_list.columns["roles"] == [Role.PHONE, Role.TIME_ZONE, Role.PRIORITY, Role.KEEP]
    assert call_list.entries.get().extra == {
        "time_zone": "Europe/London",
        "priority": "5",
        "columns": {"Shoe size": "38"},
    }
