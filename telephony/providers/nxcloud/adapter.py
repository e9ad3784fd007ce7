"""NxCloud in our words: DID dial-out bridged to an agent, outbound tasks, pushed call records."""

from __future__ import annotations

import hmac
from decimal import ROUND_DOWN, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

from telephony.contract.errors import RequestNotSent
from telephony.contract.orders import Accepted
from telephony.contract.vocabulary import Disposition, RingOrder, Trust
from telephony.http.error_map import NOT_SENT
from telephony.numbers.e164 import wire_digits
from telephony.providers.nxcloud import records
from telephony.providers.nxcloud.client import CREATE_TASK, DIAL_OUT, encode
from telephony.providers.nxcloud.codes import disposition_for, hangup_text, was_abandoned
from telephony.providers.nxcloud.queries import NxCloudReads

if TYPE_CHECKING:
    from telephony.contract.orders import DialOrder, PreparedRequest, TaskOrder
    from telephony.contract.records import CallRecord, Push

LONGEST_ORDER_ID = 32
FASTEST_RATE = 1_000_000

RING_ORDERS = MappingProxyType({RingOrder.CONNECT_FIRST: "0", RingOrder.CALLEE_FIRST: "1"})


class NxCloudAdapter(NxCloudReads):
    """A CallPlacer, TaskCreator and PushReceiver; what it can be asked is in `NxCloudReads`."""

    def prepare_call(self, order: DialOrder, *, now_ms: int) -> PreparedRequest:
        """The signed dial-out request (wiki page DID-API-Dialout-With-Amazon-Connect).

        Numbers are E.164 and go out as wire digits, `delay_ms` is milliseconds, `now_ms` Unix milliseconds.
        Raises ValueError when the order cannot be written down.
        """
        did, callee, connect = wire_digits(order.did), wire_digits(order.callee), wire_digits(order.connect_number)
        payload: dict[str, object] = {
            "did": did,
            "callee": callee,
            "connectNumber": connect,
            "ringOrder": RING_ORDERS[order.ring_order],
        }
        # Only the Chinese page knows delayTime, so it is sent only when it is asked for.
        if order.delay_ms > 0:
            payload["delayTime"] = order.delay_ms
        return self._client.prepare(DIAL_OUT, encode(payload), now_ms=now_ms, numbers=(did, callee, connect))

    async def place_call(self, order: DialOrder, *, now_ms: int) -> Accepted:
        """Order one call. Raises the classes of contract/errors.py.

        Code 0 says that the call was taken even where the reply has no callId; `provider_id` is then "".
        """
        try:
            prepared = self.prepare_call(order, now_ms=now_ms)
        except ValueError as exc:
            _refuse_order(exc)
        return await self._hand_over(prepared)

    def prepare_task(self, order: TaskOrder, *, now_ms: int) -> PreparedRequest:
        """The signed createandcall request (wiki page NXCC-API-CreateCallTask). Raises ValueError as `prepare_call`."""
        _check_entries(order)
        entries = [
            {"orderID": entry.order_id, "userPhone": wire_digits(entry.callee), "other": entry.other}
            for entry in order.entries
        ]
        payload: dict[str, object] = {
            "country": order.country,
            "taskName": order.task_name,
            **({"taskDesc": order.description} if order.description else {}),
            "strategyName": order.strategy_name,
            "dispatchType": int(order.dispatch_type),
            "agentGroupNo": order.agent_group_no,
            "predictCallRate": _rate(order.predict_call_rate, Decimal("0.01")),
            "ratioCallRate": _rate(order.ratio_call_rate, Decimal("0.1")),
            "startCount": order.start_count,
            "callList": entries,
            "startupType": int(order.startup_type),
        }
        numbers = (entry["userPhone"] for entry in entries)
        return self._client.prepare(CREATE_TASK, encode(payload), now_ms=now_ms, numbers=numbers)

    async def create_task(self, order: TaskOrder, *, now_ms: int) -> Accepted:
        """Hand over one chunk. NxCloud gives no task id; its records carry our order ids. Raises as `place_call`."""
        try:
            prepared = self.prepare_task(order, now_ms=now_ms)
        except ValueError as exc:
            _refuse_order(exc)
        return await self._hand_over(prepared)

    async def _hand_over(self, prepared: PreparedRequest) -> Accepted:
        envelope, reply = await self._client.send(prepared)
        return Accepted(provider_id=envelope.call_id, request_id=envelope.request_id, exchange=reply.exchange)

    push_topics = frozenset({"call-record"})

    def trust(self, push: Push, *, now_ms: int) -> Trust:
        """Signed where the static `token` header is ours (wiki page NXCC-API-Webhook), else refused.

        The body is not signed. Without a WEBHOOK_TOKEN everything is refused.
        """
        expected, given = self._settings.webhook_token, push.headers.get("token", "")
        # As bytes: compare_digest takes no text beyond ASCII, and whoever sends the header may write anything.
        same = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
        return Trust.SIGNED if same and expected else Trust.REFUSED

    def parse_push(self, push: Push) -> CallRecord:
        """Raises ValueError with a readable sentence when the body is no call record."""
        return records.parse_push(push.body)

    def explain_hangup(self, code: str, *, answered: bool | None = None) -> tuple[Disposition, str, bool]:
        return disposition_for(code, answered=answered), hangup_text(code), was_abandoned(code)

    def customer_of(self, record: CallRecord) -> str | None:
        """The customer's number of a record as E.164; see `records.customer_of`."""
        return records.customer_of(record)


def _refuse_order(exc: ValueError) -> NoReturn:
    raise RequestNotSent(f"The order cannot be encoded for NxCloud: {exc} {NOT_SENT}", code="bad_order") from exc


def _check_entries(order: TaskOrder) -> None:
    """NxCloud documents no duplicate check of its own, and calls every entry."""
    if not order.entries:
        raise ValueError("The task has no entries.")
    order_ids = {entry.order_id for entry in order.entries}
    if any(not 0 < len(order_id) <= LONGEST_ORDER_ID for order_id in order_ids):
        raise ValueError(f"An order id must have 1 to {LONGEST_ORDER_ID} characters.")
    if len(order_ids) != len(order.entries):
        raise ValueError("Two entries of the task have the same order id.")
    if len({entry.callee for entry in order.entries}) != len(order.entries):
        raise ValueError("Two entries of the task have the same callee.")


def _rate(rate: Decimal, step: Decimal) -> float:
    """Cut to the decimals that NxCloud takes; downwards, so that nobody is dialled faster than was asked."""
    if not rate.is_finite() or not 0 <= rate < FASTEST_RATE:
        raise ValueError(f"A call rate must be a number from 0 to below {FASTEST_RATE}.")
    return float(rate.quantize(step, rounding=ROUND_DOWN))
