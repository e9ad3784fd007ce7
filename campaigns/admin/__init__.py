from campaigns.admin import call_lists, campaigns, tasks

__all__ = ["call_lists", "campaigns", "tasks"]
