"""What happened on the line: stages, records and results of calls."""
