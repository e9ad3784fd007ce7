"""Prepares the demo's environment: addresses of the sandbox, and secrets that only this machine knows.

Run by `make run` before anything else. What the environment or .env sets wins over it. Run again, the secrets stay.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from pathlib import Path

HEADER = """\
# Written by `make run` for the demo. Every order goes to the sandbox on this machine; no real phone rings.
# To place real calls, enter the provider's values in .env (see .env.example). They override the values below.
"""


def values(*, port: int, sandbox_port: int, kept: dict[str, str]) -> dict[str, str]:
    """The file's content; `kept` are the values it had, of which the secrets stay."""
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    portal = f"http://127.0.0.1:{port}"
    path = kept.get("NXCLOUD_WEBHOOK_PATH") or secrets.token_urlsafe(24)
    aicc_path = kept.get("AICC_WEBHOOK_PATH") or secrets.token_urlsafe(24)
    return {
        "NXCLOUD_BASE_URL": sandbox,
        "NXCLOUD_TASK_BASE_URL": sandbox,
        "NXCLOUD_ACCESS_KEY": kept.get("NXCLOUD_ACCESS_KEY") or f"AK-{secrets.token_hex(8)}",
        "NXCLOUD_ACCESS_SECRET": kept.get("NXCLOUD_ACCESS_SECRET") or secrets.token_hex(20),
        "NXCLOUD_WEBHOOK_TOKEN": kept.get("NXCLOUD_WEBHOOK_TOKEN") or secrets.token_hex(20),
        "NXCLOUD_WEBHOOK_PATH": path,
        # The sandbox takes AICC's keys from the same names. Agents' passwords are in the database.
        "AICC_BASE_URL": sandbox,
        "AICC_APP_KEY": kept.get("AICC_APP_KEY") or secrets.token_hex(16),
        "AICC_APP_SECRET": kept.get("AICC_APP_SECRET") or secrets.token_hex(20),
        "AICC_CALLBACK_KEY": kept.get("AICC_CALLBACK_KEY") or secrets.token_hex(20),
        "AICC_WEBHOOK_PATH": aicc_path,
        "CCGATEWAY_BASE_URL": f"{sandbox}/agentgateway/resource",
        "SANDBOX_AICC_CONNECTED_URL": f"{portal}/webhooks/aicc/{aicc_path}/connected",
        "PORTAL_PUBLIC_URL": portal,
        "SANDBOX_PORT": str(sandbox_port),
        "SANDBOX_WEBHOOK_URL": f"{portal}/webhooks/nxcloud/{path}/call-record",
    }


def read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = (line.partition("=") for line in path.read_text().splitlines() if not line.startswith("#"))
    return {name: value for name, _, value in lines}


def write(path: Path, content: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(HEADER + "".join(f"{name}={value}\n" for name, value in content.items()))


def refuse_taken(port: int, *, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(
                f"Port {port} is in use. Stop the program that uses it, or choose another port: make run "
                f"{option}={port + 1}"
            )


def main() -> None:
    port, sandbox_port = int(sys.argv[1]), int(sys.argv[2])
    refuse_taken(port, option="PORT")
    refuse_taken(sandbox_port, option="SANDBOX_PORT")
    root = Path(__file__).resolve().parent.parent
    path = Path(os.environ.get("PORTAL_VAR_DIR", root / "var")) / "demo.env"
    write(path, values(port=port, sandbox_port=sandbox_port, kept=read(path)))


if __name__ == "__main__":
    main()
