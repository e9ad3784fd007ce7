"""The recording of an answered call: a short tone, the same for every call."""

from __future__ import annotations

import io
import math
import wave
from functools import cache

PREFIX = "/recordings/"
SUFFIX = ".wav"
# As telephones sound, and 16 KB a file.
RATE = 8000
SECONDS = 2
TONE_HZ = 440


def url_of(call_id: str, *, base: str) -> str | None:
    """None where the sandbox does not know under which address it is reached."""
    return f"{base.rstrip('/')}{PREFIX}{call_id}{SUFFIX}" if base else None


def call_id_in(path: str) -> str:
    return path.removeprefix(PREFIX).removesuffix(SUFFIX)


@cache
def tone() -> bytes:
    """A WAV file: mono, 8 bit, 8 kHz, fading to silence."""
    samples = RATE * SECONDS
    frames = bytes(
        128 + round(60 * (1 - moment / samples) * math.sin(2 * math.pi * TONE_HZ * moment / RATE))
        for moment in range(samples)
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(RATE)
        writer.writeframes(frames)
    return file.getvalue()
