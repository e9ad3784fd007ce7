from dialer.admin import accounts, audit, dnc, history, numbers, rules, users

__all__ = ["accounts", "audit", "dnc", "history", "numbers", "rules", "users"]
