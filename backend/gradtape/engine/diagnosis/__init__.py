"""Diagnosis: what is wrong with a run, where, and which numbers show it. One detector a file."""
