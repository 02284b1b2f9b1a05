"""Measures: arrays in, numbers out. What they say about a model is told in `evaluation`."""
