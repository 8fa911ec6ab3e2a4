"""Mixed precision: which type matrix products are computed in, and the scaling of the loss."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.amp.autocast_mode import autocast
from torch.amp.grad_scaler import GradScaler
from torch.optim import Optimizer

from gradtape.engine.private_torch import step_unannounced
from gradtape.errors import DeviceUnavailable

TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


class Precision:
    """How an experiment computes: in one precision, or with autocast.

    Args:
        name: `off`, `bfloat16` or `float16`.
        device: of the experiment.
    Raises:
        DeviceUnavailable: float16 anywhere but on CUDA.
    """

    def __init__(self, name: str, device: torch.device) -> None:
        self._dtype = TYPES.get(name)
        self._device = device
        self._scaler = self._build_scaler()

    def _build_scaler(self) -> GradScaler | None:
        if self._dtype is not torch.float16:
            return None
        if self._device.type != "cuda":
            raise DeviceUnavailable(
                f"autocast float16 needs CUDA for its loss scaling; this experiment runs on "
                f'{self._device}. Did you mean "bfloat16"?',
                path="autocast",
            )
        scaler = GradScaler("cuda")
        # The first call makes the scale a tensor: before, so that no recorded iteration does.
        scaler.scale(torch.zeros((), device=self._device))
        return scaler

    def autocast(self) -> AbstractContextManager[Any]:
        """The block in which the forward pass and the loss run."""
        if self._dtype is None:
            return nullcontext()
        return autocast(self._device.type, dtype=self._dtype)

    def scale(self, loss: Tensor) -> Tensor:
        """What the backward pass begins with."""
        return loss if self._scaler is None else self._scaler.scale(loss)

    def unscale(self, optimizer: Optimizer) -> None:
        """Make the gradients those of the loss itself."""
        if self._scaler is not None:
            self._scaler.unscale_(optimizer)

    def step(self, optimizer: Optimizer) -> None:
        """Update the parameters, unless a scaled gradient has overflowed."""
        if self._scaler is None:
            step_unannounced(optimizer)
        else:
            self._scaler.step(optimizer)
            self._scaler.update()

    def state(self) -> dict[str, Any]:
        """What it has to remember, as plain data."""
        return {} if self._scaler is None else self._scaler.state_dict()

    def load(self, state: Mapping[str, Any]) -> None:
        """Stand where `state` was asked for."""
        if self._scaler is not None and state:
            self._scaler.load_state_dict(dict(state))
