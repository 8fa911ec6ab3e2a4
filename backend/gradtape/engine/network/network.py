"""The network that a spec describes, as a torch module that follows the spec's wiring."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gradtape.engine.devices import torch_dtype
from gradtape.engine.network.interventions import Alteration, build_alterations
from gradtape.engine.network.layers import Shared
from gradtape.engine.network.modules import build_module
from gradtape.engine.randomness import Randomness
from gradtape.spec import ExperimentSpec, infer_shapes
from gradtape.spec.interventions import Interventions
from gradtape.spec.layers import AnyLayer
from gradtape.spec.layers.base import ParametricLayer


class Step(NamedTuple):
    """One layer as it runs.

    Attributes:
        inputs: names of earlier steps, or "input".
    """

    name: str
    module: nn.Module
    inputs: tuple[str, ...]


class Network(nn.Module):
    """Layers in the order in which they run; `named_parameters()` gives names like `fc1.weight`.

    Attributes:
        steps: the layers with their wiring; the last one's output is the network's.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__()
        self.steps = tuple(steps)
        for step in self.steps:
            # Not add_module: it refuses names like "forward" or "train", which layers may have.
            self._modules[step.name] = step.module
        self._alterations: dict[str, dict[str, Alteration]] = {}

    @property
    def layers(self) -> dict[str, nn.Module]:
        """By name, in the order in which they run."""
        return {step.name: step.module for step in self.steps}

    def intervene(self, interventions: Interventions) -> None:
        """Run with these from now on, and with none that came before.

        On the tape what happens to the output of `fc1` is a call of its own, `fc1.cut_value`.
        """
        for layer, before in self._alterations.items():
            for name in before:
                del self._modules[f"{layer}.{name}"]
        self._alterations = build_alterations(interventions)
        for layer, now in self._alterations.items():
            self._modules |= {f"{layer}.{name}": alteration for name, alteration in now.items()}

    def forward(self, x: Tensor) -> Tensor:
        """Run every layer once; x begins with the batch."""
        values = {"input": x}
        output = x
        for step in self.steps:
            output = step.module(*(values[name] for name in step.inputs))
            for alter in self._alterations.get(step.name, {}).values():
                output = alter(output)
            values[step.name] = output
        return output


def build_network(spec: ExperimentSpec, *, randomness: Randomness, device: torch.device) -> Network:
    """Build the network of a spec on a device, in training mode.

    Parameters are drawn on the CPU in the order of the layers, so that every device begins with
    the same numbers.
    """
    dtype = torch_dtype(spec.dtype)
    built: dict[str, nn.Module] = {}
    steps: list[Step] = []
    for layer, shapes in zip(spec.network.layers, infer_shapes(spec), strict=True):
        original = _find_original(layer, built)
        if original is None:
            module = build_module(layer, shapes, randomness=randomness, dtype=dtype)
        else:
            module = Shared(original)
        built[layer.name] = module
        steps.append(Step(layer.name, module, layer.inputs))
    return Network(steps).to(device)


def _find_original(layer: AnyLayer, built: dict[str, nn.Module]) -> nn.Module | None:
    if not isinstance(layer, ParametricLayer) or layer.shares is None:
        return None
    original = built[layer.shares]
    return original.original if isinstance(original, Shared) else original
