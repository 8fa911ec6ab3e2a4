"""Linear algebra, Fourier transforms, reductions and arithmetic."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from tests.zoo.program import OTHER_FORMULA, Numbers, Program, ZooCase, case, formula, weigh


def of_square(function: Callable[[Tensor], Tensor]) -> Callable[[torch.dtype], Program]:
    """A function of a well-conditioned matrix of three rows."""

    def compute(x: Tensor) -> Tensor:
        square = x @ x.t() + torch.eye(3, dtype=x.dtype)
        return weigh(function(square))

    return lambda dtype: formula(compute, x=Numbers(dtype).leaf(3, 3))


def of_rows(function: Callable[[Tensor], Tensor]) -> Callable[[torch.dtype], Program]:
    """A function of positive numbers in two rows and four columns."""
    return lambda dtype: formula(lambda x: weigh(function(x)), x=Numbers(dtype).positive_leaf(2, 4))


ALGEBRA: dict[str, Callable[[torch.dtype], Program]] = {
    "cholesky": of_square(torch.linalg.cholesky),
    "solve": of_square(lambda a: torch.linalg.solve(a, a[:, :2] ** 2)),
    "inverse": of_square(torch.linalg.inv),
    "determinant": of_square(torch.linalg.det),
    "log_determinant": of_square(torch.logdet),
    "triangular_solve": of_square(
        lambda a: torch.linalg.solve_triangular(a.tril(), a[:, :1], upper=False)
    ),
    "matrix_power_and_exponential": of_square(
        lambda a: torch.linalg.matrix_power(a, 3) * 0.01 + torch.matrix_exp(a * 0.1)
    ),
    "eigenvalues": of_square(torch.linalg.eigvalsh),
    "real_fourier_transform": of_rows(lambda x: torch.fft.irfft(torch.fft.rfft(x) ** 2)),
    "fourier_transform": of_rows(lambda x: torch.fft.fft(x).abs()),
    "einsum": of_rows(lambda x: torch.einsum("ij,kj,k->ik", x, x.sin(), x[:, 0])),
    "batched_products": of_rows(
        lambda x: torch.baddbmm(x[None, :, :2], x[None], x.t()[None, :, :2]) + x[None] @ x.t()
    ),
    "outer_and_kronecker": of_rows(lambda x: torch.kron(x, torch.outer(x[0, :2], x[1, :2]))),
    "cross_and_dot": of_rows(
        lambda x: torch.linalg.cross(x[0, :3], x[1, :3]) * torch.dot(x[0], x[1])
    ),
    "norms": of_rows(lambda x: x.norm() + x.norm(1, dim=1) + x.norm(3, dim=1) + x.norm(dim=1)),
    "logsumexp": of_rows(lambda x: x.logsumexp(1)),
    "softmax_and_log_softmax": of_rows(lambda x: x.softmax(1) * x.log_softmax(0)),
    "log_cumsum_exp": of_rows(lambda x: x.logcumsumexp(1)),
    "spread": of_rows(lambda x: x.var(1) + x.std(1, correction=0) + x.mean()),
    "distances": of_rows(lambda x: torch.cdist(x, x[:, [1, 0, 3, 2]])),
    "cosine_similarity": of_rows(lambda x: F.cosine_similarity(x, x.flip(1), dim=1)),
    "powers_and_roots": of_rows(lambda x: x**1.5 + 2**x + x**x + x.sqrt() + x.rsqrt()),
    "trigonometry": of_rows(lambda x: x.sin() * x.cos() + x.tan() + torch.atan2(x, x.flip(1))),
    "hyperbolic": of_rows(lambda x: x.sinh() + x.cosh() + x.asinh() + (x / 2).atanh()),
    "exponentials": of_rows(lambda x: x.exp() + x.expm1() + x.log1p() + x.log2() + x.exp2()),
    "special_functions": of_rows(lambda x: x.erf() + x.lgamma() + x.digamma() + x.sigmoid()),
    "division": of_rows(lambda x: 1 / x + x / x.flip(1) + x.reciprocal() + x.remainder(0.7)),
    "absolute_and_sign": of_rows(lambda x: (x - 0.7).abs() * x.sign() + x.square()),
    "interpolation": of_rows(lambda x: torch.lerp(x, x.flip(1), 0.3) + torch.lerp(x, x * 2, x)),
    "fused_multiply_add": of_rows(
        lambda x: torch.addcdiv(x, x, x.exp(), value=2) + torch.addcmul(x, x, x, value=0.5)
    ),
    "matrix_times_vector": of_rows(lambda x: torch.addmv(x[:, 0], x, x[0]) + torch.mv(x, x[1])),
}


def bilinear(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    return formula(
        lambda left, right, weight: weigh(F.bilinear(left, right, weight)),
        left=numbers.leaf(2, 3),
        right=numbers.leaf(2, 2),
        weight=numbers.leaf(4, 3, 2),
    )


def product_with_a_zero(dtype: torch.dtype) -> Program:
    x = torch.tensor([[1.5, 0.0, -2.0], [0.5, 3.0, 1.0]], dtype=dtype, requires_grad=True)
    return formula(lambda x: weigh(x.prod(1)), x=x)


CASES: tuple[ZooCase, ...] = (
    *(ZooCase(name, build) for name, build in ALGEBRA.items()),
    ZooCase(
        "product_of_numbers",
        of_rows(lambda x: x.prod(1) * x.prod()),
        {"bits": OTHER_FORMULA},
    ),
    case(bilinear),
    case(product_with_a_zero, bits=OTHER_FORMULA),
)
