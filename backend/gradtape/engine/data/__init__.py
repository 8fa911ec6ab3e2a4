"""Data sets, their batches, and what augments them."""
