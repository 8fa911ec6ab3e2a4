"""Pydantic's errors as ours: with the path as the user knows it, and a way out if there is one."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gradtape import limits
from gradtape.errors import GradtapeError, LimitExceeded
from gradtape.spec.augmentation import Augmentation
from gradtape.spec.data import AnyData
from gradtape.spec.experiment import ExperimentSpec, Network
from gradtape.spec.fields import kind_of, models_of
from gradtape.spec.initializations import AnyInitialization, ParameterInitializations
from gradtape.spec.layers import AnyLayer
from gradtape.spec.losses import AnyLoss
from gradtape.spec.optimizers import AnyOptimizer
from gradtape.spec.regularization import Regularization
from gradtape.spec.schedules import AnySchedule
from gradtape.spec.validation import Validation
from gradtape.spec.wording import (
    Step,
    describe_value,
    format_number,
    format_path,
    make_problem,
    suggest,
    to_amount,
)

Steps = tuple[Step, ...]
Context = Mapping[str, Any]

# Fields whose bound is one of limits.py: going over it is told as that limit.
LIMITED_FIELDS = {
    "samples": ("MAX_SAMPLES",),
    "layers": ("MAX_LAYERS",),
    "name": ("MAX_NAME_LENGTH",),
    "text": ("MAX_CSV_CHARACTERS", "MAX_TEXT_CHARACTERS"),
}

EXPECTED_TYPES = {
    "bool_type": "true or false",
    "dict_type": "an object",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "model_attributes_type": "an object",
    "model_type": "an object",
    "string_type": "text",
    "string_unicode": "text in valid Unicode",
    "tuple_type": "a list",
}

EXPECTED_TEXTS = {
    "device": '"auto", "cpu", "cuda", "cuda:0" (or another number) or "mps"',
    "images": "a plain name of lower-case letters, digits, - and _",
    "name": "a letter, then letters, digits and underscores",
}

PLAIN_PARTS = {
    "augmentation": Augmentation,
    "regularization": Regularization,
    "validation": Validation,
}

BOUND_WORDS = {"ge": "at least", "le": "at most", "gt": "above", "lt": "below"}


def translate(error: ValidationError, raw: Any, prefix: Steps = ()) -> list[GradtapeError]:
    """Each error of a validation as one problem; those that say the same are told once.

    Args:
        error: what pydantic raised.
        raw: the whole spec, as far as it is known; the validated value stands in it at `prefix`.
        prefix: the steps from the whole spec to the validated value.
    """
    problems: dict[tuple[str | None, str], GradtapeError] = {}
    for entry in error.errors(include_url=False):
        if _counts_only_what_is_right(entry):
            continue
        problem = _translate_entry(entry, raw, _steps_of((*prefix, *entry["loc"])))
        problems.setdefault((problem.path, problem.message), problem)
    return list(problems.values())


def _counts_only_what_is_right(entry: ErrorDetails) -> bool:
    # Pydantic calls a list too short when entries are wrong; those are told by themselves.
    return (
        entry["type"] == "too_short" and len(entry["input"]) >= entry.get("ctx", {})["min_length"]
    )


def _translate_entry(entry: ErrorDetails, raw: Any, steps: Steps) -> GradtapeError:
    context = entry.get("ctx", {})
    if "message" in context:  # raised by refuse(): in our words already
        steps = (*steps, *context["steps"])
        return make_problem(steps, context["message"], entry["type"], **context["details"])
    if steps and isinstance(steps[-1], int):
        received = _value_at(raw, steps[:-1])
        if not isinstance(received, list | tuple):  # one number that was taken for a pair
            steps = steps[:-1]
    if entry["type"] == "extra_forbidden":
        return _tell_unknown_field(steps, raw)
    if entry["type"] in EXPECTED_TYPES:
        expected = EXPECTED_TYPES[entry["type"]]
        message = f"must be {expected}; got {describe_value(entry['input'])}."
        return make_problem(steps, message, "wrong_type")
    tell = TELLERS.get(entry["type"], _tell_other)
    return tell(steps, entry, context)


def _steps_of(location: Sequence[Step]) -> Steps:
    # Where a part comes in kinds, pydantic adds the kind to the location; users know no such step.
    steps: Steps = ()
    entered: Steps | None = None
    for step in location:
        if _union_at(steps) is not None and entered != steps:
            entered = steps
        else:
            steps = (*steps, step)
    return steps


def _union_at(steps: Steps) -> Any:
    match steps:
        case ("data",):
            return AnyData
        case ("loss",):
            return AnyLoss
        case ("optimizer",):
            return AnyOptimizer
        case ("schedule",):
            return AnySchedule
        case ("network", "layers", int()):
            return AnyLayer
        case ("network", "layers", int(), "init", "weight" | "bias"):
            return AnyInitialization
        case _:
            return None


def _model_at(steps: Steps, raw: Any) -> type[BaseModel]:
    match steps:
        case ():
            return ExperimentSpec
        case ("network",):
            return Network
        case ("network", "layers", int(), "init"):
            return ParameterInitializations
        case ("regularization" | "validation" | "augmentation" as name,):
            return PLAIN_PARTS[name]
        case _:
            kind = _value_at(raw, (*steps, "kind"))
            return next(model for model in models_of(_union_at(steps)) if kind_of(model) == kind)


def _value_at(raw: Any, steps: Steps) -> Any:
    value = raw
    for step in steps:
        if isinstance(value, dict):
            value = cast(dict[Any, Any], value).get(step)
        elif isinstance(value, list | tuple) and isinstance(step, int):
            value = cast(Sequence[Any], value)[step]
        else:
            return None
    return value


def _tell_unknown_field(steps: Steps, raw: Any) -> GradtapeError:
    model = _model_at(steps[:-1], raw)
    known = list(model.model_fields)
    owner = _value_at(raw, (*steps[:-1], "kind"))
    subject = owner if isinstance(owner, str) else "this object"
    if steps[-1] in ("shares", "init") and "name" in known:
        message = f"cannot be: {subject} has no parameters."
        return make_problem(steps, message, "unknown_field")
    hint, details = suggest(str(steps[-1]), known)
    return make_problem(
        steps, f"is not a field that {subject} has. {hint}", "unknown_field", **details
    )


def _tell_missing(steps: Steps, entry: ErrorDetails, _: Context) -> GradtapeError:
    received = entry["input"]
    kind = cast(dict[Any, Any], received).get("kind") if isinstance(received, dict) else None
    owner = kind if isinstance(kind, str) else "a spec"
    return make_problem(steps, f"is missing; {owner} needs it.", "missing_field")


def _tell_bound(steps: Steps, entry: ErrorDetails, context: Context) -> GradtapeError:
    sign, bound = next((sign, context[sign]) for sign in BOUND_WORDS if sign in context)
    limit = _limit_with(steps, bound)
    if limit is not None:
        return _limit(steps, limit, int(entry["input"]))
    message = f"must be {BOUND_WORDS[sign]} {format_number(bound)}; "
    return make_problem(steps, message + f"got {describe_value(entry['input'])}.", "out_of_range")


def _tell_not_finite(steps: Steps, entry: ErrorDetails, _: Context) -> GradtapeError:
    message = f"must be a finite number; got {describe_value(entry['input'])}."
    return make_problem(steps, message, "non_finite")


def _tell_length(steps: Steps, entry: ErrorDetails, context: Context) -> GradtapeError:
    received = entry["input"]
    length = len(received)
    longest = context.get("max_length")
    limit = _limit_with(steps, longest)
    if limit is not None:
        return _limit(steps, limit, length)
    unit = "characters" if isinstance(received, str) else "entries"
    if longest is not None:
        message = f"may have at most {longest} {unit}; got {length:,}."
    else:
        message = f"must have at least {context['min_length']} {unit}; got {length:,}."
    return make_problem(steps, message, "wrong_length")


def _limit_with(steps: Steps, bound: Any) -> str | None:
    """The limit of limits.py that a field's bound is, if it is one."""
    known = LIMITED_FIELDS.get(str(steps[-1]), ())
    return next((limit for limit in known if getattr(limits, limit) == bound), None)


