"""Files of numbers for do-not-call lists: which column is what, what each row means, and how it is stored."""
