"""How the house measures: `python -m tests.house_figures`, one line for each package and room.

Counted from the syntax tree, the plain way, so that the figures can be compared from one month to the next.
"""

from __future__ import annotations

import io
import re
import statistics
import subprocess
import sys
import tokenize
from collections import Counter, defaultdict

from tests.support.house import ROOT, House, Module, found
from tests.test_architecture import ROOMS

COLUMNS = ("modules", "flat", "lines", "functions", "median", "p95", "one-use %", "comments %", "up", "strict")


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
    house = House.measured(found(), ROOMS)
    up = house.arrows_up()
    errors = strict_errors()
    rooms: defaultdict[str, list[Module]] = defaultdict(list)
    for module in house.modules.values():
        rooms[module.package].append(module)
        # A module that lies flat is a room of its own where there is a room order.
        if module.room and (module.package in ROOMS or module.name.count(".") > 1):
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
