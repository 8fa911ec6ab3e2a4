"""Routes, one subject a file. Each only reads a request, asks a floor below, and answers."""
