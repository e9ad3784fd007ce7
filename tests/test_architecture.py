"""The layers and rooms, as data: who may import whom, and who alone does what is dangerous.

Read from the syntax tree, so that a lazy import counts too, and one for the type checker.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.house import House, Module, Rooms, found

ROOT = Path(__file__).resolve().parent.parent
OURS = {"nxportal", "campaigns", "dialer", "telephony", "sheets", "sandbox", "tests"}

# package → what of ours it may import. nxportal is wiring, so the apps may not look back at it.
MAY_IMPORT = {
    "telephony": {"telephony"},
    "sheets": {"sheets"},
    "dialer": {"dialer", "telephony", "sheets"},
    "campaigns": {"campaigns", "dialer", "telephony", "sheets"},
    "nxportal": {"nxportal", "campaigns", "dialer", "telephony"},
    "sandbox": {"sandbox"},
}
# A room may import only rooms that stand in a line above its own.
ROOMS: Rooms = {
    "dialer": (
        ("support", "web"),
        ("models",),
        ("hooks",),
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
# Inside the packages: (which files, what they must not import, why).
FORBIDDEN = [
    ("telephony/**/*.py", "django", "telephony is Django-free"),
    ("sandbox/**/*.py", "django", "the sandbox is a plain ASGI app"),
    ("sheets/**/*.py", "django.db", "sheets reads files, whoever asks"),
    ("sheets/**/*.py", "django.conf", "sheets has no settings"),
    ("telephony/**/*.py", "procrastinate", "telephony knows no jobs"),
    ("dialer/**/*.py", "httpx", "HTTP to providers is telephony's"),
    ("campaigns/**/*.py", "httpx", "HTTP to providers is telephony's"),
    ("dialer/**/*.py", "telephony.providers", "adapters are reached through the registry"),
    ("campaigns/**/*.py", "telephony.providers", "adapters are reached through the registry"),
    *(
        (pattern, module, "pages never touch an adapter")
        for pattern in ("**/views*.py", "**/*forms*.py", "**/*fields*.py", "**/filters.py", "**/templatetags/*.py")
        for module in ("telephony.providers", "dialer.providers.adapters", "httpx")
    ),
]
# doctor compares clocks with the provider's host, posting tells systems that are no providers; neither sends an order.
EXEMPT = {("dialer/management/commands/doctor.py", "httpx"), ("dialer/notices/http_post.py", "httpx")}

# Module, or room → why it may get itself an adapter.
TOUCHES_ADAPTERS = {
    "dialer.providers": "makes them",
    "dialer.ledger.send_attempt": "sends orders",
    "dialer.agents.sessions": "holds agents' sessions",
    "dialer.inbox": "reads and proves callbacks",
    "dialer.outcomes.state_polling": "asks for states of calls",
    "dialer.outcomes.recordings": "fetches recordings",
    "dialer.reconcile.pull": "asks for records",
    "dialer.reconcile.file_pass": "reads files of records, offline",
    "dialer.calls.services": "shows the request that would leave, offline",
    "campaigns.pages.request_preview": "shows the requests that would leave, offline",
    "dialer.management.kind_checks": "tries out an account for doctor, without an order",
}
OUR_APPS = ("dialer", "campaigns", "telephony")
ADAPTER_MODULES = {"adapters", "registry"}
GETS_ADAPTER = {"adapter_for", "offline_adapter", "opened", "build_adapter"}

MAKES_THREADS = {
    "dialer.support.async_db": "the database's threads",
    "dialer.inbox.group_writer": "one thread stores the callbacks of all requests, many in one transaction",
    "campaigns.importer.prefetch": "decodes a file ahead of the database, and never asks it",
    "dialer.notices.delivery": "a mail server may take half a minute: not in the thread that all jobs share",
}

WRITES_STATES = {
    "dialer.ledger": "the transitions",
    "dialer.calls.bulk": "the same for paced calls, many in one statement",
}
ORDER_TABLES = ("dialer_callrequest", "campaigns_providertask")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import absolutely"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources(pattern: str) -> list[Path]:
    return [path for path in sorted(ROOT.glob(pattern)) if ".venv" not in path.parts]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(f"{package}/**/*.py")
        for name in imports_of(path)
        if (top := name.split(".")[0]) in OURS and top not in MAY_IMPORT[package]
    ]
    assert not wrong


@pytest.mark.parametrize(("pattern", "module", "why"), FORBIDDEN)
def test_nobody_reaches_around_a_layer(pattern, module, why):
    files = sources(pattern)
    assert files, f"the rule looks at nothing: {pattern}"
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}: {why}"
        for path in files
        for name in imports_of(path)
        if (name == module or name.startswith(f"{module}."))
        and (path.relative_to(ROOT).as_posix(), module) not in EXEMPT
    ]
    assert not wrong


def test_a_forbidden_import_would_be_seen(tmp_path):
    path = tmp_path / "view.py"
    path.write_text("def f():\n    from telephony.providers.nxcloud import adapter\n")
    assert list(imports_of(path)) == ["telephony.providers.nxcloud", "telephony.providers.nxcloud.adapter"]


def test_only_one_module_reads_the_providers_environment():
    readers = {
        path.relative_to(ROOT).as_posix()
        for package in ("dialer", "campaigns", "telephony")
        for path in sources(f"{package}/**/*.py")
        if "os.environ" in path.read_text() and "import os" in path.read_text()
    }
    assert readers == {"dialer/providers/adapters.py"}


def test_modules_stay_small():
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for package in MAY_IMPORT
        for path in sources(f"{package}/**/*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long


@pytest.fixture(scope="module")
def house() -> House:
    return House.measured(found(), ROOMS)


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., House]:
    """A small house out of paths and their sources."""

    def build(**sources: str) -> House:
        for name, source in sources.items():
            path = tmp_path.joinpath(*name.split("__")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return House.measured(found(tmp_path), ROOMS)

    return build


def in_rooms(module: Module, names: dict[str, str]) -> bool:
    return any(module.name == name or module.name.startswith(f"{name}.") for name in names)


def wrong_modules(house: House, does: Callable[[Module], bool], allowed: dict[str, str]) -> list[str]:
    return [module.name for module in house.modules.values() if does(module) and not in_rooms(module, allowed)]


def idle_names(house: House, does: Callable[[Module], bool], allowed: dict[str, str]) -> list[str]:
    """Names that stand in the list and need not: it would let in what nobody has thought of."""
    doing = [module for module in house.modules.values() if does(module)]
    return [name for name in allowed if not any(in_rooms(module, {name: ""}) for module in doing)]


def test_each_module_has_its_place_in_the_room_order(house):
    known = {package: {room for line in rooms for room in line} for package, rooms in ROOMS.items()}
    homeless = [
        module.name
        for module in house.modules.values()
        if module.package in known and module.room and module.room not in known[module.package]
    ]
    assert not homeless


def test_no_room_imports_what_stands_to_its_right(house):
    assert house.arrows_up() == []


def test_an_arrow_up_would_be_seen(sample):
    up = sample(
        dialer__dnc__lists="def f():\n    from dialer.policy import rules\n",
        dialer__policy__rules="from dialer.dnc import blocks",
        dialer__dnc__blocks="from dialer.notices import bell",
        dialer__notices__bell="",
    )
    # dnc and notices stand side by side: neither may import the other.
    assert up.arrows_up() == [("dialer.dnc.blocks", "dialer.notices.bell"), ("dialer.dnc.lists", "dialer.policy.rules")]


def test_no_modules_import_each_other_in_a_circle(house):
    assert house.circles() == []


def test_a_circle_would_be_seen(sample):
    circle = sample(
        sheets__a="from sheets.b import B",
        sheets__b="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sheets import c\n",
        sheets__c="def f():\n    import sheets.a\n",
        sheets__d="from sheets.a import A",
    )
    assert circle.circles() == [["sheets.a", "sheets.b", "sheets.c"]]


def gets_adapter(module: Module) -> bool:
    taken = {name for target, name in module.imports(()) if target == "dialer.providers.adapters"}
    called = {
        node.attr
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ADAPTER_MODULES
    }
    return bool(GETS_ADAPTER & (taken | called))


def test_only_these_touch_an_adapter(house):
    assert not wrong_modules(house, gets_adapter, TOUCHES_ADAPTERS)


def test_an_adapter_in_a_wrong_place_would_be_seen(sample):
    wrong = sample(
        dialer__calls__views="from dialer.providers import adapters\nadapters.offline_adapter(1)",
        dialer__calls__forms="def f():\n    from dialer.providers.adapters import adapter_for\n",
        dialer__calls__filters="from dialer.providers import adapters\nadapters.problems_of(1)",
        dialer__ledger__send_attempt="from dialer.providers import adapters\nadapters.adapter_for(1)",
    )
    found_wrong = wrong_modules(wrong, gets_adapter, TOUCHES_ADAPTERS)
    assert sorted(found_wrong) == ["dialer.calls.forms", "dialer.calls.views"]


def makes_threads(module: Module) -> bool:
    for node in ast.walk(module.tree):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in ("Thread", "ThreadPoolExecutor", "to_thread", "run_in_executor"):
            return True
        if isinstance(node, ast.keyword) and node.arg == "thread_sensitive":
            return True
    return False


def of_our_apps(does: Callable[[Module], bool]) -> Callable[[Module], bool]:
    return lambda module: module.package in OUR_APPS and does(module)


def test_only_these_make_threads(house):
    assert not wrong_modules(house, of_our_apps(makes_threads), MAKES_THREADS)


@pytest.mark.parametrize(
    "source",
    [
        "import threading\nthreading.Thread(target=print).start()",
        "from threading import Thread\nThread(target=print)",
        "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(1)",
        "import asyncio\nasync def f():\n    await asyncio.to_thread(print)",
        "from asgiref.sync import sync_to_async\nsync_to_async(print, thread_sensitive=False)",
    ],
)
def test_a_thread_in_a_wrong_place_would_be_seen(sample, source):
    assert wrong_modules(sample(dialer__calls__services=source), makes_threads, MAKES_THREADS)


ORDER_LEASE = re.compile(r"lease_(token|expires_at)$")
WRITES_IN_SQL = re.compile(
    rf"UPDATE\s+({'|'.join(ORDER_TABLES)})\b[^;]*?\bSET\b(?:(?!\bFROM\b|\bWHERE\b).)*?\b(state|lease_\w+)\s*=",
    re.DOTALL | re.IGNORECASE,
)
ASKS_ONLY = ("filter", "exclude", "get", "Q", "CheckConstraint", "Index")


def writes_states(module: Module) -> bool:
    """Whether it writes the columns `state` or `lease_*` of an order, by the ORM or in SQL."""
    states = set(names_of_order_states(module))
    for node in ast.walk(module.tree):
        if any(
            ORDER_LEASE.match(column) or (column == "state" and names_one_of(value, states))
            for column, value in written_columns(node)
        ):
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITES_IN_SQL.search(node.value):
            return True
    return False


def names_of_order_states(module: Module) -> Iterator[str]:
    """What the module calls dialer.models.State; call lists, agents and others have states of their own."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("dialer.models", "dialer.models.submissions"):
            yield from (alias.asname or alias.name for alias in node.names if alias.name == "State")


