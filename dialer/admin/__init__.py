from dialer.admin import accounts, audit, dnc, history, notices, numbers, rules, users

__all__ = ["accounts", "audit", "dnc", "history", "notices", "numbers", "rules", "users"]
