from dialer.admin import accounts, audit, dnc, history, notices, numbers, rules, users, webhooks

__all__ = ["accounts", "audit", "dnc", "history", "notices", "numbers", "rules", "users", "webhooks"]
