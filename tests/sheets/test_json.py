from __future__ import annotations

import json

import pytest

from tests.sheets.files import Desk, gzipped

ITEMS = [{"orderID": "o1", "userPhone": "447700900001"}, {"userPhone": 447700900002, "other": {"a": [1, None, True]}}]
ROWS = [
    ["orderID", "userPhone", "other"],
    ["o1", "447700900001", ""],
    ["", "447700900002", '{"a": [1, null, true]}'],
]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"callList": ITEMS}),
        json.dumps({"name": "x", "tags": ["a"], "callList": ITEMS, "more": 1}),
        json.dumps({"data": {"items": ITEMS}}, indent=2),
        json.dumps(ITEMS),
        "\n".join(map(json.dumps, ITEMS)),
        "\ufeff" + json.dumps(ITEMS),
    ],
)
def test_lists_of_objects_wherever_they_are(desk: Desk, content: str) -> None:
    assert desk.inspect(content).kind == "json"
    assert desk.rows(content) == ROWS
    assert desk.rows(gzipped(content.encode())) == ROWS


def test_items_are_numbered_and_keep_their_json(desk: Desk) -> None:
    numbered = desk.numbered(json.dumps(ITEMS))
    assert [number for number, _line in numbered] == [0, 1, 2]
    assert json.loads(numbered[2][1]) == ITEMS[1]


def test_scalars_are_written_as_text(desk: Desk) -> None:
    content = '[{"phone": 4.477E+11, "a": true, "b": null, "c": 1.50}]'
    assert desk.rows(content)[1] == ["4.477E+11", "true", "", "1.50"]


def test_many_items_come_in_blocks(desk: Desk) -> None:
    content = json.dumps([{"phone": str(n)} for n in range(60_000)])
    blocks = desk.blocks(content)
    assert len(blocks) > 2
    assert sum(len(block.rows) for block in blocks) == 60_001


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[]", "The JSON file contains no list of objects."),
        ('[{"a": 1}, 5]', "Item 2 is not an object."),
        ('[{"a": 1}, {"a"', "The JSON is incomplete or invalid after item 1."),
        ('[{"a": "x\\u0000y"}]', "Item 1 contains characters that are not text."),
        ('{"a": 1}\n{"a": }\n', "The JSON is incomplete or invalid after item 1."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_item(desk: Desk, content: str, sentence: str) -> None:
    assert desk.refusal(content).startswith(sentence)


def test_deep_json_is_refused_or_harmless(desk: Desk) -> None:
    content = '[{"a": ' + "[" * 100_000 + "]" * 100_000 + "}]"
    assert desk.refusal(content)
