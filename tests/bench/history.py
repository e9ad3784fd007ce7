"""The list of calls: pages by key against the stock admin's COUNT, OFFSET and icontains, on the same rows."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.http import QueryDict

from dialer.models import CallRequest
from dialer.web.pagination import PAGE_SIZE, page_of
from tests.bench.table import Line, show, timed
from tests.support import builders

REPEAT = 9


def fill(rows: int) -> None:
    call = builders.make_call_request("+447700900000", state="rejected")
    names = [field.column for field in CallRequest._meta.concrete_fields if field.column != "id"]
    changed = {
        "reference": "md5(n::text)",
        "idempotency_key": "gen_random_uuid()",
        "callee": "6281200000000 + n",  # valid numbers, all different; none of them leaves this machine
        "requested_at": f"requested_at - n * {timedelta(seconds=7).total_seconds()} * interval '1 second'",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO dialer_callrequest ({', '.join(names)})"
            f" SELECT {', '.join(changed.get(name, name) for name in names)}"
            f" FROM dialer_callrequest, generate_series(1, {rows}) AS n WHERE id = %s",
            [call.pk],
        )
        cursor.execute("ANALYZE dialer_callrequest")


def run(rows: int) -> None:
    fill(rows)
    calls = CallRequest.objects.for_pages()
    newest = CallRequest.objects.latest("pk").pk
    middle = CallRequest.objects.get(pk=newest - rows // 2)
    keys = list(CallRequest.objects.order_by("-pk").values_list("pk", flat=True)[: PAGE_SIZE + 1])

    def stock(text: str = "", *, offset: int = 0) -> None:
        found = calls.filter(callee__icontains=text) if text else calls
        found.count()
        list(found.order_by("-pk")[offset : offset + 100])

    deep = QueryDict(f"before={newest - rows // 2}")
    lines = [
        Line(
            f"floor: {PAGE_SIZE + 1} rows by primary key", timed(lambda: list(calls.filter(pk__in=keys)), repeat=REPEAT)
        ),
        Line("ours: first page", timed(lambda: page_of(calls, QueryDict()), repeat=REPEAT)),
        Line("ours: page in the middle", timed(lambda: page_of(calls, deep), repeat=REPEAT)),
        Line(
            "ours: search by whole number",
            timed(lambda: page_of(calls.matching(middle.callee), QueryDict()), repeat=REPEAT),
        ),
        Line(
            "ours: search by last digits",
            timed(lambda: page_of(calls.matching(middle.callee[-7:]), QueryDict()), repeat=3),
        ),
        Line("peer: first page with COUNT", timed(stock, repeat=3)),
        Line("peer: page in the middle by OFFSET", timed(lambda: stock(offset=rows // 2), repeat=3)),
        Line("peer: search by icontains", timed(lambda: stock(middle.callee[1:]), repeat=3)),
    ]
    show(f"History: {rows:,} calls, {PAGE_SIZE} on a page", lines)
