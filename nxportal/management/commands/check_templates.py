from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError, engines


class Command(BaseCommand):
    help = "Compile every template of the portal; an unknown tag, filter or unclosed block ends with status 1."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        folders = [Path(folder) for template in settings.TEMPLATES for folder in template["DIRS"]]
        names = [path.relative_to(folder) for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
        errors = []
        for name in names:
            try:
                engines["django"].get_template(str(name))
            except TemplateSyntaxError as exc:
                errors.append(f"templates/{name}: {exc}")
        if errors:
            raise CommandError("\n".join(errors))
        self.stdout.write(f"{len(names)} templates compile")
