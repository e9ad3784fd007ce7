from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.contract.vocabulary import Disposition as Disposed


class Disposition(models.TextChoices):
    """How an attempt ended on the line; the words of telephony.contract.vocabulary, with labels."""

    ANSWERED = Disposed.ANSWERED.value, _("answered")
    NO_ANSWER = Disposed.NO_ANSWER.value, _("no answer")
    BUSY = Disposed.BUSY.value, _("busy")
    FAILED = Disposed.FAILED.value, _("failed")
    VOICEMAIL = Disposed.VOICEMAIL.value, _("voicemail")
    CANCELLED = Disposed.CANCELLED.value, _("cancelled")
    UNKNOWN = Disposed.UNKNOWN.value, _("unknown")
