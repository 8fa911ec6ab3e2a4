"""Errors as HTTP answers: the one place that knows statuses.

Every failure leaves as `{"error": {"code", "path", "message", …}}`: the program's own errors,
routes and methods that do not exist, parameters that cannot be read, and bugs (as a bare 500: the
trace goes to the log, never to a client).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gradtape import errors
from gradtape.server.route_table import allowed_methods
from gradtape.server.validation import error_from_problems

STATUSES: dict[type[errors.GradtapeError], int] = {
    errors.GradtapeError: 500,
    errors.InvalidSpec: 422,
    errors.InvalidValue: 422,
    errors.LimitExceeded: 422,
    errors.DeviceUnavailable: 422,
    errors.DataUnavailable: 422,
    errors.UnsupportedTorch: 501,
    errors.RecordingFailed: 422,
    errors.UnknownSession: 404,
    errors.UnknownIteration: 404,
    errors.UnknownTensor: 404,
    errors.InvalidSlice: 422,
    errors.InvalidRequest: 422,
    errors.BodyTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.RequestRefused: 403,
    errors.UnknownFigure: 404,
    errors.PageNotBuilt: 404,
    errors.UnknownExport: 404,
    errors.GraphvizUnavailable: 422,
    errors.CommandRefused: 409,
    errors.SessionUnavailable: 503,
    errors.Busy: 429,
}

RETRY_AFTER_SECONDS = "1"


class Problem(BaseModel):
    """What is wrong, where, and what is allowed; further fields by code."""

    model_config = ConfigDict(extra="allow")

    code: str = Field(description="For programs; stable.", examples=["shape_mismatch"])
    path: str | None = Field(
        description="The place in the input.", examples=["network.layers[3].out_features"]
    )
    message: str = Field(description="For people: what was received and what is allowed.")


class ErrorResponse(BaseModel):
    """The one shape of every error; `error.errors` lists all problems where there are several."""

    error: Problem


def status_of(error: errors.GradtapeError) -> int:
    """The HTTP status of an error: its class's, else its nearest ancestor's."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def shape_response(
    status: int, problem: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in the error shape; whatever the input was, its text is valid JSON."""
    # Once around, so that the non-finite numbers that Python writes bare become their names.
    plain = json.loads(json.dumps(problem, default=str), parse_constant=str)
    # ASCII only: a message may quote half a surrogate pair, which UTF-8 cannot carry.
    content = json.dumps({"error": plain}, ensure_ascii=True)
    return Response(content, status, headers, media_type="application/json")


def error_response(error: errors.GradtapeError) -> Response:
    """The answer that tells of an error."""
    status = status_of(error)
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if status in (429, 503) else None
    return shape_response(status, error.to_dict(), headers)


def unhandled_response() -> Response:
    """The answer to a request that ran into a bug."""
    message = "Gradtape failed on this request; the server's log says why."
    return shape_response(500, {"code": "internal_error", "path": None, "message": message})


def _answer_not_found(request: Request) -> Response:
    message = f"Nothing is at {request.url.path}. The API is described at /docs."
    return shape_response(404, {"code": "not_found", "path": None, "message": message})


def _answer_method_not_allowed(request: Request) -> Response:
    # Starlette names only the methods of the first route at an address.
    allowed = ", ".join(allowed_methods(request.app, request.url.path)) or "GET, HEAD"
    message = f"{request.url.path} does not take {request.method}; it takes {allowed}."
    problem = {"code": "method_not_allowed", "path": None, "message": message}
    return shape_response(405, problem, {"Allow": allowed})


def _location_path(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location)


async def _answer_gradtape_error(_request: Request, error: errors.GradtapeError) -> Response:
    return error_response(error)


async def _answer_http_exception(request: Request, error: HTTPException) -> Response:
    match error.status_code:
        case 404:
            return _answer_not_found(request)
        case 405:
            return _answer_method_not_allowed(request)
        case status:
            problem = {"code": "http_error", "path": None, "message": error.detail}
            return shape_response(status, problem, error.headers)


async def _answer_validation_error(_request: Request, error: RequestValidationError) -> Response:
    problems = [
        errors.InvalidRequest(
            f"{_location_path(problem['loc'])}: {problem['msg']}.",
            path=_location_path(problem["loc"]),
            code="invalid_value",
        )
        for problem in error.errors()
    ]
    return error_response(error_from_problems(problems))


def install_error_responses(app: FastAPI) -> None:
    """Make the app answer every failure in the one shape."""
    app.exception_handler(errors.GradtapeError)(_answer_gradtape_error)
    app.exception_handler(HTTPException)(_answer_http_exception)
    app.exception_handler(RequestValidationError)(_answer_validation_error)
