"""Sessions: one process each, what goes to and fro, and the host that keeps them going."""
