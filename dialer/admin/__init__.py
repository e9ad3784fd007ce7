from dialer.admin import accounts, history, numbers, users

__all__ = ["accounts", "history", "numbers", "users"]
