"""Programs that cannot be recorded say so, at the op that is the reason."""

import pytest
import torch

from gradtape.errors import InvalidRecording
from tests.zoo.program import formula, weigh
from tests.zoo.recording import record_program


@pytest.mark.parametrize("layout", [torch.jagged, torch.strided])
def test_a_nested_tensor_is_refused(layout: torch.layout) -> None:
    rows = [torch.ones(2, 3, requires_grad=True), torch.ones(4, 3, requires_grad=True)]

    def compute(**rows: torch.Tensor) -> torch.Tensor:
        ragged = torch.nested.as_nested_tensor([*rows.values()], layout=layout)
        return weigh(torch.cat(ragged.sin().unbind()))

    with pytest.raises(InvalidRecording, match="makes a nested tensor"):
        record_program(formula(compute, first=rows[0], second=rows[1]))
