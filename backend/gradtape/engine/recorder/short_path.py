"""Recognises an iteration that runs as an earlier one did, by its ops alone.

What happened is compared op by op: the op, its plain arguments, where each operand comes from, the
shapes of the results. If all is equal, the values take the places of the earlier values, and
nothing of the structure is worked out again. Calls and autograd nodes are not looked at: equal ops
on equal operands, the backward pass included, have an equal graph.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gradtape.engine.recorder.iteration_numbers import IterationNumbers
from gradtape.engine.recorder.log_reader import LogReader
from gradtape.engine.recorder.op_reading import OpForm, read_arguments, split_floats, tensors_in
from gradtape.engine.recorder.recording_log import Item, Mark, RecordingLog
from gradtape.engine.recorder.tensor_table import address, shows, sum_of
from gradtape.engine.recorder.write_guard import CONTAINERS, Copies
from gradtape.tape.frame import StepConstants

PlainArguments = tuple[list[Any], dict[str, Any]]
NO_PLAIN_ARGUMENTS: PlainArguments = ([], {})


class Differs(Exception):
    """The iteration ran otherwise."""


class Again(NamedTuple):
    """What a rerun (rerun.py) gives.

    Attributes:
        objects: by tensor id, the tensor that stands for it in the end; None if none does.
        values: by tensor id, as recordings have them.
        exposed: ids of values in memory that lives on, and that may be written to.
        ops: how many have run.
        loss: of the iteration.
        output: what the network returned.
    """

    objects: list[Tensor | None]
    values: list[Tensor | None]
    exposed: list[int]
    ops: int
    loss: Tensor
    output: Tensor


class ShortPath:
    """The ops of one structure, to be followed by later iterations.

    Args:
        reader: has read an iteration of the structure.
        ends: ids of the loss and of the output.
    """

    def __init__(self, reader: LogReader, ends: tuple[int | None, int | None]) -> None:
        table = reader.table
        self.forms = reader.forms
        self.plain_arguments = reader.plain_arguments
        # Ops of the update that are given floats: their other constants, and the floats' names.
        self.step_constants = {
            op: (reader.ops[op]["constants"], floats.keys())
            for op, floats in reader.step_constants.items()
        }
        # One list for all ops, and where each op's part ends: ten thousands of short lists would
        # keep Python's garbage collector busy.
        self.operands = _Joined(row["operands"] for row in reader.ops)
        # With those that an op writes but does not return.
        self.results = _Joined(row["results"] for row in reader.ops)
        self.given = reader.given
        self.accumulated = reader.backward.accumulated_by_leaf
        self.shapes = [row["shape"] for row in table.rows]
        self.dtypes = [getattr(torch, row["dtype"]) for row in table.rows]
        self.roots = table.roots
        self.sums = table.sums
        self.overwritten = table.overwritten.keys()
        self.uninitialised = table.uninitialised
        self.ends = ends

    @property
    def shows_everything(self) -> bool:
        """Whether every tensor is given, an operand or a result of an op, or a sum of such."""
        seen = {*chain.from_iterable(self.given), *self.operands.all, *self.results.all}
        return seen.issuperset(set(self.roots) - self.sums.keys())

    def follow(
        self,
        log: RecordingLog,
        *,
        loss: Tensor | None,
        output: Tensor | None,
        again: Again | None = None,
    ) -> IterationNumbers:
        """The numbers of an iteration.

        Args:
            again: what was run from the list of ops, and is not in the log.
        Raises:
            Differs: the log is of another structure.
        """
        follower = _Follower(self)
        if again is not None:
            follower.take_over(again)
        return follower.follow(log, (loss, output))


class _Joined:
    """Lists of numbers, one after the other."""

    def __init__(self, parts: Iterable[list[int]]) -> None:
        self.all: list[int] = []
        self._ends = [0]
        for part in parts:
            self.all += part
            self._ends.append(len(self.all))

    def __getitem__(self, index: int) -> list[int]:
        return self.all[self._ends[index] : self._ends[index + 1]]


class _Follower:
    """Goes through a log beside a path."""

    def __init__(self, path: ShortPath) -> None:
        self._path = path
        # By tensor id: the object that stands for it, and its numbers.
        self._objects: list[Tensor | None] = [None] * len(path.roots)
        self._values: list[Tensor | None] = [None] * len(path.roots)
        self._by_object: dict[int, int] = {}
        self._step_constants: StepConstants = {}
        self._first_op = 0

    def take_over(self, again: Again) -> None:
        """Go on after what ran from the list of ops."""
        self._objects, self._values, self._first_op = again.objects, again.values, again.ops
        self._by_object = {id(self._objects[number]): number for number in again.exposed}

    def follow(
        self, log: RecordingLog, ends: tuple[Tensor | None, Tensor | None]
    ) -> IterationNumbers:
        forms, given, op = self._path.forms, iter(self._path.given), self._first_op
        for item in log.items:
            if item[0].__class__ is OpForm:
                if op == len(forms) or item[0] is not forms[op]:
                    raise Differs
                self._follow_op(op, item)
                op += 1
            elif item[0] is Mark.REGISTER:
                self._expect((tensor for _, _, tensor in item[1]), next(given, []))
            elif item[0] is Mark.STEP:
                self._expect(tensors_in(item[1:]), next(given, []))
        if op != len(forms):
            raise Differs
        for number, tensor in zip(self._path.ends, ends, strict=True):
            if number is not None:
                self._expect([] if tensor is None else [tensor], [number])
        self._add_up()
        for number in self._path.uninitialised:
            self._values[number] = None
        return IterationNumbers(self._values, self._step_constants)

    def _add_up(self) -> None:
        """What several backward passes brought to a tensor is added here, and by no op."""
        for total, numbers in self._path.sums.items():
            if total in self._path.uninitialised:
                continue
            value = sum_of([self._values[self._path.roots[number]] for number in numbers])
            if value is None:
                raise Differs
            self._values[total] = value

    def _follow_op(self, op: int, item: Item) -> None:
        form, args, kwargs, result, _number, _node, copies = item
        path = self._path
        if not kwargs and op not in path.plain_arguments:
            self._expect(args, path.operands[op])
        elif op in path.step_constants:
            self._expect(self._take_step_constants(op, item), path.operands[op])
        else:
            expected = path.plain_arguments.get(op, NO_PLAIN_ARGUMENTS)
            self._expect(_operands_beside(expected, args, kwargs or {}), path.operands[op])
        results = (result,) if isinstance(result, Tensor) else tensors_in(result)
        if copies is not None:
            self._put_copies(copies)
            returned = {id(each) for each in results}
            written = form.written_among(args, kwargs)
            results = [*results, *(each for each in written if id(each) not in returned)]
        self._take_results(results, path.results[op])

    def _take_step_constants(self, op: int, item: Item) -> list[Tensor]:
        """Note the floats of an op of the update; returns its operands."""
        read = read_arguments(*item[:3])
        fixed, floats = split_floats(read.constants)
        if (fixed, floats.keys()) != self._path.step_constants[op]:
            raise Differs
        self._step_constants[op] = floats
        return read.operands

    def _expect(self, tensors: Iterable[Tensor], numbers: list[int]) -> None:
        """Find each tensor to be what is expected."""
        objects, met = self._objects, 0
        for tensor in tensors:
            # Where only tensors are expected, a plain argument is another iteration's.
            if met == len(numbers) or not isinstance(tensor, Tensor):
                raise Differs
            number = numbers[met]
            if objects[number] is not tensor and not self._is(number, tensor):
                raise Differs
            met += 1
        if met != len(numbers):
            raise Differs

    def _take_results(self, results: Iterable[Tensor], numbers: list[int]) -> None:
        objects, shapes, dtypes = self._objects, self._path.shapes, self._path.dtypes
        for result, number in zip(results, numbers, strict=True):
            if objects[number] is None:
                # What is overwritten later may have another shape by now: its copy is looked at.
                if result.shape != shapes[number] and number not in self._path.overwritten:
                    raise Differs
                if result.dtype is not dtypes[number]:
                    raise Differs
                objects[number] = result
                self._by_object[id(result)] = number
                if self._path.roots[number] == number:
                    self._values[number] = result

    def _is(self, number: int, tensor: Tensor) -> bool:
        """Whether a tensor shows what is expected: the same memory, or new here as it was there."""
        expected = self._objects[number]
        if expected is None:
            return self._take(number, tensor)
        if address(expected) != address(tensor) or not shows(expected, tensor):
            return False
        self._by_object[id(tensor)] = number
        return True

    def _take(self, number: int, tensor: Tensor) -> bool:
        if id(tensor) in self._by_object:
            return False
        self._take_results([tensor], [number])
        return True

    def _put_copies(self, copies: Copies) -> None:
        for tensor, copy, _ in copies:
            number = self._by_object.pop(id(tensor), None)
            if number is None:
                continue
            if copy.shape != self._path.shapes[number]:
                raise Differs
            if self._values[number] is tensor:
                self._values[number] = copy


def _operands_beside(
    plain: PlainArguments, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[Tensor]:
    """The operands of an op whose other arguments have to be as they were."""
    positional, named = plain
    if list(kwargs) != list(named):
        raise Differs
    operands = _operands_among(args, positional)
    return operands + _operands_among(list(kwargs.values()), list(named.values()))


def _operands_among(values: Sequence[Any], plain: list[Any]) -> list[Tensor]:
    """The tensors among an op's arguments; the others have to be as they were."""
    if len(values) != len(plain):
        raise Differs
    operands: list[Tensor] = []
    for value, expected in zip(values, plain, strict=True):
        if isinstance(value, Tensor):
            operands.append(value)
        elif value.__class__ in CONTAINERS and (tensors := tensors_in(value)):
            operands += tensors
        elif value != expected and (value == value or expected == expected):  # both may be NaN
            raise Differs
    return operands
