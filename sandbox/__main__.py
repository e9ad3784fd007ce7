"""`python -m sandbox`: the simulator on 127.0.0.1, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
from collections.abc import Mapping

from sandbox.app import create_app
from sandbox.config import from_environment, read_env_file
from sandbox.server import serve

HOST = "127.0.0.1"
DEFAULT_PORT = 8010


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, help=f"0 chooses a free one (default: SANDBOX_PORT, else {DEFAULT_PORT})")
    parser.add_argument("--env-file", help="lines NAME=value; what the environment sets already wins")
    options = parser.parse_args()
    environ = {**(read_env_file(options.env_file) if options.env_file else {}), **os.environ}
    port = int(environ.get("SANDBOX_PORT") or DEFAULT_PORT) if options.port is None else options.port
    logging.basicConfig(level=logging.INFO, format="sandbox %(levelname)s %(message)s")
    # httpx logs each request at INFO, which would be a line for every push.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(_serve(port, environ))
    except OSError as error:
        parser.exit(1, f"sandbox: cannot listen on port {port}: {error.strerror}\n")


async def _serve(port: int, environ: Mapping[str, str]) -> None:
    app = create_app(from_environment(environ))

    def started(port: int) -> None:
        address = f"http://{HOST}:{port}"
        if "SANDBOX_RECORDING_BASE" not in environ:
            app.sandbox.known_as(address)
        print(f"sandbox listening on {address}", flush=True)

    try:
        await serve(app, host=HOST, port=port, started=started)
    finally:
        await app.sandbox.stop()


if __name__ == "__main__":
    main()
