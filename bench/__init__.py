"""Measures what Gradtape costs, beside plain PyTorch and beside a peer. `make bench` runs it."""
