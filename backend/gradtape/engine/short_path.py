"""Recognises an iteration that runs as an earlier one did, by its ops alone.

What happened is compared op by op: the op, its plain arguments, where each operand comes from, the
shapes of the results. If all is equal, the values take the places of the earlier values, and
nothing of the structure is worked out again. Calls and autograd nodes are not looked at: equal ops
on equal operands, the backward pass included, have an equal graph.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gradtape.engine.log_reader import LogReader
from gradtape.engine.op_reading import OpForm, tensors_in
from gradtape.engine.recording_log import Item, Mark, RecordingLog
from gradtape.engine.tensor_table import Row, address, shows
from gradtape.engine.write_guard import Copies


class Step(NamedTuple):
    """One op as it is expected.

    Attributes:
        form: which op.
        constants: its plain arguments, by position; tensors are None there.
        keywords: likewise, by name.
        operands: tensor ids.
        results: tensor ids, with those that it writes but does not return.
        flat: whether every argument is a tensor.
    """

    form: OpForm
    constants: tuple[Any, ...]
    keywords: dict[str, Any]
    operands: tuple[int, ...]
    results: tuple[int, ...]
    flat: bool


class Differs(Exception):
    """The iteration ran otherwise."""


class ShortPath:
    """The ops of one structure, to be followed by later iterations.

    Args:
        steps: the ops.
        given: ids of the tensors that were there before an op used them, mark by mark.
        rows: of all tensors.
        roots: tensor → the tensor that holds its numbers.
        uninitialised: tensors without numbers to keep.
        ends: ids of the loss and of the output.
    """

    def __init__(
        self,
        steps: list[Step],
        given: list[list[int]],
        rows: list[Row],
        roots: list[int],
        uninitialised: set[int],
        ends: tuple[int | None, int | None],
    ) -> None:
        self._steps = steps
        self._given = given
        self._shapes = [torch.Size(row["shape"]) for row in rows]
        self._dtypes = [getattr(torch, row["dtype"]) for row in rows]
        self._roots = roots
        self._uninitialised = uninitialised
        self._ends = ends

    @classmethod
    def of(
        cls, log: RecordingLog, reader: LogReader, loss: int | None, output: int | None
    ) -> "ShortPath | None":
        """The path of an iteration that was read; None where not all of it can be seen in ops."""
        table = reader.table
        ops = [item for item in log.items if isinstance(item[0], OpForm)]
        steps = [_step(item, row) for item, row in zip(ops, reader.ops, strict=True)]
        given = reader.given
        seen = {number for numbers in given for number in numbers}
        seen.update(number for step in steps for number in (*step.operands, *step.results))
        if any(root not in seen for root in table.roots):
            return None
        return cls(steps, given, table.rows, table.roots, table.uninitialised, (loss, output))

    def follow(
        self, log: RecordingLog, *, closing: Copies, loss: Tensor | None, output: Tensor | None
    ) -> list[Tensor | None]:
        """The values by tensor id.

        Raises:
            Differs: the log is of another structure.
        """
        return _Follower(self, log).follow(closing, loss, output)


class _Follower:
    """Goes through a log beside a path."""

    def __init__(self, path: ShortPath, log: RecordingLog) -> None:
        self._path = path
        self._log = log
        # By tensor id: the object that stands for it, and its numbers.
        self._objects: list[Tensor | None] = [None] * len(path._roots)
        self._values: list[Tensor | None] = [None] * len(path._roots)
        self._by_object: dict[int, int] = {}

    def follow(
        self, closing: Copies, loss: Tensor | None, output: Tensor | None
    ) -> list[Tensor | None]:
        path = self._path
        steps, given = iter(path._steps), iter(path._given)
        for item in self._log.items:
            if item[0].__class__ is OpForm:
                step = next(steps, None)
                if step is None or item[0] is not step.form:
                    raise Differs
                self._follow_op(item, step)
            elif item[0] is Mark.REGISTER or item[0] is Mark.STEP:
                self._take_given(tensors_in(item[1:]), next(given, []))
        if next(steps, None) is not None:
            raise Differs
        for number, tensor in zip(path._ends, (loss, output), strict=True):
            if number is not None and (tensor is None or not self._is(number, tensor)):
                raise Differs
        self._put_copies(closing)
        for number in path._uninitialised:
            self._values[number] = None
        return self._values

    def _follow_op(self, item: Item, step: Step) -> None:
        _, args, kwargs, result, _number, _node, copies = item
        if step.flat and not kwargs:
            operands = args
        else:
            if _constants(args) != step.constants or _keywords(kwargs) != step.keywords:
                raise Differs
            operands = tensors_in((args, kwargs))
        if len(operands) != len(step.operands):
            raise Differs
        objects = self._objects
        for operand, number in zip(operands, step.operands, strict=True):
            if objects[number] is not operand and not self._is(number, operand):
                raise Differs
        results = [result] if isinstance(result, Tensor) else tensors_in(result)
        if copies is not None:
            self._put_copies(copies)
            returned = {id(each) for each in results}
            written = step.form.written_among(args, kwargs)
            results += [each for each in written if id(each) not in returned]
        self._take_results(results, step)

    def _take_results(self, results: list[Tensor], step: Step) -> None:
        if len(results) != len(step.results):
            raise Differs
        shapes, objects = self._path._shapes, self._objects
        for result, number in zip(results, step.results, strict=True):
            if objects[number] is None:
                if result.shape != shapes[number] or result.dtype != self._path._dtypes[number]:
                    raise Differs
                objects[number] = result
                if self._path._roots[number] == number:
                    self._values[number] = result
                self._by_object[id(result)] = number

    def _is(self, number: int, tensor: Tensor) -> bool:
        """Whether a tensor is what is expected: that object, that memory, or new here as there."""
        expected = self._objects[number]
        if expected is tensor:
            return True
        if expected is not None:
            same = address(expected) == address(tensor) and shows(expected, tensor)
            if same:
                self._by_object[id(tensor)] = number
            return same
        if id(tensor) in self._by_object:
            return False
        self._take(number, tensor)
        return True

    def _take_given(self, tensors: Iterable[Tensor], numbers: list[int]) -> None:
        tensors = list(tensors)
        if len(tensors) != len(numbers):
            raise Differs
        for tensor, number in zip(tensors, numbers, strict=True):
            if not self._is(number, tensor):
                raise Differs

    def _take(self, number: int, tensor: Tensor) -> None:
        path = self._path
        if tensor.shape != path._shapes[number] or tensor.dtype != path._dtypes[number]:
            raise Differs
        self._objects[number] = self._values[number] = tensor
        self._by_object[id(tensor)] = number

    def _put_copies(self, copies: Copies) -> None:
        for tensor, copy in copies:
            number = self._by_object.pop(id(tensor), None)
            if number is not None and self._values[number] is tensor:
                self._values[number] = copy


def _step(item: Item, row: Row) -> Step:
    form, args, kwargs, *_ = item
    constants, keywords = _constants(args), _keywords(kwargs)
    flat = not keywords and all(isinstance(each, Tensor) for each in args)
    return Step(form, constants, keywords, tuple(row["operands"]), tuple(row["results"]), flat)


def _constants(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if tensors_in(each) else each for each in args)


def _keywords(kwargs: dict[str, Any] | None) -> dict[str, Any]:
    return {name: None if tensors_in(each) else each for name, each in (kwargs or {}).items()}
