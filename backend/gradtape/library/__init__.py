"""The library: recording a user's own PyTorch code, in the user's own process."""
