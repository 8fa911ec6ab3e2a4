"""The API's description for people: one page without scripts, made from the OpenAPI document."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

STYLE = """
:root {
  color-scheme: light dark;
  --line: light-dark(#cbd5e1, #475569);
  --accent: light-dark(#0f766e, #2dd4bf);
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid var(--line); padding: 1rem 0; }
h2 { font-size: 1.1rem; margin: 0; }
h2 code { color: var(--accent); }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid var(--line); padding: .25rem .5rem; }
td, th { text-align: left; vertical-align: top; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; }
a { color: var(--accent); }
"""


def _model_name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _flat_words(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _model_name(schema)
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    items: dict[str, Any] = schema.get("items", {})
    return f"list of {_model_name(items)}" if "$ref" in items else str(schema.get("type", "any"))


def _schema_words(schema: dict[str, Any]) -> str:
    parts: list[dict[str, Any]] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return " | ".join(_flat_words(part) for part in parts)


def _table(rows: list[tuple[str, str, str]], heads: tuple[str, str, str]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{escape(title)}</th>" for title in heads)
    lines = (
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td>"
        f"<td>{escape(words)}</td></tr>"
        for name, kind, words in rows
    )
    return f"<table><tr>{head}</tr>{''.join(lines)}</table>"


def _parameters(operation: dict[str, Any]) -> str:
    rows = [
        (parameter["name"], _schema_words(parameter["schema"]), parameter.get("description", ""))
        for parameter in operation.get("parameters", [])
    ]
    return _table(rows, ("parameter", "type", "meaning"))


def _body_examples(operation: dict[str, Any]) -> Iterator[str]:
    for media in operation.get("requestBody", {}).get("content", {}).values():
        for example in media.get("examples", {}).values():
            yield f"<pre>{escape(json.dumps(example['value']))}</pre>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    answers = ", ".join(
        f"{status}: {answer['description']}" for status, answer in operation["responses"].items()
    )
    return (
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p><strong>{escape(operation['summary'])}.</strong> "
        f"{escape(operation.get('description', ''))}</p>"
        f"{_parameters(operation)}{''.join(_body_examples(operation))}"
        f"<p>Answers: {escape(answers)}</p></section>"
    )


def _model(name: str, schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [
        (
            field if field in required else f"{field}?",
            _schema_words(part),
            str(part.get("description", "")),
        )
        for field, part in schema.get("properties", {}).items()
    ]
    words = escape(schema.get("description", ""))
    table = _table(rows, ("field", "type", "meaning"))
    return f'<section id="{escape(name)}"><h2>{escape(name)}</h2><p>{words}</p>{table}</section>'


def build_docs_html(document: dict[str, Any]) -> str:
    """The whole page."""
    operations = "".join(
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    models = "".join(
        _model(name, schema) for name, schema in sorted(document["components"]["schemas"].items())
    )
    info = document["info"]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<title>{escape(info["title"])} API</title><link rel="stylesheet" href="/docs/style.css">'
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
        f"<p>{escape(info['description'])}</p>"
        '<p>For programs: <a href="/openapi.json">openapi.json</a></p>'
        f"{operations}<h1>Models</h1>{models}</html>"
    )


def build_docs_routes(app: FastAPI) -> list[BaseRoute]:
    """`/docs` and its stylesheet."""

    async def get_docs(_request: Request) -> Response:
        return HTMLResponse(build_docs_html(app.openapi()))

    async def get_style(_request: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    return [Route("/docs", get_docs), Route("/docs/style.css", get_style)]
