"""One folder for each provider: its words in ours."""
