"""Slots are taken as far ahead as the machine needs."""

from __future__ import annotations

from datetime import timedelta

from campaigns.pacing.lead import LEAST_LEAD, MOST_LEAD, Lead

MS = timedelta(milliseconds=1)


def test_a_missed_slot_moves_the_next_ones_ahead_by_what_was_missing():
    lead = Lead()
    assert lead.now == LEAST_LEAD
    lead.missed(by=60 * MS, had=10 * MS)
    lead.missed(by=30 * MS, had=10 * MS)  # of the same batch, and less late
    assert lead.now == 70 * MS


def test_it_has_an_end_and_fades_while_slots_are_kept():
    lead = Lead()
    lead.missed(by=timedelta(seconds=5), had=LEAST_LEAD)
    assert lead.now == MOST_LEAD
    for _ in range(139):
        lead.kept()
    assert 0.49 < lead.now / MOST_LEAD < 0.51
    for _ in range(1000):
        lead.kept()
    assert lead.now == LEAST_LEAD
