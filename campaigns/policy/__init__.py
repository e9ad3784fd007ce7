"""May this campaign call this number now? The evaluation, what holds numbers back, and safeguards."""
