"""Watches an iteration and writes down all that ran: structure, frame and values."""
