"""CC-Gateway's result codes, sign-out causes and call causes in our words. An unlisted code is never a refusal."""

from __future__ import annotations

from types import MappingProxyType

from telephony.contract.errors import OutcomeUnknown, ProviderError, RequestNotSent, RequestRejected, SessionLost
from telephony.contract.vocabulary import AgentState, Disposition

SUCCESS = "0"
SIGNED_IN_ALREADY = "100-002"
NOT_SIGNED_IN = "100-006"
SIGNED_OUT_ALREADY = "100-008"
NOTHING_TO_HANG_UP = "200-017"

# Pages 0580 and 1430 (agent operations), 0005 (the 105 codes); the texts of the 200 codes are those of Huawei's demos.
RESULT_CODES = MappingProxyType(
    {
        "0": "Done.",
        "000-000": "An error that the gateway does not explain. Check the agent's state before you try again.",
        "000-001": "The request for events was invalid. Report this to the portal's developers.",
        "000-002": "A parameter or the address is wrong. Check the agent's and the order's fields.",
        "000-003": "The session may not do this; it has probably expired. Sign the agent in again.",
        "000-004": "The agent is being moved to another server. Wait a moment and try again.",
        "000-005": "Inspectors cannot inspect themselves. Choose another agent.",
        "000-006": "A field of the request is wrong. Check the agent's and the order's fields.",
        "000-007": "The same request was sent twice at once. Wait for the answer to the first.",
        "100-001": "A sign-in field is empty or wrong. Check the agent's number, password and phone.",
        "100-002": "The agent is already signed in, here or in another program. Sign out there, or force the sign-in.",
        "100-003": "The call platform is not available for signing in. Try again later.",
        "100-004": "The agent's number or password is wrong. Correct it before you try again: repeated errors may "
        "lock the agent.",
        "100-005": "A sign-out field is wrong. Check the agent's number.",
        "100-006": "The agent is not signed in. Sign the agent in again.",
        "100-007": "The operation failed: the call platform may be unreachable. Try again later.",
        "100-008": "The agent is already signed out.",
        "100-009": "The agent is not permitted to use this state. Have this changed in the contact centre's "
        "configuration.",
        "100-010": "The agent cannot sign out in this state, usually because of a call. End the call first.",
        "100-011": "A sign-in field is wrong. Check the agent's number, password and phone.",
        "100-012": "The agent type is wrong. Check it in the agent's settings.",
        "100-013": "The agent's phone number is not valid. Correct it in the agent's settings.",
        "100-014": "The agent's phone is outside the range that the contact centre allows. Use another number.",
        "100-015": "The agent is signed in elsewhere and cannot be signed out from here. Sign out there.",
        "100-016": "The gateway does not accept this server's IP address. Have it allowed by the operator.",
        "100-017": "The unified portal did not confirm the agent. Check the agent's account with the operator.",
        "100-018": "The agent belongs to another virtual call centre. Check the agent's number.",
        "105-001": "The agent's data is not available after a failover. Try again in a moment.",
        "105-002": "The agent is being restored after a failover. Try again in a moment.",
        "105-003": "The agent was restored after a failover. Try again.",
        "105-004": "The agent's events could not be restored yet after a failover. Try again in a moment.",
        "105-005": "The agent was not restored in time after a failover. Sign the agent in again.",
        "105-006": "The session does not match after a failover. Sign the agent in again.",
        "105-007": "The gateway does not restore agents after a failover. Sign the agent in again.",
        "110-016": "The agent's account is locked. Have it unlocked before you sign in again.",
        "110-021": "The agent's account is locked. Have it unlocked before you sign in again.",
        "200-001": "The number to call is not valid. Check the callee and the caller ID.",
        "200-002": "There is no call to answer.",
        "200-003": "There is no call to mute.",
        "200-004": "The call cannot be muted in its current state.",
        "200-005": "There is no call to connect with the call on hold.",
        "200-006": "There is no call on hold to connect.",
        "200-007": "There is no call to unmute.",
        "200-008": "The call cannot be unmuted in its current state.",
        "200-009": "There is no call in which to announce the agent's number.",
        "200-010": "There is no call for a three-party call.",
        "200-011": "There is no call on hold for a three-party call.",
        "200-012": "There is no call to transfer.",
        "200-013": "There is no call to put on hold.",
        "200-014": "The call cannot be put on hold in its current state.",
        "200-015": "There is no call on hold to resume.",
        "200-016": "The call on hold cannot be resumed in its current state.",
        "200-017": "There is no call to hang up.",
        "200-018": "There is no call for a consultation.",
        "200-204": "The number does not belong to the agent's last call.",
        "999-001": "The gateway is misconfigured (address of its web server). Tell the operator.",
    }
)

# Groups of codes for functions that the portal does not use (page 0580).
_GROUPS = MappingProxyType(
    {"3": "groups", "4": "call data", "5": "recordings", "6": "queues", "7": "chat", "9": "inspection"}
)

