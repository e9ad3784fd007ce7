from dialer.admin import accounts, agents, audit, dnc, history, notices, numbers, records, rules, users, webhooks

__all__ = [
    "accounts",
    "agents",
    "audit",
    "dnc",
    "history",
    "notices",
    "numbers",
    "records",
    "rules",
    "users",
    "webhooks",
]
