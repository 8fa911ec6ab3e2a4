"""The part of a wrong spec that can be run all the same, so that it can be looked at."""

from dataclasses import replace
from typing import Any, cast

from pydantic import ValidationError

from gradtape.spec.budget import check_data_budget, check_network_budget
from gradtape.spec.data import InlineData
from gradtape.spec.draft import Draft, draft_of, read_draft
from gradtape.spec.experiment import ExperimentSpec
from gradtape.spec.losses import MseLoss
from gradtape.spec.parsing import check_device
from gradtape.spec.places import layer_index
from gradtape.spec.shapes import NetworkShapes, check_batch_norm
from gradtape.spec.wiring import check_inputs, check_names, check_shares

# A forward pass asks for neither: they stand in for whatever the spec has there, right or wrong.
# Every data set has targets that can be compared by mse.
STAND_IN_LOSS = MseLoss(kind="mse")
STAND_IN_OPTIMIZER = {"kind": "sgd", "lr": 0.0}
STAND_IN_REGIME: dict[str, Any] = {
    "schedule": {"kind": "none"},
    "regularization": {},
    "augmentation": {},
    "autocast": "off",
}


def runnable_part(raw: object) -> ExperimentSpec | None:
    """The layers before the first one at fault, on the spec's data, ready for a forward pass.

    All layers, where only the loss, the targets or the way of training are at fault. The loss, the
    optimizer and inline targets of what comes back are stand-ins, and its batches are not varied:
    nothing can be learned with it.

    Returns:
        None where nothing can be run: the data cannot be read, the first layer is at fault, the
        spec exceeds a budget, or something is wrong that concerns the whole.
    """
    if not isinstance(raw, dict):
        return None
    fields = cast(dict[Any, Any], raw)
    draft = replace(read_draft(fields), loss=STAND_IN_LOSS)
    shapes = NetworkShapes(draft)
    if check_data_budget(draft) or check_network_budget(draft, shapes):
        return None
    layers = draft.layers[: _first_fault(draft, shapes)]
    if not layers or draft.input_shape is None:
        return None
    try:
        part = ExperimentSpec.model_validate(
            fields
            | {
                "data": _inputs_of(draft, fields["data"]),
                "network": fields["network"] | {"layers": layers},
                "loss": STAND_IN_LOSS.model_dump(),
                "optimizer": STAND_IN_OPTIMIZER,
                **STAND_IN_REGIME,
            }
        )
    except ValidationError:  # a seed, a device: parse_spec tells it, and nothing runs without it
        return None
    return None if check_device(draft_of(part)) else part


def _first_fault(draft: Draft, shapes: NetworkShapes) -> int:
    """The number of the first layer that cannot run; how many there are, if all can."""
    problems = (
        *check_names(draft),
        *check_inputs(draft),
        *check_shares(draft),
        *shapes.problems,
        *check_batch_norm(draft, shapes),
    )
    faults = {layer_index(problem.path) for problem in problems}
    unread = {index for index, layer in enumerate(draft.layers) if layer is None}
    return min((index for index in faults | unread if index is not None), default=len(draft.layers))


def _inputs_of(draft: Draft, data: dict[str, Any]) -> dict[str, Any]:
    """The data with targets that fit the inputs, whatever the spec's own are like."""
    if not isinstance(draft.data, InlineData):
        return data
    return {**data, "y": [0.0] * draft.data.sample_count}
