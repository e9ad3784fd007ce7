from dialer.admin import accounts, dnc, history, numbers, users

__all__ = ["accounts", "dnc", "history", "numbers", "users"]
