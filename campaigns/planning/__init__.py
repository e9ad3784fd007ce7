"""A campaign's life: what people do with it, how far it is, what it notifies people of."""
