"""Campaigns that are called number by number: who is next, when, from which DID, and what follows from the result."""
