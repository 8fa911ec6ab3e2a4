"""Recording changes nothing: the zoo's programs, recorded, against themselves run plainly."""

import numpy as np
import pytest
import torch
from torch import Tensor

from gradtape.engine.recorder.recording import Recording
from gradtape.engine.recorder.structure_builder import KnownStructures
from tests.engine.zoo_recordings import (
    Recordings,
    as_real_numbers,
    cases_for,
    same_bits,
    told_gradient,
)
from tests.zoo.program import ZooCase
from tests.zoo.recording import record_program


@pytest.mark.parametrize("case", cases_for("plain"))
def test_a_recorded_run_computes_what_a_plain_run_does(case: ZooCase) -> None:
    bit_for_bit = "bits" not in case.exceptions
    plain, recorded = case.build(torch.float32), case.build(torch.float32)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(99)
        loss = plain.run()
        randomness = torch.get_rng_state()
        torch.manual_seed(99)
        recording = record_program(recorded)
        assert torch.equal(torch.get_rng_state(), randomness)
    assert recording.structure.output is not None
    assert_same(recording.tensor(recording.structure.output), loss, "loss")
    for name, leaf in plain.leaves.items():
        found = recorded.leaves[name].grad
        assert_same(found, leaf.grad, f"{name}.grad", bit_for_bit=bit_for_bit)
        assert_same(told_gradient(recording, name), found, f"{name} on the tape")


def assert_same(
    found: Tensor | None, expected: Tensor | None, what: str, *, bit_for_bit: bool = True
) -> None:
    if expected is None or found is None:
        assert found is expected, what
    elif bit_for_bit:
        assert same_bits(found, expected), f"{what}: {found} for {expected}"
    else:
        torch.testing.assert_close(as_real_numbers(found), as_real_numbers(expected))


@pytest.mark.parametrize("case", cases_for("afterwards"))
def test_what_is_written_after_the_recording_is_not_on_the_tape(case: ZooCase) -> None:
    program = case.build(torch.float32)
    recording = record_program(program)
    before = snapshot(recording)
    with torch.no_grad():
        for leaf in program.leaves.values():
            leaf.fill_(7)
            if leaf.grad is not None:
                leaf.grad.zero_()
    after = snapshot(recording)
    changed = [
        number
        for number, (old, new) in enumerate(zip(before, after, strict=True))
        if old is not None and new is not None and not same_bits(old, new)
    ]
    assert changed == []


def snapshot(recording: Recording) -> list[Tensor | None]:
    values = (recording.tensor(tensor.id) for tensor in recording.structure.tensors)
    return [None if value is None else value.clone() for value in values]


@pytest.mark.parametrize("case", cases_for("blob"))
def test_the_blob_holds_each_value_at_its_slot(case: ZooCase, recordings: Recordings) -> None:
    recording = recordings[case.name]
    numbers = np.frombuffer(recording.frame.blob, "<f4")
    for tensor in recording.structure.tensors:
        value = recording.tensor(tensor.id)
        if tensor.slot is None:
            assert value is None or not shown_as_real_numbers(value)
            continue
        slot = recording.structure.slots[tensor.slot]
        assert value is not None
        part = value.detach()[tuple(slice(None, None, step) for step in slot.steps)]
        stored = numbers[slot.offset : slot.offset + slot.count].reshape(slot.shape)
        assert np.array_equal(part.to(torch.float32).numpy(), stored, equal_nan=True)
    # Slots may overlap, where one tensor is a part of another.
    ends = [slot.offset + slot.count for slot in recording.structure.slots]
    assert numbers.size == max(ends)


def shown_as_real_numbers(value: Tensor) -> bool:
    is_plain = value.layout is torch.strided and not value.is_meta
    return is_plain and not value.is_complex() and not value.is_quantized


@pytest.mark.parametrize("case", cases_for("repeats"))
def test_recorded_twice_a_program_gives_the_same_tape(case: ZooCase) -> None:
    known = KnownStructures()
    first = record_program(case.build(torch.float32))
    second = record_program(case.build(torch.float32), known=known)
    third = record_program(case.build(torch.float32), known=known)
    assert second.structure == first.structure
    assert third.structure is second.structure
    assert first.frame.blob == second.frame.blob == third.frame.blob
