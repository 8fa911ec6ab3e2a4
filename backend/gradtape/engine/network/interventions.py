"""What interventions do to a network: ops of its forward pass, and parameters that stay.

Ops and not hooks: a tape shows them, and the ops by which they change a gradient.
"""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import FunctionCtx

from gradtape.engine.network.layers import Shared
from gradtape.errors import InvalidValue
from gradtape.spec.interventions import Intervention, Interventions
from gradtape.spec.wording import suggest


class CutValue(Function):
    """Zeros instead of a value. No gradient comes through: it arrives as zeros, not as none."""

    @staticmethod
    def forward(ctx: FunctionCtx, value: Tensor) -> Tensor:  # noqa: ARG004
        """Of the same shape; zero where the value is NaN or infinite too."""
        return _zeros(value)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> Tensor:  # noqa: ARG004
        """The derivative of zeros."""
        return _zeros(gradients[0])


class CutGradient(Function):
    """The value as it is; zeros instead of its gradient."""

    @staticmethod
    def forward(ctx: FunctionCtx, value: Tensor) -> Tensor:  # noqa: ARG004
        """A view."""
        return value.view_as(value)

    @staticmethod
    def backward(ctx: FunctionCtx, *gradients: Tensor) -> Tensor:  # noqa: ARG004
        """Zero where the gradient is NaN or infinite too."""
        return _zeros(gradients[0])


class ScaleGradient(Function):
    """The value as it is; its gradient times a factor."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, factor: float) -> Tensor:
        """A view."""
        ctx.factor = factor
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """The factor has no gradient."""
        return gradients[0] * ctx.factor, None


def _zeros(value: Tensor) -> Tensor:
    # Not torch.zeros_like: to a mode it shows another op, a detached view, after itself.
    return value.new_zeros(value.shape)


class Alteration(nn.Module):
    """Does something to the output of a layer; a module, so that a tape names it.

    Args:
        function: an autograd.Function.
        constants: given to it after the value.
    """

    def __init__(self, function: type[Function], *constants: float) -> None:
        super().__init__()
        self._function = function
        self._constants = constants

    def forward(self, value: Tensor) -> Tensor:
        """Of the same shape."""
        return self._function.apply(value, *self._constants)


def build_alterations(interventions: Interventions) -> dict[str, dict[str, Alteration]]:
    """By the name of the layer, then by what it does: `cut_value`."""
    built: dict[str, dict[str, Alteration]] = {}
    for each in interventions:
        if each.what != "freeze":
            name, alteration = _build_alteration(each)
            built.setdefault(each.layer, {})[name] = alteration
    return built


def _build_alteration(intervention: Intervention) -> tuple[str, Alteration]:
    if intervention.what == "cut_value":
        return "cut_value", Alteration(CutValue)
    if not intervention.factor:
        return "cut_gradient", Alteration(CutGradient)
    return "scale_gradient", Alteration(ScaleGradient, intervention.factor)


def frozen_parameters(
    layers: Mapping[str, nn.Module], interventions: Interventions
) -> list[nn.Parameter]:
    """The parameters that updates are to leave out."""
    frozen = (layers[each.layer] for each in interventions if each.what == "freeze")
    return [parameter for layer in frozen for parameter in layer.parameters()]


def check_intervention(layers: Mapping[str, nn.Module], intervention: Intervention) -> None:
    """Raise InvalidValue unless there is such a layer, and what is to be done to it can be."""
    name = intervention.layer
    check_layer(name, layers)
    if intervention.what == "freeze" and next(layers[name].parameters(), None) is None:
        borrowed = isinstance(layers[name], Shared)
        why = "it uses those of another layer; freeze that one" if borrowed else "it learns nothing"
        raise InvalidValue(
            f"{name} has no parameters that could be frozen: {why}.",
            path="layer",
            code="no_parameters",
        )


def check_layer(name: str, layers: Mapping[str, nn.Module]) -> None:
    """Raise InvalidValue unless one of the layers has this name."""
    if name not in layers:
        hint, details = suggest(name, list(layers))
        raise InvalidValue(
            f'There is no layer "{name}". {hint}', path="layer", code="unknown_layer", **details
        )
