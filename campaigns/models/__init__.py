from campaigns.models.campaign import Campaign, CampaignEvent, DispatchType, StartupType

from campaigns.models.task import ProviderTask, TaskEvent  # isort: skip  (call_list points at it)
from campaigns.models.call_list import CallList, Entry, RejectedRow  # isort: skip

__all__ = [
    "CallList",
    "Campaign",
    "CampaignEvent",
    "DispatchType",
    "Entry",
    "ProviderTask",
    "RejectedRow",
    "StartupType",
    "TaskEvent",
]
