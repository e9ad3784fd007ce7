from campaigns.models.campaign import Campaign, CampaignEvent, Channel, DispatchType, StartupType

from campaigns.models.task import ProviderTask, TaskEvent  # isort: skip  (call_list points at it)
from campaigns.models.call_list import CallList, SavedMapping  # isort: skip
from campaigns.models.entry import Entry, RejectedRow, ZoneSet  # isort: skip  (points at both)
from campaigns.models.pacing import RETRIED, PacedCall, RetryRule  # isort: skip  (points at entries)

__all__ = [
    "RETRIED",
    "CallList",
    "Campaign",
    "CampaignEvent",
    "Channel",
    "DispatchType",
    "Entry",
    "PacedCall",
    "ProviderTask",
    "RejectedRow",
    "RetryRule",
    "SavedMapping",
    "StartupType",
    "TaskEvent",
    "ZoneSet",
]
