"""Plotly figures, defined once: for the page, for scripts, for reports."""
