"""How the house measures: `python -m tests.house_figures`, one line for each package and room.

Counted from the syntax tree, the plain way, so that the figures can be compared from one month to the next.
"""

from __future__ import annotations

import ast
import io
import re
import statistics
import subprocess
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("dialer", "campaigns", "telephony", "sheets", "sandbox", "nxportal")
# A room may import only rooms that stand in a line above its own.
ROOMS = {
    "dialer": (
        ("support", "web"),
        ("models",),
        ("dnc", "notices"),
        ("policy", "providers"),
        ("ledger",),
        ("outcomes",),
        ("agents", "inbox", "reconcile"),
        ("calls",),
        ("admin", "management", "tasks", "checks", "apps", "templatetags"),
    ),
    "campaigns": (
        ("models",),
        ("policy", "importer"),
        ("planning",),
        ("lists", "chunks", "pacing"),
        ("pages",),
        ("admin", "management", "tasks", "apps", "templatetags"),
    ),
    "telephony": (("contract",), ("numbers",), ("http",), ("configuration",), ("providers",), ("registry",)),
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COLUMNS = ("modules", "flat", "lines", "functions", "median", "p95", "one-use %", "comments %", "up", "strict")


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

    @cached_property
    def room(self) -> str:
        """The folder or module beneath the package; "" for a package without rooms."""
        parts = self.name.split(".")
        if self.package in ROOMS:
            return parts[1] if len(parts) > 1 else ""
        return parts[1] if len(parts) > 2 else ""

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
    arrows: dict[str, set[str]] = field(default_factory=dict)
    """Module → modules of ours that it imports."""
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(module, name) → how many other modules import that name from it."""

    @classmethod
    def measured(cls) -> House:
        house = cls({module.name: module for module in found()})
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

    @staticmethod
    def _points_up(source: Module, target: Module) -> bool:
        rank = {room: place for place, rooms in enumerate(ROOMS.get(source.package, ())) for room in rooms}
        if source.package != target.package or source.room == target.room:
            return False
        if source.room not in rank or target.room not in rank:
            return False
        last = max(rank.values())
        return rank[target.room] >= rank[source.room] and not rank[source.room] == rank[target.room] == last


def found() -> Iterator[Module]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                yield Module(name, path)


def lines_of(text: str) -> tuple[int, int]:
    """(lines with code, lines with a comment); orders to a tool are no comments, docstrings are neither."""
    code: set[int] = set()
    comments: set[int] = set()
    opens = True  # a text that opens a statement is a docstring, or the explanation of a field
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if not re.match(r"#\s*(noqa|type:|pragma|fmt:|ruff:)", token.string):
                comments.add(token.start[0])
        elif token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            opens = True
        elif token.type not in (tokenize.NL, tokenize.ENDMARKER):
            if not (opens and token.type == tokenize.STRING):
                code.update(range(token.start[0], token.end[0] + 1))
            opens = False
    return len(code), len(comments)


def strict_errors() -> Counter[str]:
    """Path → errors of `mypy --strict`, whatever the configuration lets pass by package."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-pretty", "--no-error-summary"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(run.stdout + run.stderr)
    return Counter(line.partition(":")[0] for line in run.stdout.splitlines() if ": error:" in line)


def row(house: House, modules: list[Module], up: list[tuple[str, str]], errors: Counter[str]) -> list[str]:
    lengths = sorted((node.end_lineno or 0) - node.lineno + 1 for module in modules for node in module.functions)
    helpers = sum(len(house.one_use_helpers(module)) for module in modules)
    counted = [lines_of(module.text) for module in modules]
    code, comments = (sum(pair[place] for pair in counted) for place in (0, 1))
    names = {module.name for module in modules}
    flat = sum(module.name.count(".") == 1 and module.path.name != "__init__.py" for module in modules)
    return [
        str(len(modules)),
        str(flat),
        str(sum(module.text.count("\n") for module in modules)),
        str(len(lengths)),
        f"{statistics.median(lengths):.0f}" if lengths else "–",
        str(lengths[int(len(lengths) * 0.95)]) if lengths else "–",
        f"{100 * helpers / len(lengths):.0f}" if lengths else "–",
        f"{100 * comments / code:.1f}" if code else "–",
        str(sum(source in names for source, _ in up)),
        str(sum(errors[str(module.path.relative_to(ROOT))] for module in modules)),
    ]


def main() -> None:
    house = House.measured()
    up = house.arrows_up()
    errors = strict_errors()
    rooms: defaultdict[str, list[Module]] = defaultdict(list)
    for module in house.modules.values():
        rooms[module.package].append(module)
        if module.room:
            rooms[f"  {module.package}.{module.room}"].append(module)
    rooms["everything"] = list(house.modules.values())
    width = max(map(len, rooms))
    print("".ljust(width), *(column.rjust(10) for column in COLUMNS))
    for title, modules in rooms.items():
        print(title.ljust(width), *(cell.rjust(10) for cell in row(house, modules, up, errors)))
    circles = house.circles()
    print(f"\n{len(circles)} import circles, {len(up)} arrows up")
    for circle in circles:
        print("  circle:", ", ".join(circle))
    for source, target in up:
        print(f"  up: {source} → {target}")
    if "--helpers" in sys.argv:
        for module in house.modules.values():
            for name in house.one_use_helpers(module):
                print(f"{module.path.relative_to(ROOT)}: {name}")


if __name__ == "__main__":
    main()
