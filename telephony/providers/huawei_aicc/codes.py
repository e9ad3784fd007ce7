"""AICC's result codes and end reasons, in our words. A code that is not listed is never a refusal of an order.

Codes are text, because AICC writes them as text in one answer and as a number in the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from telephony.contract.errors import CredentialsRefused, OutcomeUnknown, ProviderError, RequestRejected
from telephony.contract.vocabulary import Disposition

if TYPE_CHECKING:
    from collections.abc import Mapping

OK = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The result codes of one interface, and what they prove."""

    texts: Mapping[str, str]
    refusals: frozenset[str] = frozenset()
    credentials: frozenset[str] = frozenset()

    def error_for(self, code: str) -> type[ProviderError] | None:
        """The class of error for a result code, None for success."""
        if code == OK:
            return None
        if code in self.credentials:
            return CredentialsRefused
        return RequestRejected if code in self.refusals else OutcomeUnknown

    def explain(self, code: str) -> str:
        """What a result code means and what to do, in one or two sentences."""
        return self.texts.get(
            code, "The AICC documentation does not list this code. Ask the AICC operator what it means."
        )


# Page 1303: createCall V1.0.0.
_CREATE_CALL_TEXTS = MappingProxyType(
    {
        "1": "The call could not be added, perhaps because AICC has the same call already. Look for it in AICC.",
        "2": "AICC did not accept the call data. Shorten or change it.",
        "3": "AICC did not find the field with the call's serial number. Look for the call in AICC.",
        "5": "The agent's phone, the callee or a displayed number is in a format that AICC does not accept. Correct "
        "it.",
        "6": "The virtual call centre is not available. Ask the AICC operator.",
        "8": "The agent's phone does not belong to this account. Assign it in AICC, or use another.",
        "9": "AICC did not accept the callback address. Ask the operator to add this portal to the trust list.",
        "16": "This is a trial account, and the agent's phone is not on its trust list. Ask the AICC operator.",
        "21": "This is a trial account, and its ten calls of the day are used up. Call again tomorrow.",
        # From here on: the number privacy service (ITA) that some accounts call through.
        "90100100": "A value of the order is missing or not supported. Check the order's fields.",
        "90100200": "The number privacy service refused the source or the signature. Ask the AICC operator.",
        "90100300": "The number privacy service rejected the request as invalid. Check the order's fields.",
        "90100400": "The number privacy service did not find the requested data. Ask the AICC operator.",
        "90100600": "The number privacy service had an internal error. Look for the call in AICC.",
        "90102001": "The balance is too low. Top up the account.",
        "90102002": "The number privacy service has restricted such requests. Ask the AICC operator.",
        "90104001": "The account has no permission for this. Ask the AICC operator.",
        "90104003": "The number privacy service forbids this call.",
        "90104004": "The number privacy service does not support this.",
        "90104008": "The number privacy service failed or took too long. Look for the call in AICC.",
        "90104029": "Too many requests. Look for the call in AICC before calling again.",
        "90106001": "These two numbers are already bound to each other. Look for the call in AICC.",
        "90106002": "These two numbers are not bound to each other.",
        "90106003": "The number privacy service has too few numbers. Ask the AICC operator.",
        "90106004": "The number privacy service has no number that can be used. Ask the AICC operator.",
        "90106005": "The number privacy service's data is inconsistent. Look for the call in AICC.",
        "90106006": "The number privacy service had another error with the number. Look for the call in AICC.",
        "90106010": "A rule of the number privacy service forbids this call.",
        "90106011": "The agent's phone may not call through the number privacy service.",
        "90106012": "The callee may not be called through the number privacy service.",
    }
)

# Unknown outcomes are 1 and 90106001, whose call may be on its way already; 3, 90100600, 90104008, 90106005 and
# 90106006, which say that something failed but not when; 90104029, because what was counted is not told.
CREATE_CALL = Codes(
    texts=_CREATE_CALL_TEXTS,
    # A wrong source, and a permission that the account lacks: every further order would meet the same answer.
    credentials=frozenset({"90100200", "90104001"}),
    refusals=frozenset(
        {
            *("2", "5", "6", "8", "9", "16", "21"),
            *("90100100", "90100300", "90100400", "90102001", "90102002", "90104003", "90104004"),
            *("90106002", "90106003", "90106004", "90106010", "90106011", "90106012"),
        }
    ),
)

