"""Did the provider take the order? Every change of its state, from order to sent, and what stops or doubts it."""
