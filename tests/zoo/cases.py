"""All cases of the zoo."""

from tests.zoo import (
    activations,
    algebra,
    attention,
    backward_passes,
    checkpointing,
    control_flow,
    convolution,
    custom_functions,
    embedding,
    hooks,
    in_place,
    loops,
    losses,
    normalization,
    numerics,
    pooling,
    randomness,
    recurrent,
    selection,
    transforms,
)
from tests.zoo.program import ZooCase

FAMILIES = (
    recurrent, attention, embedding, convolution, pooling, normalization, randomness, selection,
    in_place, custom_functions, control_flow, backward_passes, checkpointing, hooks, numerics,
    algebra, losses, activations, transforms, loops,
)  # fmt: skip

CASES: tuple[ZooCase, ...] = tuple(case for family in FAMILIES for case in family.CASES)
