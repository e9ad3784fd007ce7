from __future__ import annotations

import pytest
from django.conf import LazySettings

from dialer.support import crypto
from dialer.support.crypto import Unreadable, seal, unseal
from tests.support.builders import make_agent

PASSWORD = "an agent's pässword"


def test_what_was_sealed_opens_again_and_shows_nothing_of_itself():
    box = seal(PASSWORD)
    assert PASSWORD not in box
    assert unseal(box) == PASSWORD
    assert seal(PASSWORD) != box, "the same password twice looks different"


def test_another_key_does_not_open_it(settings: LazySettings):
    box = seal(PASSWORD)
    settings.PORTAL_FIELD_KEY = ["some other key"]
    with pytest.raises(Unreadable, match="enter it again"):
        unseal(box)


def test_a_new_key_in_front_of_the_old_one_opens_and_seals(settings: LazySettings):
    box = seal(PASSWORD)
    settings.PORTAL_FIELD_KEY = ["a new key", *settings.PORTAL_FIELD_KEY]
    assert unseal(box) == PASSWORD
    newer = seal(PASSWORD)
    settings.PORTAL_FIELD_KEY = ["a new key"]
    assert unseal(newer) == PASSWORD
    with pytest.raises(Unreadable):
        unseal(box)


@pytest.mark.parametrize("box", ["", "no box", "é"])
def test_a_spoilt_box_says_what_to_do(box: str):
    with pytest.raises(Unreadable):
        crypto.unseal(box)


@pytest.mark.django_db
def test_an_agents_password_is_not_readable_in_its_row_nor_in_its_history():
    agent = make_agent()
    agent.refresh_from_db()
    assert "agent-password" not in agent.password_box
    assert agent.login().password == "agent-password"
    assert "agent-password" not in repr(agent.login())
    event = type(agent).pgh_event_models["insert"]
    assert "password_box" not in {field.name for field in event._meta.get_fields()}
