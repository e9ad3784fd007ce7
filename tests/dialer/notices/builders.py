"""A target, and a receiver on this machine that keeps what it was sent and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dialer.models import Level, NoticeEvent, Notification, WebhookTarget
from dialer.models.notices import FOR_WEBHOOKS
from tests.support.builders import NOW


def make_target(name: str = "Desk", *, url: str = "https://hooks.example/nx", **columns: Any) -> WebhookTarget:
    columns = {"events": [str(event) for event in FOR_WEBHOOKS], **columns}
    return WebhookTarget.objects.create(name=name, url=url, **columns)


def make_notification(title: str = "Campaign Autumn started", **columns: Any) -> Notification:
    columns = {"event": NoticeEvent.CAMPAIGN_STARTED, "level": Level.INFO, "created_at": NOW, **columns}
    return Notification.objects.create(title=title, **columns)


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`statuses` are answered one after the other; the last one goes on for ever."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [204])
    words: bytes = b""
    location: str = ""
    received: list[Received] = field(default_factory=list)

    def next_status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            self.send_response(receiver.next_status())
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", str(len(receiver.words)))
            self.end_headers()
            self.wfile.write(receiver.words)

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
