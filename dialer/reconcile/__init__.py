"""What nobody pushed is asked for, matched to the orders it belongs to, and counted against them."""
