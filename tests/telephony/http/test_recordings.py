"""Recordings: from the sandbox on a real socket, and everything that must not be fetched."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telephony.http import recordings
from telephony.http.pinned_address import open_client
from telephony.http.public_address import AllowedHost, is_public
from telephony.http.recordings import RecordingError, fetch
from telephony.http.transport import Timeouts
from tests.support.sandbox_client import DIALOUT, dialout, signed_headers
from tests.support.sandbox_process import start, stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from telephony.http.public_address import IPAddress

PUBLIC = "93.184.215.14"
URL = "https://records.example.com/a/secret-path.mp3?sign=abc"
SOUND = {"Content-Type": "audio/mpeg"}


@pytest.fixture(scope="module")
def sandbox_port() -> Iterator[int]:
    process, port = start()
    yield port
    stop(process)


def recording_url(port: int) -> str:
    body = json.dumps(dialout()).encode()
    headers = signed_headers(DIALOUT, body, now_ms=int(time.time() * 1000))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        client.post(DIALOUT, content=body, headers=headers)
        url: str = client.get("/_sandbox/received").json()["records"][-1]["recordUrl"]
    return url


@pytest.mark.asyncio
async def test_the_sandbox_has_a_recording(sandbox_port: int) -> None:
    url = recording_url(sandbox_port)
    async with (
        open_client() as client,
        await fetch(url, client=client, allowed_hosts=[f"127.0.0.1:{sandbox_port}"]) as recording,
    ):
        sound = b"".join([chunk async for chunk in recording])

    assert recording.content_type == "audio/wav"
    assert recording.length == len(sound)
    assert sound[:4] == b"RIFF"


@pytest.mark.asyncio
async def test_a_recording_that_is_not_there(sandbox_port: int) -> None:
    url = f"http://127.0.0.1:{sandbox_port}/recordings/none.wav"
    async with open_client() as client:
        with pytest.raises(
            RecordingError, match=r"HTTP 404\. The recording has been deleted or is not available yet"
        ) as caught:
            await fetch(url, client=client, allowed_hosts=[f"127.0.0.1:{sandbox_port}"])
    assert caught.value.code == "status"


@asynccontextmanager
async def answering(*answers: bytes, pause: float = 0) -> AsyncIterator[str]:
    """A host on this machine that sends these pieces of an answer to each request, `pause` seconds apart."""

    handlers: set[asyncio.Task[None] | None] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.current_task())
        try:
            await reader.readuntil(b"\r\n\r\n")
            for answer in answers:
                writer.write(answer)
                await asyncio.sleep(pause)
            if not answers:
                await reader.read()
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for handler in handlers:
            assert handler is not None
            handler.cancel()
        await asyncio.gather(*filter(None, handlers))


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


async def read_from(host: str, **options: Any) -> bytes:
    async with open_client(timeouts=Timeouts(read=0.3)) as client:
        recording = await fetch(f"http://{host}/secret-path", client=client, allowed_hosts=[host], **options)
        async with recording:
            return b"".join([chunk async for chunk in recording])


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["audio/mpeg", "Audio/X-WAV; rate=8000", "application/octet-stream"])
async def test_sound_is_taken(kind: str) -> None:
    async with answering(head(f"Content-Type: {kind}", "Content-Length: 4") + b"toot") as host:
        assert await read_from(host) == b"toot"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (head("Content-Type: text/html", "Content-Length: 0"), "type"),
        (head("Content-Type: audio/<script>", "Content-Length: 0"), "type"),
        (head("Content-Length: 0"), "type"),
        (head("Content-Type: audio/mpeg", "Content-Encoding: gzip", "Content-Length: 0"), "type"),
        (head("Content-Type: audio/mpeg", "Content-Length: 0", status="403 Forbidden"), "status"),
        (head("Content-Type: audio/mpeg", "Content-Length: 0", status="206 Partial Content"), "status"),
        (head("Content-Type: audio/mpeg", "Content-Length: 11"), "size"),
        (head("Content-Type: audio/mpeg") + b"x" * 11, "size"),
        (head("Content-Type: audio/mpeg", "Content-Length: 9") + b"x", "connection"),
        (head("Location: http://127.0.0.1:1/x", "Content-Length: 0", status="302 Found"), "redirect"),
        (head("Location: http://[", "Content-Length: 0", status="302 Found"), "redirect"),
        (head("Location: /secret-path", "Content-Length: 0", status="307 Temporary Redirect"), "redirect"),
        (head("Content-Length: 0", status="301 Moved Permanently"), "redirect"),
        (b"not http\r\n\r\n", "connection"),
        (b"", "connection"),
    ],
)
async def test_everything_else_is_refused(answer: bytes, code: str) -> None:
    async with answering(answer) as host:
        with pytest.raises(RecordingError) as caught:
            await read_from(host, max_bytes=10)

    assert caught.value.code == code
    assert "secret-path" not in str(caught.value)
    assert caught.value.message.endswith(".")


@pytest.mark.asyncio
async def test_a_host_that_does_not_answer() -> None:
    async with answering() as host:
        with pytest.raises(RecordingError, match="too long") as caught:
            await asyncio.wait_for(read_from(host), 3)
    assert caught.value.code == "timeout"


@pytest.mark.asyncio
async def test_a_recording_that_trickles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "TOTAL_WAIT", 0.3)
    async with answering(head("Content-Type: audio/mpeg"), *[b"x"] * 50, pause=0.05) as host:
        with pytest.raises(RecordingError, match=r"cut off.*too long"):
            await read_from(host)


class Host:
    """Hosts that are not on this machine: answers by URL, and names that resolve as it is told."""

    def __init__(self, *answers: httpx.Response, addresses: list[str] | None = None) -> None:
        self.answers = list(answers) or [httpx.Response(200, headers=SOUND, content=b"toot")]
        self.addresses = [PUBLIC] if addresses is None else addresses
        self.requests: list[httpx.Request] = []
        self.unreachable: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.host in self.unreachable:
            raise httpx.ConnectError("refused")
        return self.answers.pop(0)

    async def resolve(self, host: str, port: int) -> list[IPAddress]:
        return [ip_address(address) for address in self.addresses]

    async def fetch(self, url: str = URL, allowed: tuple[str, ...] = ("records.example.com",)) -> bytes:
        async with (
            httpx.AsyncClient(transport=httpx.MockTransport(self)) as client,
            await fetch(url, client=client, allowed_hosts=frozenset(allowed), resolve=self.resolve) as recording,
        ):
            return b"".join([chunk async for chunk in recording])


@pytest.mark.asyncio
async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    host = Host()

    assert await host.fetch() == b"toot"

    (request,) = host.requests
    assert str(request.url) == f"https://{PUBLIC}/a/secret-path.mp3?sign=abc"
    assert request.headers["Host"] == "records.example.com"
    assert request.extensions["sni_hostname"] == "records.example.com"
    assert "cookie" not in request.headers
    assert "referer" not in request.headers


@pytest.mark.asyncio
async def test_the_next_address_is_tried_where_one_takes_no_connection() -> None:
    host = Host(addresses=["2606:2800:21f:cb07:6820:80da:af6b:8b2c", PUBLIC])
    host.unreachable = {"2606:2800:21f:cb07:6820:80da:af6b:8b2c"}

    assert await host.fetch() == b"toot"
    assert len(host.requests) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.8"],
        ["192.168.1.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["::1"],
        ["fd00::1"],
        ["fe80::1"],
        ["::ffff:10.0.0.8"],
        ["64:ff9b::a00:8"],
        ["2002:a00:8::1"],
        [PUBLIC, "10.0.0.8"],
        [],
    ],
)
async def test_a_name_that_leads_into_a_private_network_is_not_asked(addresses: list[str]) -> None:
    host = Host(addresses=addresses)

    with pytest.raises(RecordingError, match="private network") as caught:
        await host.fetch()

    assert (host.requests, caught.value.code) == ([], "private")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://records.example.com/x", "address"),
        ("ftp://records.example.com/x", "address"),
        ("file:///etc/passwd", "address"),
        ("//records.example.com/x", "address"),
        ("/x", "address"),
        ("", "address"),
        ("https://records.example.com\n/x", "address"),
        ("https://user:secret@records.example.com/x", "address"),
        ("https://records.example.com@evil.example/x", "address"),
        ("https://records.example.com\\@evil.example/x", "address"),
        ("https://records.example.com:8443/x", "host"),
        ("https://records.example.com:0/x", "host"),
        ("https://evil.example/records.example.com", "host"),
        ("https://evilrecords.example.com/x", "host"),
        ("https://sub.records.example.com/x", "host"),
        ("https://records.example.com./x", "host"),
        ("https://127.0.0.1/x", "host"),
        ("https://[::1]/x", "host"),
        ("https://0x7f.1/x", "host"),
    ],
)
async def test_an_address_that_is_not_allowed_is_not_asked(url: str, code: str) -> None:
    host = Host()

    with pytest.raises(RecordingError) as caught:
        await host.fetch(url)

    assert (host.requests, caught.value.code) == ([], code)
    assert "secret" not in str(caught.value)
    assert not url or url not in str(caught.value)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example.net/x",
        "https://a.b.example.org/x",
        "https://RECORDS.example.com:443/x",
        "https://bücher.example.org/x",
    ],
)
async def test_what_an_entry_covers(url: str) -> None:
    allowed = ("cdn.example.net", ".example.org", "records.example.com")

    assert await Host().fetch(url, allowed) == b"toot"


def test_entries_of_an_allow_list() -> None:
    assert AllowedHost.parse(" Records.Example.com ") == AllowedHost("records.example.com", None)
    assert AllowedHost.parse("127.0.0.1:8010") == AllowedHost("127.0.0.1", 8010)
    assert AllowedHost.parse(".example.com:8443") == AllowedHost(".example.com", 8443)
    assert AllowedHost.parse("[::1]:8010") == AllowedHost("::1", 8010)
    assert AllowedHost.parse("[::1]") == AllowedHost("::1", None)
    assert not AllowedHost(".example.com", None).covers("example.com", 443, usual_port=443)
    assert not AllowedHost("a.test", 8443).covers("a.test", 443, usual_port=443)


@pytest.mark.parametrize(
    "entry", ["", ".", " ", ":443", "[]", "host:https", "host:", "::1", "*.example.com", "https://a.test", "a b"]
)
def test_entries_that_are_none(entry: str) -> None:
    with pytest.raises(ValueError, match="each allowed host must be"):
        AllowedHost.parse(entry)


@pytest.mark.asyncio
async def test_no_address_takes_a_connection() -> None:
    host = Host()
    host.unreachable = {PUBLIC}

    with pytest.raises(RecordingError, match="the connection failed") as caught:
        await host.fetch()
    assert caught.value.code == "connection"


def redirect(location: str) -> httpx.Response:
    return httpx.Response(302, headers={"Location": location})


@pytest.mark.asyncio
async def test_one_redirect_to_an_allowed_host_is_followed() -> None:
    host = Host(redirect("https://cdn.example.net/file?sign=1"), httpx.Response(200, headers=SOUND, content=b"toot"))

    assert await host.fetch(allowed=("records.example.com", "cdn.example.net")) == b"toot"
    assert [request.headers["Host"] for request in host.requests] == ["records.example.com", "cdn.example.net"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/secret",
        "http://records.example.com/secret",
        "https://u:p@records.example.com/secret",
        "http://127.0.0.1:8010/secret",
        "file:///secret",
    ],
)
async def test_a_redirect_to_anything_else_is_not_followed(location: str) -> None:
    host = Host(redirect(location))

    with pytest.raises(RecordingError) as caught:
        await host.fetch(allowed=("records.example.com", "127.0.0.1:8010"))

    assert (len(host.requests), caught.value.code) == (1, "redirect")
    assert "secret" not in str(caught.value)


@pytest.mark.asyncio
async def test_an_unknown_name() -> None:
    async def nobody(host: str, port: int) -> list[IPAddress]:
        raise OSError("no such name")

    async with open_client() as client:
        with pytest.raises(RecordingError, match="cannot be resolved") as caught:
            await fetch(URL, client=client, allowed_hosts=["records.example.com"], resolve=nobody)
    assert caught.value.code == "connection"


@pytest.mark.asyncio
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_this_machine_is_found_by_name_and_address(host: str) -> None:
    async with answering(head("Content-Type: audio/mpeg", "Content-Length: 4") + b"toot") as place:
        port = place.rpartition(":")[2]
        assert await read_from(f"{host}:{port}") == b"toot"


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))
