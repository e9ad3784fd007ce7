from dialer.admin import accounts, audit, dnc, history, notices, numbers, records, rules, users, webhooks

__all__ = ["accounts", "audit", "dnc", "history", "notices", "numbers", "records", "rules", "users", "webhooks"]
