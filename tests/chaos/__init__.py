"""A campaign while workers are killed and the database restarts; afterwards every number must add up."""
