"""All routes of an app in one flat list."""

from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path


@dataclass(frozen=True)
class RouteEntry:
    """One route.

    Args:
        path: with placeholders, `/api/v1/sessions/{session_id}`.
        methods: what it takes; empty for a folder of files, which decides for itself.
    """

    path: str
    methods: frozenset[str]


def list_routes(app: FastAPI) -> list[RouteEntry]:
    """Every route, in the order in which they are tried."""
    return [
        RouteEntry(context.path or "", frozenset(context.methods or ()))
        for context in iter_route_contexts(app.routes)
    ]


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """The methods that any route takes at an address, sorted."""
    allowed: set[str] = set()
    for entry in list_routes(app):
        pattern, _, _ = compile_path(entry.path)
        if pattern.match(path):
            allowed |= entry.methods
    return sorted(allowed)