def written_columns(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Keyword arguments of what does not only ask, and attributes that are set."""
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called not in ASKS_ONLY:
            yield from ((keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from ((part.attr, node.value) for part in parts if isinstance(part, ast.Attribute))


def names_one_of(value: ast.expr, states: set[str]) -> bool:
    """`State.SENDING`, also as one arm of a choice."""
    attributes = (node for node in ast.walk(value) if isinstance(node, ast.Attribute))
    return any(isinstance(node.value, ast.Name) and node.value.id in states for node in attributes)


def test_only_these_write_the_state_of_an_order(house):
    assert not wrong_modules(house, of_our_apps(writes_states), WRITES_STATES)


@pytest.mark.parametrize(
    "source",
    [
        "from dialer.models import State\nrows.filter(pk=1).update(state=State.ACCEPTED)",
        "from dialer.models import State\nrows.update(state=State.ACCEPTED if called else State.REJECTED)",
        "from dialer.models.submissions import State as OrderState\ncall.state = OrderState.ACCEPTED",
        "rows.update(lease_token=None)",
        "call.lease_token, call.lease_expires_at = 1, 2",
        "SQL = 'UPDATE dialer_callrequest AS c SET reason = 1, state = 2 FROM x WHERE c.id = x.id'",
    ],
)
def test_a_state_written_in_a_wrong_place_would_be_seen(sample, source):
    assert wrong_modules(sample(dialer__outcomes__results=source), writes_states, WRITES_STATES)


@pytest.mark.parametrize(
    "source",
    [
        "from dialer.models import State\nrows.filter(state=State.ACCEPTED)",
        "from dialer.models import DncImport\nState = DncImport.State\nrows.update(state=State.READ)",
        "SQL = 'UPDATE dialer_callrequest SET closed_at = 1 FROM x WHERE state = 2'",
    ],
)
def test_a_state_that_is_only_asked_for_is_nobodys_wrong(sample, source):
    assert not wrong_modules(sample(dialer__outcomes__results=source), writes_states, WRITES_STATES)


@pytest.mark.parametrize(
    ("does", "allowed"),
    [(gets_adapter, TOUCHES_ADAPTERS), (makes_threads, MAKES_THREADS), (writes_states, WRITES_STATES)],
)
def test_whoever_is_allowed_something_does_it(house, does, allowed):
    assert not idle_names(house, does, allowed)


@pytest.mark.parametrize("package", ["dialer", "campaigns"])
def test_at_most_six_modules_lie_flat(package):
    assert len(list((ROOT / package).glob("*.py"))) <= 6
