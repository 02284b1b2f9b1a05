"""The built-in data sets: made from a seed, the same bytes on every machine, kept in the cache."""
