"""What can be changed while the sandbox runs, and what each setting may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any

from sandbox import huawei_config
from sandbox.config import SandboxConfig

Check = Callable[[Any], str | None]
"""What is wrong with a value, None when nothing is."""


def checked(changes: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError that names the first wrong one."""
    unknown = changes.keys() - SETTINGS.keys()
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(SETTINGS)}")
    for name, value in changes.items():
        if wrong := SETTINGS[name](value):
            raise ValueError(f"{name} {wrong}")
    return changes


def visible_settings(config: SandboxConfig) -> dict[str, Any]:
    """All settings but the secret ones."""
    return {name: getattr(config, name) for name in SETTINGS if name not in SECRETS}


def _web_address(value: Any) -> str | None:
    valid = value == "" or (isinstance(value, str) and value.startswith(("http://", "https://")))
    return None if valid else "must be an http or https address, or empty"


def _token(value: Any) -> str | None:
    return None if isinstance(value, str) else "must be a string"


def _seconds(value: Any) -> str | None:
    return None if type(value) in (int, float) and 0 <= value < float("inf") else "must be 0 or more seconds"


def _share(value: Any) -> str | None:
    return None if type(value) in (int, float) and 0 <= value <= 1 else "must be a share from 0 to 1"


def _span(value: Any) -> str | None:
    pair = isinstance(value, list) and len(value) == 2 and not any(_seconds(part) for part in value)
    return None if pair and value[0] <= value[1] else "must be two numbers of seconds, the smaller one first"


def _whole_number(value: Any) -> str | None:
    return None if type(value) is int else "must be a whole number"


SECRETS = ("webhook_token", *huawei_config.SECRETS)

HUAWEI_SETTINGS: dict[str, Check] = {
    field.name: partial(huawei_config.complaint, field.name)
    for field in fields(huawei_config.HuaweiConfig)
    if field.name not in huawei_config.FIXED
}

SETTINGS: dict[str, Check] = {
    "webhook_url": _web_address,
    "webhook_token": _token,
    "speed": _seconds,
    "slow_seconds": _seconds,
    "recording_base": _web_address,
    "answer_seconds": _seconds,
    "lose_answers": _share,
    "callback_delay": _span,
    "callback_twice": _share,
    "seed": _whole_number,
    **HUAWEI_SETTINGS,
}
