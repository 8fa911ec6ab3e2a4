"""The one door through which a spec comes in."""

from dataclasses import replace
from typing import Any, cast

from pydantic import ValidationError

from gradtape.errors import GradtapeError, InvalidSpec
from gradtape.spec.budget import check_data_budget, check_network_budget
from gradtape.spec.draft import Draft, draft_of, read_draft
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.problems import translate
from gradtape.spec.shapes import NetworkShapes, check_batch_norm
from gradtape.spec.targets import check_targets
from gradtape.spec.training import check_training
from gradtape.spec.validation import NO_VALIDATION
from gradtape.spec.wiring import check_inputs, check_learning, check_names, check_shares
from gradtape.spec.wording import describe_value, make_problem


def parse_spec(raw: object) -> ExperimentSpec:
    """Read a spec from JSON-like values, and check that its parts fit together.

    The spec comes back complete: every layer has a name and inputs, every default is filled in.

    Raises:
        InvalidSpec: with every problem that could be found, nothing having been built.
    """
    if isinstance(raw, ExperimentSpec):
        raw = raw.model_dump(mode="json")
    if not isinstance(raw, dict):
        message = (
            f"must be an object with data, network, loss and optimizer; got {describe_value(raw)}."
        )
        raise InvalidSpec([make_problem((), message, "wrong_type")])
    fields = cast(dict[Any, Any], raw)
    try:
        spec = ExperimentSpec.model_validate(fields)
    except ValidationError as error:
        raise InvalidSpec(translate(error, fields) + check(read_draft(fields))) from None
    problems = [*check(draft_of(spec)), *check_training(spec), *_check_validation_budget(spec)]
    if problems:
        raise InvalidSpec(problems)
    return spec


def _check_validation_budget(spec: ExperimentSpec) -> list[GradtapeError]:
    """The samples that are set aside pass through the network as one batch."""
    count = spec.validation.count(spec.data.sample_count)
    if count <= min(spec.batch_size or spec.training_samples, spec.training_samples):
        return []
    draft = replace(draft_of(spec), batch_size=count, validation=NO_VALIDATION)
    return check_network_budget(draft, NetworkShapes(draft))


def check(draft: Draft) -> list[GradtapeError]:
    """Everything that is wrong between parts which are right by themselves."""
    shapes = NetworkShapes(draft)
    return [
        *check_names(draft),
        *check_inputs(draft),
        *check_shares(draft),
        *check_learning(draft),
        *shapes.problems,
        *check_batch_norm(draft, shapes),
        *check_targets(draft, shapes),
        *check_data_budget(draft),
        *check_network_budget(draft, shapes),
        *check_device(draft),
    ]


def check_device(draft: Draft) -> list[GradtapeError]:
    """The device computes in the precision that is asked for."""
    if draft.device == "mps" and draft.dtype == "float64":
        message = 'cannot be "float64" on mps. Did you mean "float32"?'
        return [make_problem(("dtype",), message, "invalid_combination", suggestion="float32")]
    return []
