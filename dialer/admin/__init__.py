from dialer.admin import (
    accounts,
    agents,
    audit,
    dnc,
    history,
    notices,
    numbers,
    records,
    regions,
    rules,
    users,
    webhooks,
)

__all__ = [
    "accounts",
    "agents",
    "audit",
    "dnc",
    "history",
    "notices",
    "numbers",
    "records",
    "regions",
    "rules",
    "users",
    "webhooks",
]
