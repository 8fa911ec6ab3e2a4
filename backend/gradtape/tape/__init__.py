"""What was recorded: a structure, its frames, and how both become bytes. Plain data, no torch."""
