"""Databases with only some of the migrations from before the first release, which a few replaced."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

APPS = ("dialer", "campaigns")
PROBLEM = "This database has only some of the migrations from before the first release, which can no longer be run."
HINT = (
    "To keep its data, run the others with the last version that has them: `git checkout $(git rev-list -1 HEAD -- "
    "dialer/migrations/0034_texts.py)~1`, `manage.py migrate`, then come back and migrate again. Otherwise start with "
    "an empty database: for `make run`, delete `var/postgres`."
)


def stopped_halfway(connection: BaseDatabaseWrapper) -> bool:
    """Django itself would speak of a missing parent node, or try to make tables that are there."""
    applied = {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in APPS}
    squashed = MigrationLoader(None).replacements
    return any(
        # 0001_initial kept its name; without those it replaces, it is the earlier one.
        bool(applied & {key, *squashed[key].replaces}) and not applied.issuperset(squashed[key].replaces)
        for key in squashed
        if key[0] in APPS
    )
