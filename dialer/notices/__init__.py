from dialer.notices.events import follow_order, tell, tell_doubts, tell_of_account

__all__ = ["follow_order", "tell", "tell_doubts", "tell_of_account"]
