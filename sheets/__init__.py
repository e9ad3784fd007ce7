"""Reads the tables that people upload (delimited text, workbooks, JSON; packed or not) as streamed rows."""
