"""Small request bodies (commands, the opening of a session) from JSON to models."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from gradtape.errors import InvalidRequest

T = TypeVar("T")


def error_from_problems(problems: Sequence[InvalidRequest]) -> InvalidRequest:
    """One error for several problems: the first speaks for all, `errors` lists them."""
    first = problems[0]
    listed = [problem.to_dict() for problem in problems]
    return InvalidRequest(first.message, path=first.path, code=first.code, errors=listed)


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: a suggestion and all that are known."""
    names = list(known)
    near = get_close_matches(name, names, n=1)
    suggestion = f" Did you mean {near[0]!r}?" if near else ""
    return f"{suggestion} Known: {', '.join(names)}."


def _format_path(location: Sequence[int | str]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return path.removeprefix(".")


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _to_problem(
    details: ErrorDetails, fields: dict[str, tuple[str, ...]], *, is_tagged: bool
) -> InvalidRequest:
    location, received = details["loc"], details["input"]
    tag = str(location[0]) if is_tagged and location else ""
    path = _format_path(location[1:] if is_tagged else location)
    match details["type"]:
        case "union_tag_invalid":
            kind = str(received.get("kind"))[:80]
            hint = nearest_name(kind, fields)
            return InvalidRequest(f"Unknown kind {kind!r}.{hint}", path="kind", code="unknown_kind")
        case "union_tag_not_found":
            known = ", ".join(fields)
            return InvalidRequest(
                f"A kind is missing. Known: {known}.", path="kind", code="missing"
            )
        case "extra_forbidden":
            hint = nearest_name(str(location[-1]), fields[tag])
            return InvalidRequest(f"Unknown field {path!r}.{hint}", path=path, code="unknown_field")
        case "missing_alternative":  # one of several fields has to be there; said by the model
            where = details.get("ctx", {})["path"]
            return InvalidRequest(f"{details['msg']}.", path=where, code="missing")
        case "missing":
            return InvalidRequest(f"{path} is missing.", path=path, code="missing")
        case _:
            where = path or "body"
            message = f"{where}: {details['msg']}; received {_shorten(received)}."
            return InvalidRequest(message, path=path or None, code="invalid_value")


class BodyModel(Generic[T]):
    """A body's model with what is needed to say clearly what is wrong with a body.

    Args:
        annotation: a model, or a union of models discriminated by `kind`.
        fields: the field names of each model by its kind; of a single model under "".
    """

    def __init__(self, annotation: Any, fields: dict[str, tuple[str, ...]]) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(annotation)
        self._fields = fields
        self._is_tagged = "" not in fields

    def validate(self, content: bytes) -> T:
        """The model that JSON text stands for.

        Raises:
            InvalidRequest: with every problem and its path.
        """
        try:
            # Strict: "5" is no number of iterations, and true is no learning rate.
            return self._adapter.validate_json(content, strict=True)
        except ValidationError as failure:
            problems = [
                _to_problem(details, self._fields, is_tagged=self._is_tagged)
                for details in failure.errors(include_url=False)
            ]
            raise error_from_problems(problems) from None
