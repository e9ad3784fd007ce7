"""From the row of a provider account to an adapter, and what is read from the provider about the account."""
