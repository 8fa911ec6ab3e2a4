"""The function that a network computes, on its data and all around it."""
