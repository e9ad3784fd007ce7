from dialer.notices.events import notify, notify_doubts, notify_of_account

__all__ = ["notify", "notify_doubts", "notify_of_account"]
