"""The regular expressions of phonenumbers' metadata as sets of digit strings, told apart digit by digit.

A language is a hash-consed tree; its derivative by a digit is the language of what may follow (Brzozowski, 1964).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

Node = tuple[Any, ...]

EMPTY: Node = ("empty",)
"""No string at all."""
END: Node = ("end",)
"""The empty string."""
ALL_DIGITS = 0b11_1111_1111


class NotModelled(Exception):
    """A construct that this parser does not know; the numbers in question are left to phonenumbers."""


def one_of(mask: int) -> Node:
    """One digit of a set, as ten bits."""
    return ("digit", mask) if mask else EMPTY


def then(first: Node, second: Node) -> Node:
    if first == EMPTY or second == EMPTY:
        return EMPTY
    if first == END:
        return second
    if second == END:
        return first
    # Always nested to the right, so that equal languages become equal nodes and share a state.
    if first[0] == "then":
        return ("then", first[1], then(first[2], second))
    return ("then", first, second)


def either(options: Iterable[Node]) -> Node:
    digits, others = 0, set()
    for option in options:
        parts: Iterable[Node] = option[1] if option[0] == "either" else (option,)
        for part in parts:
            if part[0] == "digit":
                digits |= part[1]
            elif part != EMPTY:
                others.add(part)
    # The digits of several options are one set: fewer nodes, fewer states.
    if digits:
        others.add(one_of(digits))
    if not others:
        return EMPTY
    return others.pop() if len(others) == 1 else ("either", frozenset(others))


def repeat(node: Node, least: int, most: int | None) -> Node:
    if most == 0:
        return END
    if node in (EMPTY, END):
        return END if least == 0 or node == END else EMPTY
    return node if (least, most) == (1, 1) else ("repeat", node, least, most)


@cache
def may_end(node: Node) -> bool:
    """Whether the empty string belongs to it."""
    match node:
        case ("end",):
            return True
        case ("then", first, second):
            return may_end(first) and may_end(second)
        case ("either", options):
            return any(may_end(option) for option in options)
        case ("repeat", inner, least, _):
            return least == 0 or may_end(inner)
    return False


@cache
def after(node: Node, digit: int) -> Node:
    """What may follow that digit."""
    match node:
        case ("digit", mask):
            return END if mask >> digit & 1 else EMPTY
        case ("then", first, second):
            followed = then(after(first, digit), second)
            return either([followed, after(second, digit)]) if may_end(first) else followed
        case ("either", options):
            return either(after(option, digit) for option in options)
        case ("repeat", inner, least, most):
            rest = repeat(inner, max(least - 1, 0), None if most is None else most - 1)
            return then(after(inner, digit), rest)
    return EMPTY


@cache
def parse(pattern: str) -> Node:
    """Raises NotModelled."""
    parser = _Parser(pattern)
    node = parser.alternatives()
    if parser.rest:
        raise NotModelled(pattern)
    return node


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.rest = pattern

    def _take(self, text: str) -> bool:
        if self.rest.startswith(text):
            self.rest = self.rest[len(text) :]
            return True
        return False

    def alternatives(self) -> Node:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        return either(options)

    def _sequence(self) -> Node:
        parts = []
        while self.rest and self.rest[0] not in "|)":
            parts.append(self._quantified(self._atom()))
        node = END
        for part in reversed(parts):
            node = then(part, node)
        return node

    def _atom(self) -> Node:
        if self._take("(?:") or (not self.rest.startswith("(?") and self._take("(")):
            node = self.alternatives()
            if not self._take(")"):
                raise NotModelled(self.rest)
            return node
        if self._take(r"\d"):
            return one_of(ALL_DIGITS)
        if self._take("["):
            inside, _, self.rest = self.rest.partition("]")
            mask, place = 0, 0
            while place < len(inside):
                if inside[place : place + 2] == r"\d":
                    mask, place = ALL_DIGITS, place + 2
                    continue
                if not inside[place].isdigit():
                    raise NotModelled(inside)
                is_range = inside[place + 1 : place + 2] == "-"
                last = inside[place + 2] if is_range else inside[place]
                for digit in range(int(inside[place]), int(last) + 1):
                    mask |= 1 << digit
                place += 3 if is_range else 1
            return one_of(mask)
        if self.rest[0].isdigit():
            digit, self.rest = int(self.rest[0]), self.rest[1:]
            return one_of(1 << digit)
        raise NotModelled(self.rest)

    def _quantified(self, node: Node) -> Node:
        if self._take("?"):
            return repeat(node, 0, 1)
        if self._take("*"):
            return repeat(node, 0, None)
        if self._take("+"):
            return repeat(node, 1, None)
        if self._take("{"):
            bounds, _, self.rest = self.rest.partition("}")
            least, comma, most = bounds.partition(",")
            return repeat(node, int(least), int(most) if most else None if comma else int(least))
        return node
