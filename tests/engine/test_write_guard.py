"""Which tensors share numbers, against the numbers that they are seen to share."""

from itertools import product

import pytest
import torch

from gradtape.engine.recorder.write_guard import overlap

SIZE = 24


def places(view: torch.Tensor) -> set[int]:
    """Where in memory the numbers of a view of `arange` are: they say so themselves."""
    return {int(number) for number in view.reshape(-1).tolist()}


def test_chunks_of_one_matrix_share_nothing() -> None:
    left, right = torch.arange(SIZE).reshape(4, 6).chunk(2, dim=1)
    assert not overlap(left, right)


def test_rows_of_one_matrix_share_nothing() -> None:
    matrix = torch.arange(SIZE).reshape(4, 6)
    assert not overlap(matrix[:2], matrix[2:])


def test_columns_that_a_slice_has_in_common_are_shared() -> None:
    matrix = torch.arange(SIZE).reshape(4, 6)
    assert overlap(matrix[:, :4], matrix[:, 3:])


@pytest.mark.parametrize("strides", [(6, 1), (1, 6), (1, 1), (3, 2), (2, 2), (0, 1), (5, 3)])
def test_tensors_that_share_a_number_are_never_taken_for_apart(strides: tuple[int, int]) -> None:
    # One that wraps around the end of a row, or whose windows overlap, is no rectangle.
    memory = torch.arange(SIZE)
    sizes = [(1, 1), (1, 3), (2, 2), (2, 4), (3, 2)]
    views = [
        memory.as_strided(size, strides, offset)
        for size, offset in product(sizes, range(8))
        if offset + sum((n - 1) * step for n, step in zip(size, strides, strict=True)) < SIZE
    ]
    missed = [
        (tuple(left.shape), left.storage_offset(), tuple(right.shape), right.storage_offset())
        for left, right in product(views, views)
        if places(left) & places(right) and not overlap(left, right)
    ]
    assert missed == []
