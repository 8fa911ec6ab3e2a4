"""The web rules: pure ASGI middleware, one rule a file."""
