from dialer.models.accounts import ProviderAccount, RecordCursor
from dialer.models.agents import Agent, AgentCommand, AgentLogEntry, AgentPhone, AgentStatus, ProviderToken
from dialer.models.agents import State as AgentState
from dialer.models.attempts import Attempt
from dialer.models.audit import Change
from dialer.models.calls import CallEvent, CallRequest, Ring, Stage
from dialer.models.decisions import Decision
from dialer.models.dispositions import Disposition
from dialer.models.dnc import DncEntry, DncList
from dialer.models.dnc_blocks import DncBlock
from dialer.models.dnc_imports import DncImport, DncReject
from dialer.models.exchanges import ProviderExchange
from dialer.models.fields import E164Field, E164FormField
from dialer.models.holidays import Holiday, HolidayYear
from dialer.models.notices import (
    Level,
    NoticeEvent,
    NoticeMessage,
    NoticesSeen,
    Notification,
    WaitingDoubt,
    WebhookTarget,
)
from dialer.models.numbers import AgentGroup, AgentGroupMember, ConnectNumber, DidNumber
from dialer.models.portal_rules import PortalRules, Price
from dialer.models.record_files import RecordFile
from dialer.models.records import CallDetailRecord, WebhookDelivery
from dialer.models.regions import RegionRule
from dialer.models.registry import RegistryAnswer, RegistryEvidence
from dialer.models.rules import ConsentRule, CountryProfile, Purpose
from dialer.models.stop import StopEvent, StopSwitch
from dialer.models.submissions import EventKind, State, Submission, SubmissionEvent

__all__ = [
    "Agent",
    "AgentCommand",
    "AgentGroup",
    "AgentGroupMember",
    "AgentLogEntry",
    "AgentPhone",
    "AgentState",
    "AgentStatus",
    "Attempt",
    "CallDetailRecord",
    "CallEvent",
    "CallRequest",
    "Change",
    "ConnectNumber",
    "ConsentRule",
    "CountryProfile",
    "Decision",
    "DidNumber",
    "Disposition",
    "DncBlock",
    "DncEntry",
    "DncImport",
    "DncList",
    "DncReject",
    "E164Field",
    "E164FormField",
    "EventKind",
    "Holiday",
    "HolidayYear",
    "Level",
    "NoticeEvent",
    "NoticeMessage",
    "NoticesSeen",
    "Notification",
    "PortalRules",
    "Price",
    "ProviderAccount",
    "ProviderExchange",
    "ProviderToken",
    "Purpose",
    "RecordCursor",
    "RecordFile",
    "RegionRule",
    "RegistryAnswer",
    "RegistryEvidence",
    "Ring",
    "Stage",
    "State",
    "StopEvent",
    "StopSwitch",
    "Submission",
    "SubmissionEvent",
    "WaitingDoubt",
    "WebhookDelivery",
    "WebhookTarget",
]
