"""torch's attention, giving one tensor, with the mask that each batch needs."""

from typing import Any

import torch
from torch import Tensor, nn

UNSEEN = -1e9
"""Added to the score of a place that must not be seen: exp(−1e9) is exactly 0, as exp(−∞) is, and
no infinite number stands on the tape where nothing went wrong."""


class MultiheadAttention(nn.MultiheadAttention):
    """nn.MultiheadAttention over (samples, length, features), one input for all three or one each.

    It runs with need_weights, so that the weights themselves are computed and can be seen.

    Args:
        is_causal: whether each place sees only itself and those before it.
    """

    def __init__(self, *, is_causal: bool, **options: Any) -> None:
        super().__init__(batch_first=True, **options)
        self.is_causal = is_causal

    def forward(self, *inputs: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Of the query's shape."""
        query, key, value = inputs if len(inputs) == 3 else inputs * 3
        mask = causal_mask(query) if self.is_causal else None
        output, _ = super().forward(query, key, value, attn_mask=mask)
        return output


class TransformerEncoderLayer(nn.TransformerEncoderLayer):
    """nn.TransformerEncoderLayer over (samples, length, features), without dropout.

    Args:
        is_causal: whether each place sees only itself and those before it.
    """

    def __init__(self, *, is_causal: bool, **options: Any) -> None:
        super().__init__(batch_first=True, dropout=0.0, **options)
        self.is_causal = is_causal

    def forward(self, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Of the same shape."""
        return super().forward(x, src_mask=causal_mask(x) if self.is_causal else None)


def causal_mask(x: Tensor) -> Tensor:
    """What is added to the scores (length, length): nothing for a place itself and earlier ones."""
    length = x.shape[1]
    return torch.full((length, length), UNSEEN, dtype=x.dtype, device=x.device).triu(1)
