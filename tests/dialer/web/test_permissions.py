"""Who may do what on the call pages: four people at every door."""

from __future__ import annotations

import pytest
from django.test import Client

from dialer.models import CallRequest, State
from tests.support.builders import NOW, make_call_request

pytestmark = pytest.mark.django_db

OPEN, DONE, DOUBT = "a" * 32, "b" * 32, "c" * 32

# method, path, what a supervisor gets, what an auditor gets
DOORS = [
    ("get", "/calls/", 200, 200),
    ("get", f"/calls/{OPEN}/", 200, 200),
    ("get", "/calls/in-doubt/", 200, 200),
    ("get", "/calls/new/", 200, 403),
    ("post", "/calls/new/", 422, 403),
    ("post", "/calls/new/preview/", 422, 403),
    ("post", f"/calls/{OPEN}/cancel/", 302, 403),
    ("get", f"/calls/{DONE}/again/", 200, 403),
    ("post", f"/calls/{DONE}/again/", 422, 403),
    ("post", f"/calls/in-doubt/call/{DOUBT}/", 422, 403),
]
READ_ONLY = ["/calls/", f"/calls/{OPEN}/", "/calls/in-doubt/"]
WRITE_ONLY = ["/calls/new/preview/", f"/calls/{OPEN}/cancel/", f"/calls/in-doubt/call/{DOUBT}/"]


@pytest.fixture(autouse=True)
def _calls(db: None) -> None:
    make_call_request("+447700900001", reference=OPEN)
    make_call_request("+447700900002", reference=DONE, state=State.REJECTED, closed_at=NOW)
    make_call_request("+447700900003", reference=DOUBT, state=State.IN_DOUBT)


def states() -> list[str]:
    return list(CallRequest.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(("method", "path", "supervisor", "auditor"), DOORS)
class TestDoors:
    def test_anonymous_is_sent_to_sign_in(self, method: str, path: str, supervisor: int, auditor: int) -> None:
        response = getattr(Client(), method)(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/?next=/calls/")
        fragment = getattr(Client(), method)(path, headers={"HX-Request": "true"})
        assert fragment["HX-Redirect"].startswith("/account/login/")

    def test_a_stranger_is_refused(
        self, stranger_client: Client, method: str, path: str, supervisor: int, auditor: int
    ) -> None:
        assert getattr(stranger_client, method)(path).status_code == 403
        assert states() == [State.PENDING, State.REJECTED, State.IN_DOUBT]

    def test_an_auditor_reads(
        self, auditor_client: Client, method: str, path: str, supervisor: int, auditor: int
    ) -> None:
        assert getattr(auditor_client, method)(path).status_code == auditor
        assert states() == [State.PENDING, State.REJECTED, State.IN_DOUBT]

    def test_a_supervisor_does_all(
        self, supervisor_client: Client, method: str, path: str, supervisor: int, auditor: int
    ) -> None:
        assert getattr(supervisor_client, method)(path).status_code == supervisor


@pytest.mark.parametrize("path", READ_ONLY)
def test_pages_that_read_take_no_post(supervisor_client: Client, path: str) -> None:
    assert supervisor_client.post(path).status_code == 405


@pytest.mark.parametrize("path", WRITE_ONLY)
def test_what_changes_something_takes_no_get(supervisor_client: Client, path: str) -> None:
    assert supervisor_client.get(path).status_code == 405
