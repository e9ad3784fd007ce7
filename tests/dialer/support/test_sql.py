from __future__ import annotations

import pytest
from django.db import connection

from dialer.support.sql import COPY_NULL, escape_for_copy

ODD_TEXTS = ["plain", "", "ü 牛 😀", "a\tb", "a\nb", "a\r\nb", r"C:\new\table", COPY_NULL, r"\.", "\\\t\n\r", "a\\"]


@pytest.mark.django_db
def test_texts_come_through_copy_as_they_were():
    cells = escape_for_copy(ODD_TEXTS)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (place int, text text) ON COMMIT DROP")
        with cursor.copy("COPY copied FROM STDIN") as target:
            target.write("".join(f"{place}\t{cell}\n" for place, cell in enumerate(cells)))
        cursor.execute("SELECT text FROM copied ORDER BY place")
        assert [text for (text,) in cursor.fetchall()] == ODD_TEXTS


def test_a_nul_becomes_a_space_and_plain_texts_stay_the_same_object():
    assert escape_for_copy(["a\x00b", "\x00"]) == ["a b", " "]
    plain = ["a", "b"]
    assert escape_for_copy(plain) is plain
