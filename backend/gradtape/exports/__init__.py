"""Recordings as files for elsewhere."""
