"""Statistics of tensors, against numpy, Python's statistics, and numbers counted by hand."""

import math
import statistics

import numpy as np
import pytest
import torch

from gradtape.engine.recorder.exact_statistics import summarize


def test_statistics_leave_out_what_is_not_finite_and_count_it() -> None:
    told = summarize(torch.tensor([3.0, float("nan"), -1.0, float("inf"), 0.0]))
    assert (told.min, told.max, told.non_finite) == (-1.0, 3.0, 2)
    assert told.mean == pytest.approx(2 / 3)
    assert told.l2_norm == pytest.approx(math.sqrt(10))
    assert told.zero_share == 1 / 5


def test_statistics_of_nothing_are_zero() -> None:
    told = summarize(torch.zeros(0))
    assert (told.min, told.max, told.mean, told.l2_norm, told.non_finite) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("centre", [0.0, 1.0, 1e4, -3e6], ids="centre {}".format)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_deviation_of_numbers_far_from_zero_is_exact(centre: float, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    numbers = (torch.randn(500, generator=generator, dtype=torch.float64) + centre).to(dtype)
    # Rational arithmetic: nothing is rounded before the end.
    assert summarize(numbers).std == pytest.approx(statistics.pstdev(numbers.tolist()), rel=1e-9)


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.bfloat16, torch.float16])
def test_zeros_are_counted_in_every_dtype(dtype: torch.dtype) -> None:
    told = summarize(torch.tensor([[0, 1, 0], [1, 1, 1]], dtype=dtype))
    assert (told.zero_share, told.min, told.max) == (1 / 3, 0, 1)


@pytest.mark.parametrize("shape", [(9_000,), (70_000,), (300, 500)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16], ids=str)
def test_a_tensor_that_is_looked_at_in_parts_is_summarized_whole(
    shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    numbers = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(dtype)
    numbers.view(-1)[::7] = 0
    exact = numbers.numpy().astype(np.float64)
    for told in (summarize(numbers), summarize(numbers.mT if numbers.ndim > 1 else numbers)):
        assert (told.min, told.max) == (exact.min(), exact.max())
        assert told.mean == pytest.approx(exact.mean(), rel=1e-9)
        assert told.std == pytest.approx(exact.std(), rel=1e-12)
        assert told.l2_norm == pytest.approx(np.linalg.norm(exact), rel=1e-12)
        assert told.zero_share == np.count_nonzero(exact == 0) / exact.size


def test_numbers_whose_squares_are_too_large_are_still_numbers() -> None:
    told = summarize(torch.tensor([1e200, -1e200], dtype=torch.float64))
    assert (told.min, told.max, told.mean, told.non_finite) == (-1e200, 1e200, 0, 0)
    assert told.l2_norm == math.inf
