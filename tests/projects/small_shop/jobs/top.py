"""A Table API job, as far as finding it goes."""
