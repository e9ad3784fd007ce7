"""How states and happenings look on every page: a tone, an icon and, for states, their word.

A tone says what somebody should feel about it: neutral, info (moves), good, bad, or warn, which is kept for what needs
a person: a call that was simply not answered is neutral. Colours of the tones stand in the style sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy


class Tone(StrEnum):
    NEUTRAL = "neutral"
    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Look(NamedTuple):
    tone: Tone
    icon: str
    label: str | Promise


STATES: Mapping[str, Look] = {
    # order
    "pending": Look(Tone.NEUTRAL, "clock", gettext_lazy("Pending")),
    "sending": Look(Tone.INFO, "paper-airplane", gettext_lazy("Sending")),
    "accepted": Look(Tone.GOOD, "check-circle", gettext_lazy("Accepted")),
    "rejected": Look(Tone.BAD, "x-circle", gettext_lazy("Rejected")),
    "in_doubt": Look(Tone.WARN, "question-mark-circle", gettext_lazy("In doubt")),
    "cancelled": Look(Tone.NEUTRAL, "no-symbol", gettext_lazy("Cancelled")),
    # campaign
    "draft": Look(Tone.NEUTRAL, "pencil-square", gettext_lazy("Draft")),
    "running": Look(Tone.INFO, "play-circle", gettext_lazy("Running")),
    "paused": Look(Tone.WARN, "pause-circle", gettext_lazy("Paused")),
    "stopped": Look(Tone.NEUTRAL, "stop-circle", gettext_lazy("Stopped")),
    "finished": Look(Tone.GOOD, "flag", gettext_lazy("Finished")),
    # disposition
    "answered": Look(Tone.GOOD, "phone", gettext_lazy("Answered")),
    "no_answer": Look(Tone.NEUTRAL, "phone-x-mark", gettext_lazy("No answer")),
    "busy": Look(Tone.NEUTRAL, "minus-circle", pgettext_lazy("the line was busy", "Busy")),
    "failed": Look(Tone.BAD, "exclamation-triangle", gettext_lazy("Failed")),
    "voicemail": Look(Tone.INFO, "microphone", gettext_lazy("Voicemail")),
    "unknown": Look(Tone.NEUTRAL, "question-mark-circle", pgettext_lazy("result of the call", "Unknown")),
    # call list
    "uploaded": Look(Tone.NEUTRAL, "arrow-up-tray", gettext_lazy("Uploaded")),
    "importing": Look(Tone.INFO, "arrow-path", gettext_lazy("Importing")),
    "ready": Look(Tone.GOOD, "check-circle", pgettext_lazy("a call list", "Ready")),
    "mapping": Look(Tone.WARN, "adjustments-horizontal", gettext_lazy("Choose columns")),
    "checked": Look(Tone.WARN, "clipboard-document-check", gettext_lazy("Confirm or discard")),
    "discarded": Look(Tone.NEUTRAL, "trash", gettext_lazy("Discarded")),
    "undone": Look(Tone.NEUTRAL, "arrow-uturn-left", gettext_lazy("Withdrawn")),
    # entry of a call list
    "waiting": Look(Tone.NEUTRAL, "clock", gettext_lazy("Waiting")),
    "ordered": Look(Tone.INFO, "phone-arrow-up-right", gettext_lazy("Handed over")),
    "done": Look(Tone.GOOD, "check-circle", gettext_lazy("Done")),
    "not_called": Look(Tone.NEUTRAL, "no-symbol", gettext_lazy("Not called")),
    # agent
    "agent_signed_out": Look(Tone.NEUTRAL, "minus-circle", gettext_lazy("Signed out")),
    "agent_signing_in": Look(Tone.INFO, "arrow-path", gettext_lazy("Signing in")),
    "agent_idle": Look(Tone.GOOD, "check-circle", gettext_lazy("Idle")),
    "agent_busy": Look(Tone.NEUTRAL, "pause-circle", gettext_lazy("Not ready")),
    "agent_ringing": Look(Tone.INFO, "bell-alert", gettext_lazy("Own phone ringing")),
    "agent_dialling": Look(Tone.INFO, "phone-arrow-up-right", gettext_lazy("Calling")),
    "agent_talking": Look(Tone.INFO, "chat-bubble-left-right", gettext_lazy("Talking")),
    "agent_wrap_up": Look(Tone.NEUTRAL, "pencil-square", gettext_lazy("Wrap-up")),
    "agent_rest": Look(Tone.NEUTRAL, "pause-circle", gettext_lazy("Resting")),
    "agent_signing_out": Look(Tone.NEUTRAL, "arrow-path", gettext_lazy("Signing out")),
    "agent_lost": Look(Tone.BAD, "signal-slash", gettext_lazy("Connection lost")),
    # callback
    "to_confirm": Look(Tone.INFO, "magnifying-glass", gettext_lazy("Waiting for confirmation")),
    "received": Look(Tone.INFO, "inbox-arrow-down", gettext_lazy("Received")),
    "applied": Look(Tone.GOOD, "check-circle", gettext_lazy("Applied")),
    "unreadable": Look(Tone.BAD, "exclamation-triangle", gettext_lazy("Unreadable")),
}
"""State → look; states of agents begin with agent_, for their \"busy\" is another word than that of a line."""

EVENTS: Mapping[str, tuple[Tone, str]] = {
    "requested": (Tone.NEUTRAL, "phone-arrow-up-right"),
    "claimed": (Tone.INFO, "paper-airplane"),
    "accepted": (Tone.GOOD, "check"),
    "rejected": (Tone.BAD, "x-mark"),
    "not_sent": (Tone.NEUTRAL, "arrow-path"),
    "held": (Tone.WARN, "pause"),
    "in_doubt": (Tone.WARN, "question-mark-circle"),
    "cancelled": (Tone.NEUTRAL, "no-symbol"),
    "resolved": (Tone.GOOD, "user"),
    "proven": (Tone.GOOD, "document-check"),
    "result": (Tone.GOOD, "phone"),
    "closed": (Tone.NEUTRAL, "clock"),
    "overridden": (Tone.WARN, "exclamation-triangle"),
    "given_back": (Tone.INFO, "arrow-uturn-left"),
    "listened": (Tone.NEUTRAL, "speaker-wave"),
    "agent_rings": (Tone.INFO, "bell-alert"),
    "agent_on": (Tone.INFO, "user"),
    "rings": (Tone.INFO, "bell"),
    "talks": (Tone.GOOD, "chat-bubble-left-right"),
    "hang_up": (Tone.NEUTRAL, "phone-x-mark"),
    "refused": (Tone.WARN, "hand-raised"),
}
"""What happened to an order (EventKind) → tone and icon; its words are the event's own."""
