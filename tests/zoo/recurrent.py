"""Recurrent layers, cells in loops, and one weight used many times over."""

import warnings
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.zoo.program import Numbers, Program, ZooCase, case, formula, module_program, weigh


def sequence(numbers: Numbers) -> dict[str, Tensor]:
    """Two sequences of four steps with three features each."""
    return {"input": numbers.leaf(2, 4, 3)}


def weigh_sequence(model: nn.Module, x: Tensor) -> Tensor:
    output, _ = model(x)
    return weigh(output)


def recurrent(make: partial[nn.Module], dtype: torch.dtype) -> Program:
    return module_program(make, sequence, dtype, loss=weigh_sequence)


def rnn_tanh(dtype: torch.dtype) -> Program:
    return recurrent(partial(nn.RNN, 3, 4, batch_first=True), dtype)


def rnn_relu(dtype: torch.dtype) -> Program:
    return recurrent(partial(nn.RNN, 3, 4, nonlinearity="relu", batch_first=True), dtype)


def lstm(dtype: torch.dtype) -> Program:
    return recurrent(partial(nn.LSTM, 3, 4, batch_first=True), dtype)


def lstm_with_projection(dtype: torch.dtype) -> Program:
    def loss(model: nn.Module, x: Tensor) -> Tensor:
        with warnings.catch_warnings():
            # In float32 torch says that it takes its own implementation and not oneDNN's.
            warnings.simplefilter("ignore")
            return weigh_sequence(model, x)

    make = partial(nn.LSTM, 3, 4, proj_size=2, batch_first=True)
    return module_program(make, sequence, dtype, loss=loss)


def gru(dtype: torch.dtype) -> Program:
    return recurrent(partial(nn.GRU, 3, 4, batch_first=True), dtype)


def lstm_two_layers_both_ways(dtype: torch.dtype) -> Program:
    make = partial(nn.LSTM, 3, 2, num_layers=2, bidirectional=True, batch_first=True)
    return recurrent(make, dtype)


def gru_final_state_only(dtype: torch.dtype) -> Program:
    make = partial(nn.GRU, 3, 4, num_layers=2, bidirectional=True, batch_first=True)
    return module_program(make, sequence, dtype, loss=lambda model, x: weigh(model(x)[1]))


def lstm_on_packed_sequences(dtype: torch.dtype) -> Program:
    def loss(model: nn.Module, x: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, torch.tensor([4, 2]), batch_first=True)
        output, _ = pad_packed_sequence(model(packed)[0], batch_first=True)
        return weigh(output)

    return module_program(partial(nn.LSTM, 3, 4, batch_first=True), sequence, dtype, loss=loss)


def lstm_cell_in_a_loop(dtype: torch.dtype) -> Program:
    def loss(cell: nn.Module, x: Tensor) -> Tensor:
        state = None
        for step in x.unbind(1):
            state = cell(step, state)
        assert state is not None
        return weigh(state[0]) + weigh(state[1])

    return module_program(partial(nn.LSTMCell, 3, 4), sequence, dtype, loss=loss)


def carry(cell: nn.Module, x: Tensor) -> Tensor:
    state = None
    outputs = []
    for step in range(x.shape[1]):
        state = cell(x[:, step], state)
        outputs.append(state)
    return weigh(torch.stack(outputs))


def gru_cell_in_a_loop(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.GRUCell, 3, 4), sequence, dtype, loss=carry)


def rnn_cell_in_a_loop(dtype: torch.dtype) -> Program:
    return module_program(partial(nn.RNNCell, 3, 4), sequence, dtype, loss=carry)


def one_weight_for_sixty_steps(dtype: torch.dtype) -> Program:
    numbers = Numbers(dtype)
    steps = numbers.normal(60, 2, 3)

    def compute(recur: Tensor, enter: Tensor) -> Tensor:
        state = torch.zeros(2, 4, dtype=dtype)
        for step in steps:
            state = torch.tanh(state @ recur + step @ enter)
        return weigh(state)

    return formula(compute, recur=numbers.leaf(4, 4), enter=numbers.leaf(3, 4))


CASES: tuple[ZooCase, ...] = (
    case(rnn_tanh),
    case(rnn_relu),
    case(lstm),
    case(lstm_with_projection),
    case(gru),
    case(lstm_two_layers_both_ways),
    case(gru_final_state_only),
    case(lstm_on_packed_sequences),
    case(lstm_cell_in_a_loop),
    case(gru_cell_in_a_loop),
    case(rnn_cell_in_a_loop),
    case(one_weight_for_sixty_steps),
)
