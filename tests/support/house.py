"""The modules of this repository and their imports, read from the syntax trees."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dialer", "campaigns", "telephony", "sheets", "sandbox", "nxportal")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Rooms = Mapping[str, tuple[tuple[str, ...], ...]]
"""Package → its rooms, lowest first; those of one line stand side by side."""


@dataclass(frozen=True, eq=False)
class Module:
    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]

    @property
    def room(self) -> str:
        """The folder or module beneath the package; "" for the package itself."""
        return self.name.split(".")[1] if "." in self.name else ""

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS)]

    @cached_property
    def mentions(self) -> Counter[str]:
        """How often each name is read in this module, as a name or as an attribute."""
        return Counter(
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
        )

    def imports(self, known: Iterable[str]) -> Iterator[tuple[str, str]]:
        """(module, name taken from it); wherever the import stands, in a function or for type checking."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    yield (whole, "") if whole in known else (node.module, alias.name)


@dataclass
class House:
    modules: dict[str, Module]
    rooms: Rooms = field(default_factory=dict)
    arrows: dict[str, set[str]] = field(default_factory=dict)
    """Module → modules of ours that it imports."""
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(module, name) → how many other modules import that name from it."""

    @classmethod
    def measured(cls, modules: Iterable[Module], rooms: Rooms) -> House:
        house = cls({module.name: module for module in modules}, rooms)
        for name, module in house.modules.items():
            pairs = [(target, item) for target, item in module.imports(house.modules) if target in house.modules]
            house.arrows[name] = {target for target, _ in pairs} - {name}
            house.taken.update(pairs)
        return house

    def one_use_helpers(self, module: Module) -> list[str]:
        names = [node.name for node in module.functions if re.match(r"_(?!_)", node.name)]
        return [name for name in names if module.mentions[name] + self.taken[module.name, name] == 1]

    def circles(self) -> list[list[str]]:
        """Groups of modules from each of which the others can be reached."""
        reach = {name: self._reached(name) for name in self.arrows}
        groups = {frozenset(other for other in reach[name] if name in reach[other]) for name in reach}
        return sorted(sorted(group) for group in groups if group)

    def _reached(self, start: str) -> set[str]:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            new = self.arrows[ahead.pop()] - seen
            seen |= new
            ahead.extend(new)
        return seen

    def arrows_up(self) -> list[tuple[str, str]]:
        return sorted(
            (source, target)
            for source, targets in self.arrows.items()
            for target in targets
            if self._points_up(self.modules[source], self.modules[target])
        )

    def _points_up(self, source: Module, target: Module) -> bool:
        rank = {room: place for place, rooms in enumerate(self.rooms.get(source.package, ())) for room in rooms}
        if source.package != target.package or source.room == target.room:
            return False
        if source.room not in rank or target.room not in rank:
            return False
        last = max(rank.values())
        return rank[target.room] >= rank[source.room] and not rank[source.room] == rank[target.room] == last


def found(root: Path = ROOT, packages: Iterable[str] = PACKAGES) -> Iterator[Module]:
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
                yield Module(name, path)
