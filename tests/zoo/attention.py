"""Attention and transformer layers."""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.zoo.program import Numbers, Program, ZooCase, case, formula, module_program, weigh


def query_key_value(dtype: torch.dtype) -> dict[str, Tensor]:
    """Two batches, two heads, three places, four features."""
    numbers = Numbers(dtype)
    return {name: numbers.leaf(2, 2, 3, 4) for name in ("query", "key", "value")}


def dot_product_attention(dtype: torch.dtype) -> Program:
    return formula(
        lambda query, key, value: weigh(F.scaled_dot_product_attention(query, key, value)),
        **query_key_value(dtype),
    )


def causal_attention(dtype: torch.dtype) -> Program:
    return formula(
        lambda query, key, value: weigh(
            F.scaled_dot_product_attention(query, key, value, is_causal=True)
        ),
        **query_key_value(dtype),
    )


def attention_with_a_learned_mask(dtype: torch.dtype) -> Program:
    mask = Numbers(dtype, seed=1).leaf(3, 3)
    return formula(
        lambda query, key, value, mask: weigh(
            F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        ),
        **query_key_value(dtype),
        mask=mask,
    )


def attention_by_hand(dtype: torch.dtype) -> Program:
    hidden = torch.ones(3, 3, dtype=torch.bool).triu(1)

    def compute(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
        shares = scores.masked_fill(hidden, float("-inf")).softmax(-1)
        return weigh(shares @ value)

    return formula(compute, **query_key_value(dtype))


def places(numbers: Numbers) -> dict[str, Tensor]:
    """Two sequences of three places with four features."""
    return {"input": numbers.leaf(2, 3, 4)}


def multihead_attention(dtype: torch.dtype) -> Program:
    def loss(model: nn.Module, x: Tensor) -> Tensor:
        output, shares = model(x, x, x)
        return weigh(output) + weigh(shares)

    make = partial(nn.MultiheadAttention, 4, 2, batch_first=True)
    return module_program(make, places, dtype, loss=loss)


def multihead_attention_without_weights(dtype: torch.dtype) -> Program:
    return module_program(
        partial(nn.MultiheadAttention, 4, 2, batch_first=True),
        places,
        dtype,
        loss=lambda model, x: weigh(model(x, x, x, need_weights=False)[0]),
    )


def cross_attention(dtype: torch.dtype) -> Program:
    return module_program(
        partial(nn.MultiheadAttention, 4, 2, kdim=3, vdim=5, batch_first=True),
        lambda numbers: {
            "query": numbers.leaf(2, 3, 4),
            "key": numbers.leaf(2, 2, 3),
            "value": numbers.leaf(2, 2, 5),
        },
        dtype,
        loss=lambda model, query, key, value: weigh(model(query, key, value)[0]),
    )


def seeded_weigh(model: nn.Module, *inputs: Tensor) -> Tensor:
    torch.manual_seed(5)
    return weigh(model(*inputs))


def transformer_encoder_layer(dtype: torch.dtype) -> Program:
    make = partial(nn.TransformerEncoderLayer, 4, 2, 6, dropout=0.2, batch_first=True)
    return module_program(make, places, dtype, loss=seeded_weigh)


def transformer_encoder_of_two_layers(dtype: torch.dtype) -> Program:
    def make() -> nn.Module:
        layer = nn.TransformerEncoderLayer(
            4, 2, 6, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    return module_program(make, places, dtype)


def transformer_decoder_layer(dtype: torch.dtype) -> Program:
    return module_program(
        partial(nn.TransformerDecoderLayer, 4, 2, 6, dropout=0.1, batch_first=True),
        lambda numbers: {"input": numbers.leaf(2, 3, 4), "memory": numbers.leaf(2, 2, 4)},
        dtype,
        loss=seeded_weigh,
    )


CASES: tuple[ZooCase, ...] = (
    case(dot_product_attention),
    case(causal_attention),
    case(attention_with_a_learned_mask),
    case(attention_by_hand),
    case(multihead_attention),
    case(multihead_attention_without_weights),
    case(cross_attention),
    case(transformer_encoder_layer),
    case(transformer_encoder_of_two_layers),
    case(transformer_decoder_layer),
)
