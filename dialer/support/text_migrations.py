"""A migration that changes only what people read: labels, help texts, names of choices."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations.state import ProjectState


class TextsOnly(migrations.SeparateDatabaseAndState):
    """Changes the texts of many fields in the state of the migrations at once, and nothing in the database.

    A hundred and fifty AlterField operations by themselves took `migrate` half a minute on two cores: each of them
    builds anew all models that are related to its own.
    """

    def __init__(self, state_operations: list[migrations.operations.base.Operation]) -> None:
        super().__init__(state_operations=state_operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Without models built from it, a state only notes what changes; they are built once, when they are needed next.
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)
