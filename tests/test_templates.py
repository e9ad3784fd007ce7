"""How templates are written: lines that a reader sees whole, and no message that a line break changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
LINE_LENGTH = 120

# Django's tags cannot span lines, and a space inside the value of an attribute counts.
ONE_TAG = re.compile(r"\{%(?:(?!%\}).)*%\}")
ONE_ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
MESSAGE = re.compile(r"\{% blocktranslate(?P<options>(?:(?!%\}).)*)%\}(?P<text>.*?)\{% endblocktranslate %\}", re.S)


def may_be_long(line: str) -> bool:
    return bool(ONE_TAG.fullmatch(line.strip()) or ONE_ATTRIBUTE.fullmatch(line.strip()))


def test_no_line_is_longer_than_120_columns():
    long = [
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > LINE_LENGTH and not may_be_long(line)
    ]
    assert not long


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('  {% translate "One" %}', True),
        ("  title=\"{% translate 'One' %}\"", True),
        ('{% translate "One" %}{% translate "Two" %}', False),
        ('<a title="One">', False),
        ("{% translate 'One' %} two", False),
    ],
)
def test_only_one_tag_or_one_attribute_may_be_long(line: str, expected: bool):
    assert may_be_long(line) is expected


def test_a_message_that_spans_lines_is_trimmed():
    """Otherwise its line breaks and indentation are part of what translators get."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        for message in MESSAGE.finditer(path.read_text()):
            if "\n" in message["text"]:
                assert "trimmed" in message["options"].split(), f"{path}: {message['text']}"
