"""E-mail to the mailboxes of the settings (PORTAL_NOTIFY_EMAILS): one per notification that needs a person."""

from __future__ import annotations

import json
import logging
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from dialer.models import NoticeMessage
from dialer.notices.http_post import PostResult

log = logging.getLogger(__name__)


def send_email(row: NoticeMessage) -> PostResult:
    """One try; 250 is what a mail server says when it took it."""
    if not settings.PORTAL_NOTIFY_EMAILS:
        return PostResult(None, _("No mailbox is configured any more."))
    words = json.loads(row.body)
    host = urlsplit(settings.PORTAL_PUBLIC_URL).hostname or "localhost"
    mail = EmailMessage(
        subject=" ".join(words["subject"].split()),
        body=words["text"],
        to=settings.PORTAL_NOTIFY_EMAILS,
        # The same whenever it is repeated, so that mailboxes can drop the second one.
        headers={"Message-ID": f"<{row.message_id}@{host}>"},
    )
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as exc:
        # Without its words: a mail server's answer may name the account.
        log.warning("E-mail %s was not sent: %s", row.message_id, type(exc).__name__)
        return PostResult(
            None, _("The mail server did not accept the message (%(what)s).") % {"what": type(exc).__name__}
        )
    return PostResult(250, "")
