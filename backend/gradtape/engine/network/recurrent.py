"""torch's recurrent layers, giving one tensor: the whole sequence of states, or the last one."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class RNN(nn.RNN):
    """nn.RNN over (samples, length, features).

    Args:
        only_last: whether only the state is given that the reading ends with.
    """

    def __init__(self, *, only_last: bool, **options: Any) -> None:
        super().__init__(batch_first=True, **options)
        self.only_last = only_last

    def forward(self, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """(samples, length, states), or (samples, states)."""
        states, _ = super().forward(x)
        return last_state(states, self.hidden_size) if self.only_last else states


class LSTM(nn.LSTM):
    """nn.LSTM over (samples, length, features), cell by cell.

    nn.LSTM itself runs one op of oneDNN's on the CPU, in which no gate can be seen.

    Args:
        only_last: whether only the state is given that the reading ends with.
    """

    def __init__(self, *, only_last: bool, **options: Any) -> None:
        super().__init__(batch_first=True, **options)
        self.only_last = only_last

    def forward(self, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """(samples, length, states), or (samples, states)."""
        steps: Sequence[Tensor] = x.unbind(1)
        for layer in range(self.num_layers):
            read = self._read(steps, f"l{layer}")
            if self.bidirectional:
                back = self._read(steps[::-1], f"l{layer}_reverse")[::-1]
                read = [torch.cat(states, dim=-1) for states in zip(read, back, strict=True)]
            steps = read
        states = torch.stack(list(steps), dim=1)
        return last_state(states, self.hidden_size) if self.only_last else states

    def _read(self, steps: Sequence[Tensor], suffix: str) -> list[Tensor]:
        parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if self.bias else 2]
        parameters = [getattr(self, f"{part}_{suffix}") for part in parts]
        state = memory = steps[0].new_zeros(len(steps[0]), self.hidden_size)
        states: list[Tensor] = []
        for step in steps:
            state, memory = torch.lstm_cell(step, (state, memory), *parameters)
            states.append(state)
        return states


class GRU(nn.GRU):
    """nn.GRU over (samples, length, features).

    Args:
        only_last: whether only the state is given that the reading ends with.
    """

    def __init__(self, *, only_last: bool, **options: Any) -> None:
        super().__init__(batch_first=True, **options)
        self.only_last = only_last

    def forward(self, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """(samples, length, states), or (samples, states)."""
        states, _ = super().forward(x)
        return last_state(states, self.hidden_size) if self.only_last else states


def last_state(states: Tensor, hidden_size: int) -> Tensor:
    """The state that the reading ends with; a reading from the end ends at the first place."""
    if states.shape[-1] == hidden_size:
        return states[:, -1]
    forward, backward = states[:, -1, :hidden_size], states[:, 0, hidden_size:]
    return torch.cat([forward, backward], dim=-1)
