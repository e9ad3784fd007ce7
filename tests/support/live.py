"""A whole portal in processes of its own, as a person would start it: database, worker, sandbox, web server.

Everything is on 127.0.0.1 and in a database of its own; `stop()` ends every process by its pid.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from tests.support import migrated

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "NXCLOUD_ACCESS_KEY": "AK-live-test",
    "NXCLOUD_ACCESS_SECRET": "live-test-secret",
    "NXCLOUD_WEBHOOK_TOKEN": "live-test-token",
    "NXCLOUD_WEBHOOK_PATH": "live-test-path-0001",
    "AICC_APP_KEY": "live-test-app-key",
    "AICC_APP_SECRET": "live-test-app-secret",
    "AICC_CALLBACK_KEY": "live-test-callback-key",
    "AICC_WEBHOOK_PATH": "live-test-path-0002",
}
PREFIXES = ("NXCLOUD", "AICC", "CCGATEWAY", "SANDBOX")
ALWAYS = ", ".join(
    f"{day} = '00:00-24:00'" for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], *, seconds: float = 30, what: str = "") -> Any:
    """Polls until the condition holds and returns its value; fails with `what` when it never does."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or condition}"
        time.sleep(0.1)


def url_of(database: str, *, server: str = "") -> str:
    """A database of this server (any URL of it), else of the one that the tests share."""
    parts = urlsplit(server or os.environ["DATABASE_URL"])
    return parts._replace(path=f"/{database}").geturl()


class LivePortal:
    def __init__(self, folder: Path, *, server: str = "", tablespace: Path | None = None, **environment: str) -> None:
        """`server` is a URL of another database server than the tests share.

        `tablespace` is an empty folder of the server's own user, where all tables go.
        """
        self.server = server
        self.folder = folder
        self.folder.mkdir(exist_ok=True)
        self.database = f"live_{uuid.uuid4().hex[:12]}"
        self.web_port, self.sandbox_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.web_port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self.webhook_url = f"{self.url}/webhooks/nxcloud/{SECRETS['NXCLOUD_WEBHOOK_PATH']}/call-record"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.tablespace = f"space_{self.database}" if tablespace else ""
        if tablespace:
            self._admin(f"CREATE TABLESPACE {self.tablespace} LOCATION '{tablespace}'")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)},
            **SECRETS,
            "DJANGO_SETTINGS_MODULE": "nxportal.settings",
            "DATABASE_URL": self._url_of(self.database),
            "PORTAL_VAR_DIR": str(folder),
            "PORTAL_PUBLIC_URL": self.url,
            "NXCLOUD_BASE_URL": self.sandbox_url,
            "NXCLOUD_TASK_BASE_URL": self.sandbox_url,
            "AICC_BASE_URL": self.sandbox_url,
            "CCGATEWAY_BASE_URL": f"{self.sandbox_url}/agentgateway/resource",
            "SANDBOX_WEBHOOK_URL": self.webhook_url,
            "SANDBOX_AICC_CONNECTED_URL": f"{self.url}/webhooks/aicc/{SECRETS['AICC_WEBHOOK_PATH']}/connected",
            "SANDBOX_SPEED": "0.1",
            **environment,
        }
        space = self.tablespace or "pg_default"
        migrated.create(self._url_of("postgres"), self.database, tablespace=space, migrate=self._migrate)

    # Database

    def _url_of(self, database: str) -> str:
        return url_of(database, server=self.server)

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self._url_of("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def sql(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def _migrate(self, database: str) -> None:
        done = self.manage("migrate", "--verbosity", "0", DATABASE_URL=self._url_of(database))
        assert done.returncode == 0, done.stderr

    # Commands

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        done = self.manage(*arguments)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def run(self, function: str, **options: Any) -> Any:
        """A function of tests/support/in_portal.py."""
        script = (
            f"import json\nfrom tests.support import in_portal\nprint(json.dumps(in_portal.{function}(**{options!r})))"
        )
        return self.json("shell", "--no-imports", "-c", script)

    def prepare(self) -> dict[str, Any]:
        """Demo data. Calls are allowed at every hour, whenever the tests run."""
        self.sql("DELETE FROM dialer_countryprofile WHERE country <> ''")
        self.sql("DELETE FROM dialer_regionrule")
        self.sql(
            f"UPDATE dialer_countryprofile SET {ALWAYS}, attempts_per_day = 0, hours_after_abandoned = 0,"
            " closed_on_holidays = FALSE"
        )
        self.seeded: dict[str, Any] = self.json("seed_demo", "--json")
        return self.seeded

    # Processes

    def end(self, name: str) -> None:
        """SIGTERM, and wait."""
        process = self.processes.pop(name)
        process.terminate()
        process.wait(timeout=20)

    def start_sandbox(self) -> None:
        self._start("sandbox", [sys.executable, "-m", "sandbox", "--port", str(self.sandbox_port)])
        wait_for(lambda: _answers(f"{self.sandbox_url}/healthz"), what="sandbox")

    def start_worker(self, name: str = "worker") -> int:
        return self._start(name, [sys.executable, "manage.py", "procrastinate", "worker"])

    def start_web(self) -> None:
        collected = self.manage("collectstatic", "--no-input", "--verbosity", "0")
        assert collected.returncode == 0, collected.stderr
        granian = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
        self._start(
            "web",
            [
                *(*granian, "--port", str(self.web_port), "--no-ws", "--log-level", "error"),
                *("--blocking-threads", "32", "nxportal.wsgi:application"),
            ],
        )
        wait_for(lambda: _answers(f"{self.url}/healthz"), what="web server")

    def _start(self, name: str, command: list[str]) -> int:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.processes[name] = process
        return process.pid

    def has_ended(self, name: str) -> bool:
        """Whether it went away by itself."""
        return self.processes[name].poll() is not None

    def kill(self, name: str) -> None:
        """SIGKILL, as a crash would: no handler runs, of the web server's own workers neither."""
        process = self.processes.pop(name)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(signal.SIGKILL)
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._admin(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        if self.tablespace:
            self._admin(f"DROP TABLESPACE {self.tablespace}")

    # Sandbox

    def control(self, endpoint: str, **body: Any) -> Any:
        return httpx.post(f"{self.sandbox_url}/_sandbox/{endpoint}", json=body).raise_for_status().json()

    def received(self) -> dict[str, Any]:
        return httpx.get(f"{self.sandbox_url}/_sandbox/received").raise_for_status().json()  # type: ignore[no-any-return]

    def ledger(self) -> dict[str, Any]:
        """The totals of what the provider took, whatever it answered."""
        return httpx.get(f"{self.sandbox_url}/_sandbox/ledger").raise_for_status().json()  # type: ignore[no-any-return]

    def orders_rate(self) -> dict[str, Any]:
        """How many orders arrived, the most of them in one second, and the seconds from the first to the last."""
        return httpx.get(f"{self.sandbox_url}/_sandbox/rate").raise_for_status().json()  # type: ignore[no-any-return]

    def requests_for(self, callee: str) -> int:
        """How many dial-out requests named this callee, whatever became of them."""
        digits = callee.removeprefix("+")
        bodies = (request.get("body") for request in self.received()["received"])
        return sum(1 for body in bodies if isinstance(body, dict) and body.get("callee") == digits)

    def log_of(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.TransportError:
        return False
