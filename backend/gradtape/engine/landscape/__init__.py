"""The loss around the parameters: planes through them, and what it is there."""
