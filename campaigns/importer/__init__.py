"""Reads call lists: decode → columns → records → rows → report. Only run.py and store.py know the database."""
