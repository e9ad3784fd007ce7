"""A call list whose worker is killed, or whose database runs out of disk: the campaign stays as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.live import LivePortal, wait_for
from tests.support.own_postgres import OwnPostgres

pytestmark = pytest.mark.xdist_group("live-list-faults")
ROWS = 120_000


def campaign_with(portal: LivePortal, folder: Path, name: str) -> None:
    """One number is in the campaign already."""
    path = folder / "first.csv"
    path.write_text("phone\n+447700900001\n")
    created = ("--create", "--country", "ID", "--agent-group", "NX00000G000001", "--strategy", "Default Strategy")
    portal.json("import_call_list", str(path), "--user", "supervisor", "--campaign", name, *created)


def upload(portal: LivePortal, folder: Path, name: str) -> int:
    path = folder / "large.csv"
    path.write_text("phone\n" + "".join(f"+62812{10_000_000 + row}\n" for row in range(ROWS)))
    return int(portal.run("upload_list", path=str(path), campaign=name))


def state_of(portal: LivePortal, pk: int) -> tuple[str, int, str]:
    (row,) = portal.sql("SELECT state, accepted, error FROM campaigns_calllist WHERE id = %s", pk)
    return row  # type: ignore[return-value]


def entries(portal: LivePortal, pk: int) -> int:
    return int(portal.sql("SELECT count(*) FROM campaigns_entry WHERE call_list_id = %s", pk)[0][0])


def callable_numbers(portal: LivePortal) -> int:
    query = "SELECT count(*) FROM campaigns_entry e JOIN campaigns_calllist l ON l.id = e.call_list_id"
    return int(portal.sql(f"{query} WHERE l.state = 'ready' AND e.state = 'waiting'")[0][0])


def test_a_killed_worker_leaves_the_campaign_as_it_was_and_the_next_one_reads_the_list(
    portal: LivePortal, tmp_path: Path
) -> None:
    campaign_with(portal, tmp_path, "Killed")
    before = callable_numbers(portal)
    pk = upload(portal, tmp_path, "Killed")
    wait_for(lambda: 0 < state_of(portal, pk)[1] < ROWS, seconds=60, what="the import to be in the middle")
    portal.kill("worker")
    state, accepted, _error = state_of(portal, pk)
    assert (state, accepted < ROWS) == ("importing", True)
    assert callable_numbers(portal) == before
    portal.start_worker()
    # The job of a dead worker is noticed by its missing heartbeat.
    wait_for(lambda: state_of(portal, pk)[0] == "checked", seconds=180, what="the list to be read again")
    assert state_of(portal, pk) == ("checked", ROWS, "")
    assert entries(portal, pk) == ROWS
    assert callable_numbers(portal) == before


@pytest.fixture
def server() -> Iterator[OwnPostgres]:
    """Of its own: pages that do not fit on a full disk stay in a server's memory and fail whoever needs the room."""
    own = OwnPostgres()
    try:
        own.start()
        yield own
    finally:
        own.stop()


@pytest.fixture
def small_disk(server: OwnPostgres) -> Iterator[Path]:
    """A file system of its own in memory, beside the database's data, whose user may go there."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small tmpfs needs root, so the full disk was not tried")
    folder = server.folder / "small-disk"
    folder.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(folder)], check=False)
        if mounted.returncode:
            pytest.skip("this machine does not let root mount a tmpfs, so the full disk was not tried")
        shutil.chown(folder, server.data.owner())
        yield folder
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()


def leave_free(disk: Path, *, megabytes: int) -> None:
    size = shutil.disk_usage(disk).used // 1024 + megabytes * 1024
    subprocess.run(["mount", "-o", f"remount,size={size}k", str(disk)], check=True)


def test_a_full_disk_leaves_the_campaign_as_it_was_and_a_second_try_succeeds(
    server: OwnPostgres, small_disk: Path, tmp_path: Path
) -> None:
    live = LivePortal(tmp_path / "portal", server=server.url, tablespace=small_disk)
    try:
        live.prepare()
        live.start_worker()
        campaign_with(live, tmp_path, "Full")
        before = callable_numbers(live)
        leave_free(small_disk, megabytes=8)
        # Over a connection that is there before: a new one may have to write, and is refused on a full disk.
        with psycopg.connect(live.environment["DATABASE_URL"], autocommit=True) as watch:
            pk = upload(live, tmp_path, "Full")
            ended = "SELECT state IN ('failed', 'checked') FROM campaigns_calllist WHERE id = %s"
            wait_for(lambda: watch.execute(ended, [pk]).fetchone() == (True,), seconds=90, what="the disk to be full")
        assert state_of(live, pk)[2].startswith("The database disk is full. Nothing from this list was saved.")
        assert callable_numbers(live) == before
        wait_for(lambda: entries(live, pk) == 0, seconds=60, what="its rows to be gone")

        leave_free(small_disk, megabytes=300)
        live.run("read_list_again", pk=pk)
        wait_for(lambda: state_of(live, pk)[0] in ("checked", "failed"), seconds=120, what="the second try")
        assert state_of(live, pk) == ("checked", ROWS, "")
        assert entries(live, pk) == ROWS
    finally:
        live.stop()
