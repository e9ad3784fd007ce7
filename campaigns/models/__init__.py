from campaigns.models.campaign import Campaign, CampaignEvent, DispatchType, StartupType

from campaigns.models.task import ProviderTask, TaskEvent  # isort: skip  (call_list points at it)
from campaigns.models.call_list import CallList, SavedMapping  # isort: skip
from campaigns.models.entry import Entry, RejectedRow, ZoneSet  # isort: skip  (points at both)

__all__ = [
    "CallList",
    "Campaign",
    "CampaignEvent",
    "DispatchType",
    "Entry",
    "ProviderTask",
    "RejectedRow",
    "SavedMapping",
    "StartupType",
    "TaskEvent",
    "ZoneSet",
]
