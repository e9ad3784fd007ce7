from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from nxportal.documents import DOCUMENTS


class Command(BaseCommand):
    help = "Write docs/commands.md and docs/permissions.md from the code."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for path, text_of in DOCUMENTS.items():
            path.write_text(text_of())
            self.stdout.write(f"wrote docs/{path.name}")