_SESSION_IS_OVER = frozenset({"000-003", NOT_SIGNED_IN, "105-005", "105-006", "105-007"})
_NOTHING_WAS_DONE = frozenset({"000-004", "000-007", "100-003", "105-001", "105-002", "105-003", "105-004"})
_SAYS_NOTHING = frozenset({"000-000", "100-007"})

# The page of call-out lists 000-002, 100-006, 100-007 and 200-001. Three more prove that the order was not looked at:
# the session or the request itself was refused. A switch-over (000-004, 105-001 to 105-005) may have the order in a
# queue, and every other code is not listed for call-out.
_ORDER_REFUSED = frozenset({"000-002", "000-006", "200-001"})
_ORDER_NOT_LOOKED_AT = frozenset({"000-003", NOT_SIGNED_IN, "105-006", "105-007"})

STALE = frozenset({"000-003", NOT_SIGNED_IN})
"""Said of a session whose Guid is wrong or no longer valid (page 0005), before anything is done."""


def error_for(code: str, *, order: bool = False) -> type[ProviderError] | None:
    """The class of error for a result code, None for success. `order`: the answer to a call-out, where a code that
    proves nothing is an unknown outcome."""
    if code == SUCCESS:
        return None
    if order:
        if code in _ORDER_NOT_LOOKED_AT:
            return SessionLost
        return RequestRejected if code in _ORDER_REFUSED else OutcomeUnknown
    if code in _SESSION_IS_OVER:
        return SessionLost
    if code in _NOTHING_WAS_DONE:
        return RequestNotSent
    return RequestRejected if code in RESULT_CODES and code not in _SAYS_NOTHING else OutcomeUnknown


def explain(code: str) -> str:
    """What a result code means and what to do, in one or two sentences."""
    if known := RESULT_CODES.get(code):
        return known
    if code[1:4] == "00-" and (group := _GROUPS.get(code[0])):
        return f"An error about {group}, which the portal does not use. Ask the operator what it means."
    return "Huawei's documentation does not list this code. Ask the operator what it means."


# Pages 2641 and 4243 (operations of an agent).
_SIGN_OUT_CAUSES = MappingProxyType(
    {
        256: "The connection to the agent's console was lost.",
        257: "An inspector signed the agent out.",
        258: "The agent signed out.",
        259: "The agent was signed out by a new sign-in.",
        260: "The agent's program stopped responding.",
        261: "The agent's program stopped responding.",
        262: "The connection to the media server was lost.",
        263: "The agent's program stopped responding.",
        264: "Someone forced a sign-in with the same agent number elsewhere.",
    }
)


def explain_sign_out(cause: int | None) -> str:
    """Why an agent was signed out, "" where the cause is missing or not listed."""
    if cause is None:
        return ""
    if 1 <= cause <= 255:
        return f"The agent's program signed the agent out (cause {cause})."
    return _SIGN_OUT_CAUSES.get(cause, "")


# Page 0581. 1 and 6 are reserved, 0 is unknown.
AGENT_STATES = MappingProxyType(
    {
        1: AgentState.SIGNING_IN,
        2: AgentState.SIGNED_OUT,
        3: AgentState.BUSY,
        4: AgentState.IDLE,
        5: AgentState.WRAP_UP,
        6: AgentState.IDLE,
        7: AgentState.TALKING,
        8: AgentState.REST,
        9: AgentState.REST,
    }
)

# Page 0507 refers to a table of causes that the published pages do not hold; this one they name elsewhere.
_CAUSES = MappingProxyType({"1552": (Disposition.FAILED, "The calling number is not allowed to call")})

# In this order: "rejected, user busy" is a busy line, "no answer, phone switched off" was never going to answer.
_CAUSE_WORDS: tuple[tuple[Disposition, tuple[str, ...]], ...] = (
    (Disposition.BUSY, ("busy", "忙", "通话中")),
    (
        Disposition.FAILED,
        (
            *("switched off", "power off", "powered off", "power-off", "out of service", "out of area"),
            *("out of coverage", "not reachable", "unreachable", "unallocated", "not exist", "nonexist"),
            *("non-exist", "empty number", "vacant", "invalid number", "wrong number", "not allowed", "no route"),
            *("关机", "空号", "停机", "不在服务区", "无法接通", "不存在"),
        ),
    ),
    (
        Disposition.NO_ANSWER,
        (
            *("no answer", "not answer", "no-answer", "noanswer", "unanswered", "no reply", "no response"),
            *("reject", "refus", "declin", "无应答", "无人接听", "未接", "拒"),
        ),
    ),
)


def explain_cause(code: str, text: str) -> tuple[Disposition, str]:
    """How a call failed by its OUTBOUND_DETECT_EVENT: result and readable text; UNKNOWN and "" where both say nothing.

    `text` is the network's own description. How exact it is depends on the network (page 0507).
    """
    if known := _CAUSES.get(code):
        return known
    said = text.lower()
    for disposition, words in _CAUSE_WORDS:
        if any(word in said for word in words):
            return disposition, text
    return Disposition.UNKNOWN, text
