"""What request bodies ask for: a spec, an opening, a command."""

from typing import Any, cast

from gradtape.errors import InvalidRequest, InvalidSpec
from gradtape.server.json_body import JsonBody
from gradtape.server.models import BranchPoint, OpenByBranch
from gradtape.server.validation import BodyModel, nearest_name
from gradtape.sessions import messages
from gradtape.sessions.messages import Command
from gradtape.spec import ExperimentSpec, examples, parse_spec, runnable_part

_COMMANDS = (
    messages.RecordCommand,
    messages.RunCommand,
    messages.PauseCommand,
    messages.ResetCommand,
    messages.SetCommand,
    messages.EditCommand,
    messages.SeekCommand,
)

_COMMAND_BODY: BodyModel[Command] = BodyModel(
    Command,
    {
        model.model_json_schema()["properties"]["kind"]["const"]: tuple(model.model_fields)
        for model in _COMMANDS
    },
)

_BRANCH_BODY: BodyModel[OpenByBranch] = BodyModel(
    OpenByBranch, {"": tuple(BranchPoint.model_fields)}
)

_OPENINGS = ("spec", "example", "branch")
_LATER = {"program": "pasted programs", "lesson": "lessons"}


def _refuse_later_kinds(value: Any) -> None:
    if not isinstance(value, dict):
        return
    for name, words in _LATER.items():
        if name in value:
            raise InvalidRequest(
                f"This version takes specs and examples; {words} are not part of it.",
                path=name,
                code="not_available",
            )


def read_spec(body: JsonBody) -> ExperimentSpec:
    """The spec that is the whole body.

    Raises:
        InvalidSpec: with every problem; paths begin at the spec.
        InvalidRequest: a program or a lesson.
    """
    _refuse_later_kinds(body.value)
    return parse_spec(body.value)


def read_runnable_spec(body: JsonBody) -> tuple[ExperimentSpec, bool]:
    """The spec that is the whole body, or what of it can be run; and whether it is all of it.

    Raises:
        InvalidSpec: as `read_spec`, where no part of it can be run.
        InvalidRequest: a program or a lesson.
    """
    try:
        return read_spec(body), True
    except InvalidSpec:
        part = runnable_part(body.value)
        if part is None:
            raise
        return part, False


def _read_example(key: Any) -> ExperimentSpec:
    known = examples()
    if not isinstance(key, str) or key not in known:
        hint = nearest_name(str(key)[:64], known)
        raise InvalidRequest(
            f"There is no example {str(key)[:64]!r}.{hint}", path="example", code="unknown_example"
        )
    return known[key].spec


def read_opening(body: JsonBody) -> ExperimentSpec | BranchPoint:
    """What a session is opened for: `{"spec": …}`, `{"example": …}` or `{"branch": …}`.

    Raises:
        InvalidSpec: with every problem; paths begin at the spec, as for a spec alone.
        InvalidRequest: none or several of them, an unknown example, a program or a lesson.
    """
    value = body.value
    _refuse_later_kinds(value)
    if not isinstance(value, dict):
        known = " or ".join(f'{{"{name}": …}}' for name in _OPENINGS)
        raise InvalidRequest(f"The body must be {known}.", code="missing")
    opening = cast("dict[str, Any]", value)
    for name in opening:
        if name not in _OPENINGS:
            hint = nearest_name(name[:64], _OPENINGS)
            raise InvalidRequest(
                f"Unknown field {name[:64]!r}.{hint}", path=name[:64], code="unknown_field"
            )
    if len(opening) != 1:
        received = " and ".join(opening) or "none of them"
        raise InvalidRequest(
            f"One of {', '.join(_OPENINGS)} opens a session; received {received}.",
            path="spec",
            code="invalid_value" if opening else "missing",
        )
    if "branch" in opening:
        return _BRANCH_BODY.validate(body.content).branch
    return parse_spec(opening["spec"]) if "spec" in opening else _read_example(opening["example"])


def read_command(body: JsonBody) -> Command:
    """The command that a body asks for.

    Raises:
        InvalidRequest: with every problem and its path.
    """
    if not isinstance(body.value, dict):
        raise InvalidRequest('A command is an object: {"kind": "record"}.', code="invalid_value")
    return _COMMAND_BODY.validate(body.content)
