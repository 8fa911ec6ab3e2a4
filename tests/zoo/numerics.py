"""Complex, low-precision, integer, empty, scalar and non-finite numbers."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.zoo.program import (
    Numbers,
    Program,
    ZooCase,
    build_module,
    case,
    formula,
    module_program,
    weigh,
)

COARSE = "the numbers are too coarse for differences"


def complex_product(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype.to_complex())

    def compute(a: Tensor, b: Tensor) -> Tensor:
        product = a @ b
        return weigh(product.real) + product.abs().sum()

    return formula(compute, a=numbers.leaf(2, 3), b=numbers.leaf(3, 2))


def complex_from_real_parts(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, y: Tensor) -> Tensor:
        turned = torch.complex(x, y) * torch.exp(1j * x)
        return weigh(torch.view_as_real(turned.conj().resolve_conj())) + turned.angle().sum()

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(3), y=numbers.positive_leaf(3))


def low_precision(dtype: torch.dtype) -> Program:
    return module_program(
        lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)),
        lambda numbers: {"input": numbers.leaf(2, 3)},
        dtype,
    )


def bfloat16(_dtype: torch.dtype) -> Program:
    return low_precision(torch.bfloat16)


def float16(_dtype: torch.dtype) -> Program:
    return low_precision(torch.float16)


def autocast(_dtype: torch.dtype) -> Program:
    model = build_module(
        lambda: nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.GELU(), nn.Linear(4, 2)),
        torch.float32,
    )
    x = Numbers(torch.float32).leaf(5, 3)

    def loss() -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            output = model(x)
        return weigh(output.float())

    return Program(loss, {**dict(model.named_parameters()), "x": x}, model)


def mixed_dtypes(dtype: torch.dtype) -> Program:
    numbers, wide = Numbers(dtype), Numbers(torch.float64, seed=1)
    return formula(
        lambda x, y: weigh((x.double() * y).to(x.dtype) + x), x=numbers.leaf(3), y=wide.leaf(3)
    )


def integers_in_the_middle(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        winners = x.argmax(1)
        chosen = F.one_hot(winners, 4) + (x > 0.3).long()
        count = chosen.sum().item()
        return weigh(x * chosen) / count

    return formula(compute, x=Numbers(dtype).leaf(3, 4))


def bucketed_numbers(dtype: torch.dtype) -> Program:
    table = Numbers(dtype, seed=1).leaf(4)

    def compute(x: Tensor, table: Tensor) -> Tensor:
        bucket = torch.bucketize(x.detach(), torch.tensor([-1.0, 0.0, 1.0], dtype=x.dtype))
        return weigh(table[bucket] * x)

    return formula(compute, x=Numbers(dtype).leaf(5), table=table)


def empty_tensors(dtype: torch.dtype) -> Program:
    def compute(x: Tensor, nothing: Tensor) -> Tensor:
        none = x[:, :0] * nothing
        return weigh(torch.cat([x, none.exp()], 1)) + none.sum()

    numbers = Numbers(dtype)
    return formula(compute, x=numbers.leaf(2, 3), nothing=numbers.leaf(2, 0))


def scalars_only(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    return formula(lambda a, b: a * b + (a / b).tanh(), a=numbers.leaf(), b=numbers.positive_leaf())


def non_finite_numbers(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        return (x.log() * x).sum()

    return formula(compute, x=torch.tensor([0.0, 1.0, -1.0], dtype=dtype, requires_grad=True))


def shapes_from_meta_tensors(dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        plan = torch.empty(3, 4, device="meta") @ torch.empty(4, 2, device="meta")
        return weigh(x.expand(plan.shape) * x)

    return formula(compute, x=Numbers(dtype).leaf(3, 1))


def fake_quantized(_dtype: torch.dtype) -> Program:
    def compute(x: Tensor) -> Tensor:
        return weigh(torch.fake_quantize_per_tensor_affine(x * 2, 0.1, 0, -8, 7))

    return formula(compute, x=Numbers(torch.float32).leaf(6))


def sparse_matrix(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    places = torch.tensor([[0, 1, 2], [1, 0, 3]])

    def compute(values: Tensor, dense: Tensor) -> Tensor:
        matrix = torch.sparse_coo_tensor(places, values, (3, 4), check_invariants=True)
        return weigh(torch.sparse.mm(matrix, dense))

    return formula(compute, values=numbers.leaf(3), dense=numbers.leaf(4, 2))


def gradient_larger_than_a_preview(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    x = numbers.normal(2, 100)
    return formula(lambda weight: weigh(torch.tanh(x @ weight)), weight=numbers.leaf(100, 50))


def memory_freed_and_used_again(dtype: torch.dtype) -> Program:
    """Each round's tensors are freed before the next asks for memory of the same size."""

    def compute(x: Tensor) -> Tensor:
        total = 0.0
        for number in range(8):
            total += (x.detach() * number / 8).exp().sum().item()
        return weigh(x * x) * total / 1000

    program = formula(compute, x=Numbers(dtype).leaf(64))
    still = program.loss().detach() / weigh(program.leaves["x"].detach() ** 2)
    program.objective = lambda: weigh(program.leaves["x"] ** 2) * still
    return program


class Labelled(Tensor):
    """A subclass that changes nothing."""


def tensor_subclass(dtype: torch.dtype) -> Program:
    x = Numbers(dtype).normal(3).as_subclass(Labelled).requires_grad_()
    return Program(lambda: weigh(x.sin() * x).as_subclass(Tensor), {"x": x})


CASES: tuple[ZooCase, ...] = (
    case(complex_product),
    case(complex_from_real_parts),
    case(bfloat16, differences=COARSE),
    case(float16, differences=COARSE),
    case(autocast, differences=COARSE),
    case(mixed_dtypes),
    case(integers_in_the_middle),
    case(bucketed_numbers),
    case(empty_tensors),
    case(scalars_only),
    case(non_finite_numbers, differences="the loss is NaN"),
    case(shapes_from_meta_tensors),
    case(fake_quantized, differences="the gradient passes straight through the rounding"),
    case(sparse_matrix),
    case(gradient_larger_than_a_preview),
    case(memory_freed_and_used_again),
    case(tensor_subclass),
)
