"""A portal that had read do-not-call files and kept registry evidence before both were read row by row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.campaigns.models.test_identity_migration import Portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    try:
        made.migrate("campaigns", "0013_agent_permissions")
        yield made
    finally:
        made.drop()


def test_old_files_keep_their_counts_and_rejects_and_old_evidence_opens_nothing(portal: Portal) -> None:
    portal.sql(
        """
        INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
                               date_joined)
        VALUES (1, '', FALSE, 'ada', '', '', '', FALSE, TRUE, now())
        """
    )
    portal.sql(
        """
        INSERT INTO dialer_dnclist (id, name, description, scope, country, is_active, created_at)
        VALUES (77, 'Ours', '', 'everyone', '', TRUE, now())
        """
    )
    portal.sql(
        """
        INSERT INTO dialer_dncimport
               (id, dnc_list_id, file, name, size, sha256, country, state, error, bytes_read, bytes_total, rows, added,
                known, invalid, rejects, expires_at, uploaded_by_id, uploaded_at)
        VALUES (5, 77, 'x', 'old.csv', 1, '', '', 'done', '', 1, 1, 4, 2, 1, 1,
                '[[3, "invalid", "No such number.", "Compare it."]]', '2027-01-01T00:00:00Z', 1, now())
        """
    )
    portal.sql(
        """
        INSERT INTO dialer_registryevidence
               (country, received_on, file, name, sha256, size, note, recorded_by_id, recorded_at)
        VALUES ('SG', '2026-11-01', 'x', 'old', '', 1, '', 1, now())
        """
    )
    portal.migrate("dialer", "0021_dnc_block_permissions")
    assert portal.sql("SELECT rows, taken, invalid, expires_on::text FROM dialer_dncimport") == [
        (4, 3, 1, "2026-12-31")
    ]
    assert portal.sql("SELECT dnc_import_id, line_number, code, reason, suggestion FROM dialer_dncreject") == [
        (5, 3, "invalid", "No such number.", "Compare it.")
    ]
    assert portal.sql("SELECT state, clean FROM dialer_registryevidence") == [("kept", 0)]
    allowed = portal.sql(
        """
        SELECT g.name FROM auth_group g JOIN auth_group_permissions m ON m.group_id = g.id
          JOIN auth_permission p ON p.id = m.permission_id WHERE p.codename = 'view_dncblock' ORDER BY g.name
        """
    )
    assert [name for (name,) in allowed] == ["Administrator", "Auditor", "Supervisor"]
