"""NxCloud's result codes and hang-up codes, in our words. A code that is not listed is never a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, ProviderError, RequestRejected
from telephony.contract.vocabulary import Disposition

ACCEPTED = 0

# Wiki pages: API-Interface-Invocation-Convention (1001 to 1005), DID-API-Dialout-With-Amazon-Connect and
# NXCC-API-CreateCallTask (88, 99, 41000), DID-API-Bind-Callin-With-Amazon-Connect (2001 and up),
# Query-DID-Number-Call-Records (-1), NXLINK-AI-deleteOrder (20000), Customer-get-balance (211, 1100, 9000 and up).
RESULT_CODES = MappingProxyType(
    {
        -1: "The request failed. Ask NxCloud support and quote the request ID.",
        0: "Accepted.",
        88: "NxCloud could not process the request. Look for the call in NxCloud's console before you call again.",
        99: "NxCloud had a system error. Look for the call in NxCloud's console before you call again.",
        211: "Too many requests, or the balance is used up: NxCloud uses this code for both. Check the balance.",
        1000: "An authentication code that NxCloud does not explain. Ask NxCloud support.",
        1001: "A required header is missing, or the access key is not authorised. Check the account's access key.",
        1002: "The business type, the action or a body parameter is wrong. Ask NxCloud which business type the key "
        "is for.",
        1003: "The signature is wrong. Check the access secret and the signing algorithm.",
        1004: "The timestamp is more than a minute off. Set this server's clock, then resume the account.",
        1005: "The access key is wrong, or the account has no permission for this business. Ask NxCloud to enable it.",
        1006: "An authentication code that NxCloud does not explain. Ask NxCloud support.",
        1100: "The NxCloud customer is missing or not available. Ask NxCloud support.",
        1102: "The balance is too low. Top up the NxCloud account.",
        2001: "A value in the request is not allowed. Check the numbers of the order.",
        2002: "NxCloud could not process the request. Ask NxCloud support and quote the request ID.",
        9000: "A parameter is wrong. Check the order's fields.",
        9001: "NxCloud had a system error. Ask NxCloud support and quote the request ID.",
        9003: "The NxCloud app is missing or not available. Check it in NxCloud's console.",
        9018: "The balance could not be charged. Check the NxCloud account's balance.",
        15001: "The voice file is larger than 2 MB. Upload a smaller one.",
        15002: "The voice file could not be uploaded. Upload it again.",
        20000: "NxCloud reports a business error. Read the message and ask NxCloud support.",
        41000: "A parameter is wrong or empty. Check the order's fields.",
    }
)

# 1002 may also mean a wrong body, but every further order would meet the same answer: the account has to wait.
_CREDENTIAL_CODES = frozenset({1001, 1002, 1003, 1004, 1005})
_REFUSAL_CODES = frozenset({41000, 2001})


def error_for(code: int) -> type[ProviderError] | None:
    """The class of error for a result code, None for success. 88, 99 and unlisted codes may hide a placed call."""
    if code == ACCEPTED:
        return None
    if code in _CREDENTIAL_CODES:
        return CredentialsRefused
    return RequestRejected if code in _REFUSAL_CODES else OutcomeUnknown


def explain(code: int) -> str:
    """What a result code means and what to do, in one or two sentences."""
    return RESULT_CODES.get(
        code, "The NxCloud documentation does not list this code. Ask NxCloud support what it means."
    )


@dataclass(frozen=True, slots=True)
class HangUp:
    disposition: Disposition
    text: str


_ANSWERED, _NO_ANSWER, _BUSY, _FAILED, _VOICEMAIL, _CANCELLED = (
    Disposition.ANSWERED,
    Disposition.NO_ANSWER,
    Disposition.BUSY,
    Disposition.FAILED,
    Disposition.VOICEMAIL,
    Disposition.CANCELLED,
)

# Wiki page NXCC-API-cdrQuery. In a task call (3…) the customer has picked up before anything is handed to an agent,
# so a failed handover is still an answered call on the line; the text says that nobody spoke to them.
HANGUP_CODES = MappingProxyType(
    {
        "1000": HangUp(_ANSWERED, "Inbound call, ended normally"),
        "1001": HangUp(_ANSWERED, "Inbound call, the agent hung up"),
        "1002": HangUp(_ANSWERED, "Inbound call, the customer hung up"),
        "1003": HangUp(_VOICEMAIL, "Inbound call, went to voicemail"),
        "10031": HangUp(_VOICEMAIL, "Inbound call, went to voicemail: all agents were busy"),
        "10032": HangUp(_VOICEMAIL, "Inbound call, went to voicemail: no agent was online"),
        "1004": HangUp(_FAILED, "Inbound call, network failure"),
        "1101": HangUp(_NO_ANSWER, "Inbound call missed: the agent hung up quickly"),
        "1102": HangUp(_NO_ANSWER, "Inbound call missed: the customer hung up quickly"),
        "1103": HangUp(_NO_ANSWER, "Inbound call missed: the customer left the queue"),
        "11031": HangUp(_NO_ANSWER, "Inbound call missed: the customer left the queue, all agents were busy"),
        "11032": HangUp(_NO_ANSWER, "Inbound call missed: the customer left the queue, no agent was online"),
        "1104": HangUp(_NO_ANSWER, "Inbound call missed: waited too long in the queue"),
        "11041": HangUp(_NO_ANSWER, "Inbound call missed: waited too long in the queue, all agents were busy"),
        "11042": HangUp(_NO_ANSWER, "Inbound call missed: waited too long in the queue, no agent was online"),
        "1105": HangUp(_NO_ANSWER, "Inbound call missed: no agent was online"),
        "1106": HangUp(_NO_ANSWER, "Inbound call missed: all agents were busy"),
        "1107": HangUp(_FAILED, "Inbound call missed: the number is blacklisted at NxCloud"),
        "1108": HangUp(_CANCELLED, "Inbound call missed: the customer cancelled"),
        "1109": HangUp(_ANSWERED, "Inbound call forwarded externally, the other party hung up"),
        "1110": HangUp(_FAILED, "Inbound call forwarded externally, forwarding failed"),
        "1111": HangUp(_ANSWERED, "Inbound call forwarded externally, the customer hung up"),
        "2000": HangUp(_ANSWERED, "Outbound call, ended normally"),
        "2001": HangUp(_ANSWERED, "Outbound call, the agent hung up"),
        "2002": HangUp(_ANSWERED, "Outbound call, the customer hung up"),
        "2003": HangUp(_CANCELLED, "Outbound call, the agent cancelled"),
        "2004": HangUp(_FAILED, "Outbound call, network failure"),
        "2101": HangUp(_CANCELLED, "Outbound call not answered: the agent hung up quickly"),
        "2102": HangUp(_NO_ANSWER, "Outbound call not answered: the customer hung up quickly"),
        "2103": HangUp(_NO_ANSWER, "Outbound call not answered: the customer rejected it"),
        "2104": HangUp(_NO_ANSWER, "Outbound call not answered in time"),
        "2105": HangUp(_FAILED, "Outbound call not placed: the number is blacklisted at NxCloud"),
        "2106": HangUp(_FAILED, "Outbound call not placed: the number may not be called"),
        "2107": HangUp(_FAILED, "Outbound call not placed: all trial calls have been used"),
        "2201": HangUp(_FAILED, "Unreachable: refused by the network"),
        "2202": HangUp(_FAILED, "Temporarily unreachable"),
        "2203": HangUp(_BUSY, "Unreachable: the line is busy"),
        "2204": HangUp(_FAILED, "Unreachable: the call failed"),
        "2205": HangUp(_FAILED, "Unreachable"),
        "2206": HangUp(_CANCELLED, "Not reached: the agent cancelled"),
        "3000": HangUp(_ANSWERED, "Task call, ended normally"),
        "3001": HangUp(_ANSWERED, "Task call handed to an agent, the agent hung up"),
        "3002": HangUp(_ANSWERED, "Task call handed to an agent, the customer hung up"),
        "3003": HangUp(_ANSWERED, "Task call handed to an agent, network failure"),
        "3101": HangUp(_ANSWERED, "Task call reached no agent: the agent hung up quickly"),
        "3102": HangUp(_ANSWERED, "Task call reached no agent: the customer hung up quickly"),
        "3103": HangUp(_ANSWERED, "Task call reached no agent: the customer left the queue"),
        "3104": HangUp(_ANSWERED, "Task call reached no agent: waited too long in the queue"),
        "31041": HangUp(_ANSWERED, "Task call reached no agent: waited too long, all agents were busy"),
        "31042": HangUp(_ANSWERED, "Task call reached no agent: waited too long, no agent was online"),
        "3105": HangUp(_ANSWERED, "Task call reached no agent: no agent was online"),
        "3106": HangUp(_ANSWERED, "Task call reached no agent: all agents were busy"),
        "3107": HangUp(_ANSWERED, "Task call reached no agent: the customer cancelled"),
    }
)

_MAY_FOLLOW_A_TALK = frozenset({"1004", "2003", "2004"})


def disposition_for(code: str, *, answered: bool | None = None) -> Disposition:
    """How a call ended. `answered` is what the record's own times or flag say, None where they say nothing.

    The code decides, and an unlisted one stays UNKNOWN. Without any code the record's own word counts, because the
    published push sample (wiki page NXCC-API-Webhook) has none. Three codes name the end of a call that may have been
    answered before.
    """
    if not code:
        return Disposition.UNKNOWN if answered is None else (_ANSWERED if answered else _NO_ANSWER)
    if code in _MAY_FOLLOW_A_TALK and answered:
        return _ANSWERED
    known = HANGUP_CODES.get(code)
    return known.disposition if known else Disposition.UNKNOWN


def was_abandoned(code: str) -> bool:
    """Whether the callee picked up and no agent did (31…: task calls that reached no agent)."""
    return code.startswith("31") and code in HANGUP_CODES


def hangup_text(code: str) -> str:
    """Readable text of a hang-up code, "" when it is not listed."""
    known = HANGUP_CODES.get(code)
    return known.text if known else ""
