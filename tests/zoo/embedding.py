"""Embeddings and bags of them, dense and sparse."""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.zoo.program import Numbers, Program, ZooCase, case, module_program, weigh

WORDS = torch.tensor([[1, 4, 1], [0, 2, 1]])


def words(_numbers: Numbers) -> dict[str, Tensor]:
    """Word 1 comes three times, word 3 never."""
    return {"input": WORDS}


def embedding(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.Embedding, 5, 3), words, dtype)


def embedding_with_padding(dtype: torch.dtype) -> Program:
    program = module_program(partial(nn.Embedding, 5, 3, padding_idx=0), words, dtype)
    weight = program.leaves["weight"]
    still = weight.detach().clone()
    # The padding's row gets no gradient, so the objective must not move with it.
    is_word = (torch.arange(5) != 0).unsqueeze(1)
    program.objective = lambda: weigh(F.embedding(WORDS, torch.where(is_word, weight, still)))
    return program


def embedding_scaled_by_frequency(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.Embedding, 5, 3, scale_grad_by_freq=True), words, dtype)


def embedding_of_bounded_norm(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.Embedding, 5, 3, max_norm=1.0), words, dtype)


def sparse_embedding(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.Embedding, 5, 3, sparse=True), words, dtype)


def sparse_embedding_used_twice(dtype: torch.dtype) -> Program:
    return module_program(
        partial(nn.Embedding, 5, 3, sparse=True),
        words,
        dtype,
        loss=lambda model, index: weigh(model(index) * model(index.flip(0))),
    )


def embedding_bag_mean(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.EmbeddingBag, 5, 3, mode="mean"), words, dtype)


def embedding_bag_max(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.EmbeddingBag, 5, 3, mode="max"), words, dtype)


def embedding_bag_with_learned_weights(dtype: torch.dtype) -> Program:
    return module_program(
        partial(nn.EmbeddingBag, 5, 3, mode="sum"),
        lambda numbers: {"input": WORDS, "shares": numbers.leaf(2, 3)},
        dtype,
        loss=lambda model, index, shares: weigh(model(index, per_sample_weights=shares)),
    )


def sparse_embedding_bag(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.EmbeddingBag, 5, 3, mode="sum", sparse=True), words, dtype)


def tied_embedding(dtype: torch.dtype) -> Program:
    def loss(model: nn.Module, index: Tensor) -> Tensor:
        scores = F.linear(torch.tanh(model(index)), model.weight)
        return F.cross_entropy(scores.flatten(0, 1), index.roll(1, 1).flatten())

    return module_program(partial(nn.Embedding, 5, 3), words, dtype, loss=loss)


CASES: tuple[ZooCase, ...] = (
    case(embedding),
    case(embedding_with_padding),
    case(
        embedding_scaled_by_frequency,
        differences="the gradient is divided by each word's count on purpose",
    ),
    case(
        embedding_of_bounded_norm,
        differences="the forward pass rescales the weight in place, unseen by autograd",
    ),
    case(sparse_embedding),
    case(sparse_embedding_used_twice),
    case(embedding_bag_mean),
    case(embedding_bag_max),
    case(embedding_bag_with_learned_weights),
    case(sparse_embedding_bag),
    case(tied_embedding),
)
