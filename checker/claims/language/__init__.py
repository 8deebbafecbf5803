"""A sentence in English to a claim spec, and back."""
