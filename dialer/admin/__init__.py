from dialer.admin import accounts, dnc, history, numbers, rules, users

__all__ = ["accounts", "dnc", "history", "numbers", "rules", "users"]
