"""Gradtape: a tape deck for PyTorch's autograd."""
