"""What a sandbox is told when it starts. Only `from_environment` looks at the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox import huawei_config
from sandbox.huawei_config import HuaweiConfig


@dataclass(frozen=True, kw_only=True)
class SandboxConfig(HuaweiConfig):
    """The credentials it expects, where it pushes call records, and how fast simulated time runs."""

    access_key: str = "AK-sandbox"
    access_secret: str = "sandbox-secret"
    webhook_url: str = ""
    """Where call records are pushed; empty means that nothing is pushed."""
    webhook_token: str = "sandbox-token"
    speed: float = 1.0
    """Seconds per simulated phase of a call; 0 ends every call at once."""
    slow_seconds: float = 30.0
    push_attempts: int = 5
    push_retry_seconds: float = 1.0
    """Wait before the second push of a record; doubles with each further one."""
    recording_base: str = ""
    """Under which address recordings are reached; empty: records name none."""
    answer_seconds: float = 0.0
    """How long every order waits for its answer."""
    lose_answers: float = 0.0
    """Share of taken orders whose connection is reset in place of an answer."""
    callback_delay: Sequence[float] = (0.0, 0.0)
    """Seconds, least and most, by which a push comes late."""
    callback_twice: float = 0.0
    """Share of records that are pushed a second time."""
    seed: int = 0
    """Decides whose answer is lost, and the like."""


def read_env_file(path: str) -> dict[str, str]:
    """NAME=value lines; blank lines and comments are skipped. Raises OSError when the file cannot be read."""
    lines = Path(path).read_text().splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def from_environment(environ: Mapping[str, str]) -> SandboxConfig:
    """Raises ValueError when a number is not one."""
    default = SandboxConfig()

    def text(name: str, fallback: str) -> str:
        # The portal's own variable comes second: started in one environment, both agree without another setting.
        return environ.get(f"SANDBOX_{name}") or environ.get(f"NXCLOUD_{name}") or fallback

    return SandboxConfig(
        access_key=text("ACCESS_KEY", default.access_key),
        access_secret=text("ACCESS_SECRET", default.access_secret),
        webhook_url=environ.get("SANDBOX_WEBHOOK_URL", default.webhook_url),
        webhook_token=text("WEBHOOK_TOKEN", default.webhook_token),
        speed=_seconds(environ, "SANDBOX_SPEED", default.speed),
        slow_seconds=_seconds(environ, "SANDBOX_SLOW_SECONDS", default.slow_seconds),
        recording_base=environ.get("SANDBOX_RECORDING_BASE", default.recording_base),
        **huawei_config.from_names(environ),
    )


def _seconds(environ: Mapping[str, str], name: str, fallback: float) -> float:
    raw = environ.get(name) or str(fallback)
    try:
        value = float(raw)
    except ValueError:
        raise ValueError(f"{name} must be a number of seconds, not {raw!r}") from None
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} must be 0 or more, not {raw!r}")
    return value
