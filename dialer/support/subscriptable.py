"""Classes that take a type argument in the stubs of Django, but not in Django, as `QuerySet` does.

`class ListForm(ModelForm[DncList])` tells the type check the model; at run time its base is `forms.ModelForm`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.auth.admin import UserAdmin
    from django.db.models import Field
    from django.forms import ModelForm
else:
    from django.utils.module_loading import import_string

    class _Subscriptable:
        def __init__(self, path: str) -> None:
            self.path = path

        def __getitem__(self, _arguments: object) -> type:
            # Not before: the admin's classes load models, and the models here need `Field`.
            return import_string(self.path)

    Field = _Subscriptable("django.db.models.Field")
    ModelAdmin = _Subscriptable("django.contrib.admin.ModelAdmin")
    ModelForm = _Subscriptable("django.forms.ModelForm")
    TabularInline = _Subscriptable("django.contrib.admin.TabularInline")
    UserAdmin = _Subscriptable("django.contrib.auth.admin.UserAdmin")

__all__ = ["Field", "ModelAdmin", "ModelForm", "TabularInline", "UserAdmin"]
