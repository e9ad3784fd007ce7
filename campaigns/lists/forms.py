"""What people enter about a call list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.importer.limits import MAX_ROWS
from campaigns.lists import reading_questions
from campaigns.lists.mapping import DELIMITER_NAMES, ENCODING_NAMES, ROLES
from campaigns.lists.sample_files import TEMPLATES
from campaigns.models import SavedMapping
from dialer.web.formats import grouped
from sheets.inspection import Inspection
from sheets.limits import MAX_COLUMNS, MAX_UNPACKED
from sheets.reading import Choice
from sheets.workbook import Sheet
from telephony.numbers.column_habits import Answers

ACCEPTED = ".csv,.tsv,.txt,.xlsx,.xls,.ods,.json,.jsonl,.gz,.zip"


def upload_help() -> str:
    text = _(
        "CSV or text in any delimiter and encoding, XLSX, XLS, ODS or JSON, also packed as gzip or zip, with or "
        "without a header. Up to %(rows)s rows, %(columns)d columns and %(bytes)s (unpacked %(unpacked)s)."
    )
    return text % {
        "rows": grouped(MAX_ROWS),
        "columns": MAX_COLUMNS,
        "bytes": filesizeformat(settings.PORTAL_UPLOAD_BYTES),
        "unpacked": filesizeformat(MAX_UNPACKED),
    }


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Call list"),
        allow_empty_file=True,  # uploads.py says it better
        max_length=None,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )
    templates = tuple(TEMPLATES.values())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = upload_help()


class ReadingForm(forms.Form):
    """How the bytes become rows. Only what there is to choose is asked."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), required=False)
    delimiter = forms.ChoiceField(
        label=gettext_lazy("Column separator"), required=False, choices=list(DELIMITER_NAMES.items())
    )
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    header_line = forms.IntegerField(
        label=gettext_lazy("Header line"),
        required=False,
        min_value=0,
        widget=forms.NumberInput(attrs={"placeholder": gettext_lazy("automatic; 0 for none")}),
    )
    hidden_rows = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Leave out")), ("yes", gettext_lazy("Include"))],
    )
    saved = forms.ModelChoiceField(
        label=gettext_lazy("Saved mapping"),
        required=False,
        queryset=SavedMapping.objects.all(),
        empty_label=gettext_lazy("None"),
    )

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        proposed = {"delimiter": inspection.delimiter, "sheet": inspection.first_sheet}
        kwargs["initial"] = {**proposed, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["encoding"].choices = [(name, ENCODING_NAMES.get(name, name)) for name in inspection.encodings]
        filled = [sheet for sheet in inspection.sheets if sheet.rows]
        self.fields["sheet"].choices = [(sheet.name, _sheet_label(sheet)) for sheet in filled]
        hidden = max((sheet.hidden_rows for sheet in filled), default=0)
        self.fields["hidden_rows"].label = _("Hidden rows")
        unasked = {
            "encoding": inspection.is_certain or not inspection.encodings,
            "delimiter": not inspection.delimiter,
            "sheet": len(filled) < 2,
            "header_line": inspection.kind == "json",
            "hidden_rows": not hidden,
        }
        for name in (name for name, is_clear in unasked.items() if is_clear):
            del self.fields[name]

    def choice(self) -> Choice:
        """What is not chosen, or no choice at all, is as proposed."""
        chosen = self._chosen()
        return Choice(
            encoding=chosen.get("encoding", ""),
            delimiter=chosen.get("delimiter", ""),
            sheet=chosen.get("sheet", ""),
            header_line=chosen.get("header_line"),
            hidden_rows=True if chosen.get("hidden_rows") else None,
        )

    def saved_mapping(self) -> SavedMapping | None:
        mapping: SavedMapping | None = self._chosen().get("saved")
        return mapping

    def _chosen(self) -> dict[str, Any]:
        self.is_valid()
        return getattr(self, "cleaned_data", {})


def _sheet_label(sheet: Sheet) -> str:
    if sheet.is_hidden:
        text = ngettext("%(name)s (%(n)s row, hidden)", "%(name)s (%(n)s rows, hidden)", sheet.rows)
    else:
        text = ngettext("%(name)s (%(n)s row)", "%(name)s (%(n)s rows)", sheet.rows)
    return text % {"name": sheet.name, "n": grouped(sheet.rows)}


class MappingForm(forms.Form):
    """What is to happen with the rows. The columns' roles stand in the table, as role_0 and so on."""

    pack_rest = forms.BooleanField(
        label=gettext_lazy("Send kept columns as JSON in the pass-through value"), required=False
    )
    skip_other_campaigns = forms.BooleanField(
        label=gettext_lazy("Leave out numbers waiting in another running campaign"), required=False
    )
    called_within_days = forms.IntegerField(
        label=gettext_lazy("Leave out numbers called in the last (days)"),
        required=False,
        min_value=0,
        max_value=365,
        initial=0,
        help_text=gettext_lazy("0 ignores earlier calls."),
    )
    all_national = forms.BooleanField(
        required=False, help_text=gettext_lazy("Applies unless the column shows otherwise.")
    )
    save_as = forms.CharField(
        label=gettext_lazy("Save this mapping as"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("You can use it for the next file with the same columns."),
    )

    def __init__(self, *args: Any, country: str, may_save: bool = True, **kwargs: Any) -> None:
        """`country` is the campaign's: where its numbers have no trunk digit, a yes to the question is proposed."""
        kwargs["initial"] = {
            "all_national": reading_questions.is_asked_before(country),
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        label = _("All numbers in the column are from %(country)s") % {"country": country}
        self.fields["all_national"].label = label
        self.role_choices = list(ROLES.items())
        if not may_save:
            del self.fields["save_as"]

    def answers(self) -> Answers:
        """Of a valid form. Not ticked is no answer: the report asks."""
        return Answers(is_all_national=self.cleaned_data["all_national"] or None)

    def clean_called_within_days(self) -> int:
        return self.cleaned_data["called_within_days"] or 0

    def clean_save_as(self) -> str:
        name = str(self.cleaned_data["save_as"]).strip()
        if name and SavedMapping.objects.filter(name=name).exists():
            raise ValidationError(_("A saved mapping with this name already exists. Choose another name."))
        return name
