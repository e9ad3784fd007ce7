"""A portal and AICC's sandbox in one process: what the portal asks goes there, callbacks come in as from outside."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from dialer.inbox import apply as inbox_apply
from dialer.inbox import confirm as inbox_confirm
from dialer.ledger.dispatch import dispatch
from dialer.models import CallRequest, RecordCursor
from dialer.reconcile import cursors, pull
from sandbox.app import create_app
from sandbox.config import SandboxConfig
from sandbox.state import Sandbox
from sandbox.transport import SandboxTransport
from telephony.http import transport
from tests.support import webhooks
from tests.support.builders import make_agent_phone, make_aicc_account, make_call_request

BASE = "http://aicc.sandbox.invalid"
SECRET = "test-path-0000002"
CONNECTED = f"/webhooks/aicc/{SECRET}/connected"
NO_ANSWER = "+447700900010"
ANSWERED = "+447700900001"


class Aicc:
    """The provider's side. `speed` is 0: every call ends at once. `ahead` moves its clock, in seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **config: Any) -> None:
        for name, value in {"BASE_URL": BASE, "APP_KEY": "key", "APP_SECRET": "app-secret-0001"}.items():
            monkeypatch.setenv(f"AICC_{name}", value)
        defaults = {"speed": 0, "aicc_app_key": "key", "aicc_app_secret": "app-secret-0001", "aicc_phones": ()}
        key = {"aicc_callback_key": "test-callback-key-1"}
        self.ahead = 0.0
        settings = SandboxConfig(**{**defaults, **key, **config})
        self.sandbox = Sandbox(settings, wall=lambda: time.time() + self.ahead, monotonic=self._monotonic)
        # Callbacks are delivered by hand.
        self.sandbox.callbacks.kick = lambda: None  # type: ignore[method-assign]
        self.app = create_app(sandbox=self.sandbox)
        through = partial(transport.open_client, transport=SandboxTransport(self.app))
        monkeypatch.setattr("dialer.providers.adapters.transport.open_client", through)

    def _monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def configure(self, **changes: Any) -> None:
        self.sandbox.config = replace(self.sandbox.config, **changes)

    def deliver(self, path: str | None = None) -> list[int]:
        """Each callback that is due, once, to its own address."""
        return self.sandbox.deliver_aicc_callbacks(webhooks.Door(), path)

    def asked(self, endpoint: str) -> int:
        return sum(1 for request in self.sandbox.received if request.path.endswith(endpoint))


def order(callee: str = "+447700900001", **columns: Any) -> CallRequest:
    """A call that went through the worker."""
    phone = make_agent_phone(account=make_aicc_account())
    call = make_call_request(callee, agent_phone=phone, not_before=timezone.now(), **columns)
    async_to_sync(dispatch)("call", call.pk, clock=timezone.now)
    call.refresh_from_db()
    return call


def apply() -> None:
    inbox_apply.apply_callbacks(now=timezone.now())


def confirm(**options: Any) -> int:
    return async_to_sync(inbox_confirm.confirm_callbacks)(clock=options.pop("clock", timezone.now))


def read_records() -> None:
    cursors.ensure_cursors()
    RecordCursor.objects.update(asked_at=None, next_at=None)
    async_to_sync(pull.pull_cursor)(RecordCursor.objects.get().pk, clock=timezone.now)


def push(path: str, body: bytes = b"{}") -> int:
    return webhooks.push(path, body).status_code


def seconds_to(milliseconds: int) -> float:
    """How far ahead AICC's clock has to be for that moment to have just passed."""
    return milliseconds / 1000 - timezone.now().timestamp() + 1
