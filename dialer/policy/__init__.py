"""May this number be called? The rules and their verdicts: verdicts.py for a batch, calls.py for one call."""