# Page 1306. That a search failed (1) proves nothing about the call.
CALL_STATE = Codes(
    texts=MappingProxyType(
        {
            "1": "AICC could not look the call up.",
            "3": "The call's serial number has the wrong format for AICC.",
        }
    ),
    refusals=frozenset({"3"}),
)
# Page 1305. Code 1 is an empty page; see queries.py.
CALL_RECORDS = Codes(
    texts=MappingProxyType(
        {
            "1": "AICC found no calls.",
            "2": "AICC did not accept the time format.",
            "4": "AICC did not accept the requested page.",
            "12": "AICC cannot search for this agent's phone.",
        }
    ),
    refusals=frozenset({"2", "4", "12"}),
)
# Page 1307.
RECORDING = Codes(
    texts=MappingProxyType(
        {
            "1": "AICC could not put the recording where it can be fetched.",
            "3": "The virtual call centre is not available. Ask the AICC operator.",
            "5": "There is no recording of this call.",
            "6": "The request to AICC named no virtual call centre. Ask the AICC operator.",
            "7": "AICC's recording storage is not set up. Ask the AICC operator.",
            "8": "AICC's recording storage has no password set up. Ask the AICC operator.",
            "9": "AICC could not connect to its recording storage. Try again later.",
            "10": "AICC had no room to prepare the recording. Try again later.",
            "11": "AICC could not get the recording from the telephone system. Try again later.",
            "12": "The call's serial number is too long for AICC.",
            "13": "The recording is too large for AICC to deliver.",
        }
    ),
    refusals=frozenset({"1", "3", "5", "6", "7", "8", "9", "10", "11", "12", "13"}),
)
# Page 1308.
PHONES = Codes(
    texts=MappingProxyType(
        {
            "1": "AICC could not look up the phones.",
            "2": "AICC has no data of this account's mobile agents. Ask the AICC operator.",
            "3": "The address or port where phones register is not set up. Ask the AICC operator.",
            "4": "AICC did not accept the requested page.",
            "5": "AICC has no data of the virtual call centre. Ask the AICC operator.",
        }
    ),
    refusals=frozenset({"2", "3", "4", "5"}),
)

NOTHING_FOUND = "1"
"""queryCallDetailRecord's code for an empty page."""

# Pages 1306 and 1319. The agent's phone rings first, so where the agent did not answer nobody rang at the callee's:
# the attempt was given up on our side.
REASONS: Mapping[str, tuple[Disposition, str]] = MappingProxyType(
    {
        "0": (Disposition.NO_ANSWER, "The callee hung up"),
        "1": (Disposition.CANCELLED, "The agent hung up"),
        "2": (Disposition.FAILED, "The agent's phone could not be reached"),
        "3": (Disposition.FAILED, "The callee could not be reached"),
        "4": (Disposition.CANCELLED, "The agent did not answer, so the callee was not called"),
        "5": (Disposition.NO_ANSWER, "The callee did not answer"),
        "6": (Disposition.FAILED, "The call could not be started"),
    }
)
LAST_REASON = 65535
_HANGING_UP = frozenset({"0", "1"})
_BEFORE_ANY_TALK = frozenset({"4", "5", "6"})


def disposition_for(reason: str, *, answered: bool | None) -> Disposition:
    """How a call ended. `answered` is what the record's own times say, None where they say nothing.

    Somebody hung up (0, 1) is all that AICC says of an answered call and of one that was given up while it rang: the
    times tell them apart, and without times nobody knows. Every other code is an exception, in AICC's words; after a
    talk it is the talk that counts.
    """
    if answered and reason not in _BEFORE_ANY_TALK:
        return Disposition.ANSWERED
    if not reason or (reason in _HANGING_UP and answered is None):
        return Disposition.UNKNOWN
    if reason in REASONS:
        return REASONS[reason][0]
    return Disposition.FAILED if _is_exception(reason) else Disposition.UNKNOWN


def _is_exception(reason: str) -> bool:
    """Whether a reason lies where AICC puts its exceptions: up to 65535 (page 1306)."""
    return reason.isascii() and reason.isdigit() and int(reason) <= LAST_REASON


def reason_text(reason: str) -> str:
    """Readable text of an end reason, "" where there is none."""
    if reason in REASONS:
        return REASONS[reason][1]
    return f"The call ended with AICC exception {reason}" if _is_exception(reason) else ""
