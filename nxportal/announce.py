"""Says where the demo is and who may sign in, once the portal answers. Run by `make run` beside the servers."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 60.0
"""Seconds until it says that the portal did not come up."""


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def main() -> None:
    url = f"http://127.0.0.1:{sys.argv[1]}"
    deadline = time.monotonic() + PATIENCE
    while not answers(url):
        if time.monotonic() > deadline:
            sys.exit(f"The portal does not respond at {url}; see the messages above.")
        time.sleep(0.2)
    time.sleep(1)  # let the other processes say their first lines before these last ones
    root = Path(__file__).resolve().parent.parent
    users = json.loads((Path(os.environ.get("PORTAL_VAR_DIR", root / "var")) / "demo_users.json").read_text())
    print(f"\n  NX Portal is ready:  {url}\n", flush=True)
    for username, password in users.items():
        print(f"    {username:<14} {password}", flush=True)
    print("\n  Calls go to the sandbox unless .env says otherwise. Ctrl-C stops everything.\n", flush=True)


if __name__ == "__main__":
    main()
