"""What the recorder gets wrong: by case and law, the fault.

Each makes a test an expected failure, and a strict one where the fault always
shows: who mends the recorder takes the name out.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tests.zoo.program import Law


class Fault(NamedTuple):
    """One thing that is wrong, and the laws that it breaks, with the names of the cases."""

    reason: str
    breaks: Mapping[Law, str]
    # Memory that holds no numbers yet may hold the same twice, by chance.
    always: bool = True


KNOWN = (
    Fault(
        "of a tensor that several backward passes reach, the last one's gradient is told",
        {
            "intermediates": "graph_kept_and_used_twice hessian_vector_product",
        },
    ),
    Fault(
        "what a base becomes when its view is written is no op's result, and CopySlices has no op",
        {
            "intermediates": "conv2d_depthwise_circular",
        },
    ),
    Fault(
        "of a Function with several ops, the first op's result is taken for the output",
        {
            "wiring": "custom_that_differentiates_inside",
            "sums": "custom_that_differentiates_inside",
        },
    ),
    Fault(
        "a node made without an op is given to the next op",
        {
            "wiring": "tensor_subclass",
        },
    ),
    Fault(
        "a leaf written outside of autograd becomes another tensor, without a name",
        {
            "wiring": "parameter_written_without_gradient",
        },
    ),
    Fault(
        "the whole gradient of a tensor is told after the hooks before its node",
        {
            "intermediates": "hook_before_a_node",
        },
    ),
    Fault(
        "memory without numbers passes for a value: seen through a view, or partly written",
        {
            "repeats": "conv2d_depthwise_circular",
            "replay": "conv2d_depthwise_circular",
        },
        always=False,
    ),
)

FAULTS: dict[tuple[str, Law], Fault] = {
    (case, law): fault
    for fault in KNOWN
    for law, cases in fault.breaks.items()
    for case in cases.split()
}
