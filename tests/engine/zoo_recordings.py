"""What the tests of the laws share: the cases as parameters, and one recording of each."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from gradtape.engine.recorder.recording import Recording
from tests.zoo.cases import CASES
from tests.zoo.program import Law, ZooCase
from tests.zoo.recording import record_program


def cases_for(law: Law) -> list[Any]:
    """All cases; those that the law cannot hold for are skipped."""
    return [pytest.param(case, id=case.name, marks=_marks(case, law)) for case in CASES]


def _marks(case: ZooCase, law: Law) -> list[pytest.MarkDecorator]:
    reason = case.exceptions.get(law)
    return [] if reason is None else [pytest.mark.skip(reason=reason)]


class Idle(TorchDispatchMode):
    """Watches nothing. While any mode is on, torch makes a few nodes of other kinds (reshape)."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


class Recordings(dict[str, Recording]):
    """One recording of each case in float64, made when it is first asked for."""

    def __missing__(self, name: str) -> Recording:
        case = next(case for case in CASES if case.name == name)
        self[name] = record_program(case.build(torch.float64))
        return self[name]


def told_gradient(recording: Recording, name: str) -> Tensor | None:
    """What the tape says is the whole gradient of a named tensor."""
    number = recording.structure.tensors[recording.find(name)].gradient
    return None if number is None else recording.tensor(number)


def as_real_numbers(tensor: Tensor) -> Tensor:
    """Dense; a complex number as two."""
    dense = tensor.detach().to_dense() if tensor.layout is not torch.strided else tensor.detach()
    dense = dense.resolve_conj().resolve_neg()
    return torch.view_as_real(dense) if dense.is_complex() else dense


def same_bits(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same type, shape and bits; NaN equals itself."""
    if one.dtype != other.dtype or one.shape != other.shape or one.layout != other.layout:
        return False
    if one.is_meta or other.is_meta:
        return one.device == other.device
    if one.layout is not torch.strided:
        return torch.equal(one.to_dense(), other.to_dense())
    return _bytes(one) == _bytes(other)


def _bytes(tensor: Tensor) -> bytes:
    plain = tensor.detach().resolve_conj().resolve_neg().contiguous().reshape(-1)
    return plain.view(torch.uint8).numpy().tobytes()
