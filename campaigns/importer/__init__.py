"""Reads call lists: layout → verdicts → held back → store, reported on. Files become rows in `sheets`."""
