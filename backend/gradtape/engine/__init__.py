"""Torch at work: a spec becomes a network that is trained and recorded."""
