"""The API's description: FastAPI's, with the models that routes read and write as raw bytes.

`python -m gradtape.server.openapi` prints it; the page's TypeScript types are made from it.
"""

import json
import sys
from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from gradtape.server.error_responses import ErrorResponse
from gradtape.server.models import OpenByBranch, OpenByExample, OpenBySpec
from gradtape.sessions.messages import Command, LoggedEvent, SessionEvent
from gradtape.tape.replay_document import ReplayDocument

DESCRIPTION = """Record training iterations of small PyTorch networks, operation by operation.

Times are in seconds, sizes in bytes. Non-finite numbers are the strings `"NaN"`, `"Infinity"` and
`"-Infinity"`. Every error has the shape `{"error": {"code", "path", "message"}}`.
"""

_REFERENCE = "#/components/schemas/{model}"

# Roots that no FastAPI signature names, by the name they get in the document.
_ROOTS: dict[str, Any] = {
    "ErrorResponse": ErrorResponse,
    "OpenBySpec": OpenBySpec,
    "OpenByExample": OpenByExample,
    "OpenByBranch": OpenByBranch,
    "LoggedEvent": LoggedEvent,
    "Command": Command,
    "SessionEvent": SessionEvent,
    "ReplayDocument": ReplayDocument,
}

_RANGES = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}


def _extra_schemas() -> dict[str, Any]:
    inputs: list[tuple[Any, JsonSchemaMode, TypeAdapter[Any]]] = [
        (name, "validation", TypeAdapter(root)) for name, root in _ROOTS.items()
    ]
    roots, shared = TypeAdapter.json_schemas(inputs, ref_template=_REFERENCE)
    named = {name: schema for (name, _), schema in roots.items() if "$ref" not in schema}
    return shared.get("$defs", {}) | named


def _name_ranges(document: dict[str, Any]) -> None:
    """Give ranges their names in JSON Schema.

    Behind a validator of our own, pydantic writes a range under its Python name (`ge`).
    """
    unvisited: list[Any] = [document]
    while unvisited:
        part = unvisited.pop()
        if isinstance(part, list):
            unvisited.extend(cast("list[Any]", part))
        elif isinstance(part, dict):
            schema = cast("dict[str, Any]", part)
            for name in _RANGES.keys() & schema.keys():
                if isinstance(schema[name], int | float):
                    schema[_RANGES[name]] = schema.pop(name)
            unvisited.extend(schema.values())


def _describe_inline_values(tensor: dict[str, Any]) -> None:
    """Inline numbers travel inside the tensors of an answer but are no part of a structure."""
    tensor["properties"]["values"] = {
        "description": "With `values=inline`: the numbers, as nested lists.",
        "anyOf": [{"type": "array", "items": {}}, {"type": "number"}, {"type": "string"}],
    }


def build_document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the app."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    schemas = document["components"]["schemas"]
    for name, schema in _extra_schemas().items():
        schemas.setdefault(name, schema)
    _describe_inline_values(schemas["Tensor"])
    _name_ranges(schemas)
    return document


def install_openapi(app: FastAPI) -> None:
    """Make `/openapi.json` serve this document; built once, when first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build_document(app)
        return app.openapi_schema

    app.openapi = openapi


def main() -> None:
    """Print the document."""
    from gradtape.server.app import create_app
    from gradtape.server.settings import Settings

    json.dump(create_app(Settings()).openapi(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
