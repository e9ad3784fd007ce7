"""May this number be called? The rules and their verdicts: batch.py for many, single_call.py for one."""