def _limit(steps: Steps, limit: str, asked: int) -> GradtapeError:
    path, allowed = format_path(steps), getattr(limits, limit)
    message = f"{path} asks for {describe_value(asked)}; at most {allowed:,} are allowed."
    return LimitExceeded(message, limit=limit, asked=to_amount(asked), allowed=allowed, path=path)


def _tell_choice(steps: Steps, entry: ErrorDetails, context: Context) -> GradtapeError:
    choices = re.findall(r"'([^']*)'", context["expected"])
    received = entry["input"]
    hint, details = suggest(received if isinstance(received, str) else "", choices)
    message = f"cannot be {describe_value(received)}. {hint}"
    return make_problem(steps, message, "invalid_choice", **details)


def _tell_pattern(steps: Steps, entry: ErrorDetails, _: Context) -> GradtapeError:
    message = f"must be {EXPECTED_TEXTS[str(steps[-1])]}; got {describe_value(entry['input'])}."
    return make_problem(steps, message, "invalid_text")


def _tell_key(steps: Steps, entry: ErrorDetails, _: Context) -> GradtapeError:
    message = f"must have text for its field names; got {describe_value(entry['input'])}."
    return make_problem(steps[:-1], message, "wrong_type")


def _tell_other(steps: Steps, entry: ErrorDetails, _: Context) -> GradtapeError:
    return make_problem(steps, f"is not valid: {entry['msg']}.", "invalid_value")


Teller = Callable[[Steps, ErrorDetails, Context], GradtapeError]

TELLERS: dict[str, Teller] = {
    "missing": _tell_missing,
    "greater_than": _tell_bound,
    "greater_than_equal": _tell_bound,
    "less_than": _tell_bound,
    "less_than_equal": _tell_bound,
    "finite_number": _tell_not_finite,
    "too_long": _tell_length,
    "too_short": _tell_length,
    "string_too_long": _tell_length,
    "literal_error": _tell_choice,
    "string_pattern_mismatch": _tell_pattern,
    "invalid_key": _tell_key,
}
