"""Roles are data in nxportal/roles.py, and every migrate gives people what stands there."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from nxportal.roles import ROLES, SUPERVISOR, apply_roles


def permissions_of(name: str) -> set[str]:
    rows = Permission.objects.filter(group__name=name).values_list("content_type__app_label", "codename")
    return {f"{app_label}.{codename}" for app_label, codename in rows}


def migrate_again() -> None:
    call_command("migrate", verbosity=0)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_new_portal_gives_each_role_what_the_data_says(role):
    assert permissions_of(role.name) == role.permissions


@pytest.mark.django_db
def test_a_migrate_gives_back_what_a_role_lacks_and_makes_a_missing_role():
    supervisors = Group.objects.get(name=SUPERVISOR.name)
    supervisors.permissions.remove(Permission.objects.get(codename="add_callrequest"))
    Group.objects.get(name="Auditor").delete()
    migrate_again()
    assert {role.name: permissions_of(role.name) for role in ROLES} == {role.name: role.permissions for role in ROLES}


@pytest.mark.django_db
def test_what_was_added_by_hand_stays():
    added = Permission.objects.get(codename="resume_provideraccount")
    Group.objects.get(name=SUPERVISOR.name).permissions.add(added)
    own = Group.objects.create(name="Night shift")
    own.permissions.add(added)
    migrate_again()
    assert permissions_of(SUPERVISOR.name) == {*SUPERVISOR.permissions, "dialer.resume_provideraccount"}
    assert permissions_of("Night shift") == {"dialer.resume_provideraccount"}


@pytest.mark.django_db
def test_permissions_that_a_half_done_migrate_has_not_made_come_with_the_next():
    Permission.objects.filter(codename="use_agent").delete()
    apply_roles(using="default", apps=apps)
    assert permissions_of(SUPERVISOR.name) == SUPERVISOR.permissions - {"dialer.use_agent"}
    migrate_again()
    assert permissions_of(SUPERVISOR.name) == SUPERVISOR.permissions
