from dialer.notices.events import tell, tell_doubts, tell_of_account

__all__ = ["tell", "tell_doubts", "tell_of_account"]
