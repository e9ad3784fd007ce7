"""TLS and receivers that misbehave, over real connections on this machine."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dialer.notices import http_post
from dialer.notices.http_post import PostResult
from dialer.support import webhook_address

LINE = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def _this_machine(settings: Any) -> None:
    settings.PORTAL_WEBHOOK_LOOPBACK = True


def certificate(folder: Path, host: str) -> Path:
    """Of its own signature, for this host name, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    words = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(*words) + made.public_bytes(serialization.Encoding.PEM))
    return path


async def post_to(
    answer: bytes, *, url: str, pem: Path | None = None, seconds: float = 0.0
) -> tuple[PostResult, bytes]:
    """What the portal makes of a receiver that answers so, and what the receiver read. {port} stands in the address."""
    heard, over = bytearray(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heard.extend(await reader.readuntil(b"\r\n\r\n"))
            await asyncio.sleep(seconds)
            writer.write(answer)
            await writer.drain()
        finally:
            writer.close()
            over.set()

    server_tls = client_tls = None
    if pem:
        server_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        server_tls.load_cert_chain(pem)
        client_tls = ssl.create_default_context(cafile=str(pem))
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_tls)
    port = server.sockets[0].getsockname()[1]
    async with server, http_post.open_client(verify=client_tls or True) as client:
        result = await http_post.post(client, url.format(port=port), b"{}", {"webhook-id": "msg_1"})
        if heard:
            await asyncio.wait_for(over.wait(), 5)
            await asyncio.sleep(0.05)  # the socket closes in a turn of its own
    return result, bytes(heard)


def test_tls_is_checked_against_the_name_not_the_address(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "localhost")
    reply = LINE + b"Content-Length: 2\r\n\r\nok"
    answer, heard = asyncio.run(post_to(reply, url="https://localhost:{port}/hook", pem=pem))
    assert answer == PostResult(200, "ok")
    assert b"Host: localhost:" in heard
    assert b"webhook-id: msg_1" in heard


def test_a_certificate_for_another_name_gets_nothing(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "other.example")
    answer, heard = asyncio.run(post_to(LINE, url="https://localhost:{port}/", pem=pem))
    assert answer == PostResult(None, "The connection failed (ConnectError).")
    assert heard == b""


def test_an_answer_that_takes_too_long_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_post, "TOTAL_SECONDS", 0.3)
    answer, heard = asyncio.run(post_to(LINE, url="http://127.0.0.1:{port}/", seconds=1))
    assert answer == PostResult(None, "No answer in time.")
    assert heard


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (b"not http\r\n\r\n", PostResult(None, "The connection failed (RemoteProtocolError).")),
        (b"", PostResult(None, "The connection failed (RemoteProtocolError).")),
        (LINE + b"Content-Length: 10\r\n\r\nbroken", PostResult(200, "broken")),
        (LINE + b"\r\n" + b"x" * 100_000, PostResult(200, "x" * http_post.KEPT_CHARACTERS)),
        (LINE + b"Content-Length: 3\r\n\r\n\xff\x00\n", PostResult(200, "\ufffd\ufffd")),
    ],
    ids=["no http", "nothing", "cut off", "endless", "no text"],
)
def test_receivers_that_misbehave(reply: bytes, wanted: PostResult) -> None:
    answer, _heard = asyncio.run(post_to(reply, url="http://127.0.0.1:{port}/"))
    assert answer == wanted


def test_a_name_with_a_private_address_behind_it_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the name leads to is what counts, whatever its words, and every one of its addresses."""

    async def resolve(host: str, port: int) -> list[Any]:
        return [ip_address("93.184.216.34"), ip_address("10.0.0.7")]

    monkeypatch.setattr(webhook_address, "resolve", resolve)
    answer, heard = asyncio.run(post_to(LINE, url="https://hooks.example:{port}/"))
    assert answer.status is None
    assert "private network" in answer.text
    assert heard == b""
