"""Taking in a call list: the file, its row and the job that reads it, or one clear sentence and nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.core.files.base import File
from django.db.models import F
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from campaigns.importer import run as importer
from campaigns.lists import services as list_services
from campaigns.models import CallList, Campaign
from dialer.support.permissions import require
from dialer.support.uploads import UploadRefused, clean_name, measure, store_upload

STUCK_AFTER = timedelta(hours=1)
"""Longer than any import takes, so that one that runs without a job (manage.py) is left in peace."""
MOST_TRIES = 3
"""How often the sweep begins the reading of one list again."""


def upload_call_list(
    *, campaign: Campaign, file: File[bytes] | None, by: AbstractUser, now: datetime, read_later: bool = True
) -> CallList:
    """Stores the file and commits its row, and with `read_later` the job that reads it.

    Raises UploadRefused, PermissionDenied.
    """
    require(by, "campaigns.add_calllist")
    if file is None:
        raise UploadRefused(_("Choose a file first."))
    digest, size = measure(file)
    name = clean_name(file, default="list.csv")
    call_list = CallList(campaign=campaign, name=name, uploaded_by=by, uploaded_at=now, sha256=digest, size=size)
    # First without a lock, so that no file is stored only to be refused.
    _refuse_unless_welcome(campaign, call_list)
    with store_upload(call_list.file, file, name=name):
        # The campaign must not finish, nor the same file come in twice, between the look and the insert.
        locked = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        _refuse_unless_welcome(locked, call_list)
        call_list.save()
        if read_later:
            list_services.enqueue(list_services.INSPECT_JOB, call_list.pk)
    return call_list


def _refuse_unless_welcome(campaign: Campaign, call_list: CallList) -> None:
    if campaign.is_over:
        text = _("The campaign %(name)s is %(state)s and does not accept more lists. Create a new campaign.")
        raise UploadRefused(text % {"name": campaign.name, "state": campaign.get_state_display()})
    same = campaign.call_lists.of_file(call_list.sha256).first()
    if same:
        text = _("This is the same file as %(name)s, uploaded on %(when)s. Nothing was saved.")
        at = localtime(same.uploaded_at)
        when = f"{date_format(at, 'j F Y H:i')} {at.tzname()}"
        raise UploadRefused(text % {"name": same.name, "when": when})


def enqueue_stuck(*, now: datetime) -> int:
    """Gives lists a job again whose job was lost or failed before it could say so; a few times, then it gives up."""
    stuck = dict(CallList.objects.being_read().filter(uploaded_at__lt=now - STUCK_AFTER).values_list("pk", "state"))
    if not stuck:
        return 0
    alive = ProcrastinateJob.objects.filter(task_name__in=list_services.READERS.values(), status__in=["todo", "doing"])
    forgotten = stuck.keys() - set(alive.values_list("args__call_list_id", flat=True))
    for call_list in CallList.objects.filter(pk__in=forgotten, tries__gte=MOST_TRIES):
        text = _("The portal tried to read this list %(n)d times without finishing. Upload another file.")
        importer.fail(call_list, text % {"n": MOST_TRIES + 1}, now=now)
        forgotten.discard(call_list.pk)
    CallList.objects.filter(pk__in=forgotten).update(tries=F("tries") + 1)
    for call_list_id in forgotten:
        list_services.enqueue(list_services.READERS[stuck[call_list_id]], call_list_id)
    return len(forgotten)
