"""Runs the forward and the backward pass of a known structure again, as a list of ops.

An iteration that has run twice in the same way is a list of ops on known operands. To run that list
takes neither the network's Python code, nor autograd's nodes, nor anything that watches: every
value passes through here anyway. The kernels are the same, and so is every bit.

That holds where the code does not look at numbers, as a network made of layers does not. Where a
number reaches Python, an op says so: such a structure is not run again. Optimizers do look, and do
so in every step; their step is not run from here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Self

import torch
from torch import Tensor

from gradtape.engine.private_torch import below_autograd, watched_by_none
from gradtape.engine.recorder.op_reading import OpForm, tensors_in
from gradtape.engine.recorder.recording_log import Item, Mark, RecordingLog
from gradtape.engine.recorder.short_path import Again, ShortPath
from gradtape.engine.recorder.write_guard import CONTAINERS, Copies, copy_tensor, storage_key

LOOKED_AT = frozenset({torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape})
"""Tags of ops by which Python learns of numbers."""

DRAWS = torch.Tag.nondeterministic_seeded
"""Tag of ops that draw random numbers. In a backward pass that is checkpointing, which sets the
generator back to what it was in the forward pass, and of that no op tells."""

Places = list[Any]
"""The tensors and the plain arguments of an iteration; ops take from here and put back."""

NOTHING = 0
"""The place where None is."""

OneOp = tuple[Callable[..., Any], Callable[[Places], Sequence[Any]], int | tuple[int, ...]]
"""What to call, what to call it with, and where its result goes."""


class NotRepeatable(Exception):
    """This structure cannot be run from its ops alone."""


class Rerun:
    """The ops of one structure up to the optimizer's step.

    Args:
        path: of the structure.
        log: of an iteration that has just been found to follow the path.
    Raises:
        NotRepeatable: Python has looked at a number, or a tensor came from outside.
    """

    def __init__(self, path: ShortPath, log: RecordingLog) -> None:
        writer = _Writer(path, log)
        writer.write()
        self._path = path
        self._places = writer.places
        self._forward = writer.ops[: writer.first_backward]
        self._backward = writer.ops[writer.first_backward :]
        self._given = [writer.place_of(number) for number in path.given[0]]
        self._kinds = [_kind(log_given) for log_given in writer.given]
        self._gradients = [
            (writer.place_of(leaf), writer.place_of(gradient))
            for leaf, gradient in path.accumulated.items()
        ]
        self._objects = _taker(writer.objects())
        self._values = _taker(writer.values())
        self._exposed = writer.exposed(self._gradients)
        self._count = writer.count
        loss, output = path.ends
        if loss is None or output is None:
            raise NotRepeatable
        self._ends = writer.place_of(loss), writer.place_of(output)

    @classmethod
    def of(cls, path: ShortPath, log: RecordingLog) -> Self | None:
        """The rerun, if there can be one."""
        try:
            return cls(path, log)
        except NotRepeatable:
            return None

    def takes(self, given: Sequence[Tensor]) -> bool:
        """Whether an iteration with these inputs and parameters runs the same ops."""
        return [_kind(tensor) for tensor in given] == self._kinds

    def run(self, given: Sequence[Tensor]) -> Again:
        """Run it, and leave the gradients in the parameters' `.grad`.

        Args:
            given: inputs, targets, parameters and buffers, in the order of the recorder.
        """
        places = self._run(given)
        loss, output = self._ends
        return Again(
            list(self._objects(places)),
            list(self._values(places)),
            self._exposed,
            self._count,
            places[loss],
            places[output],
        )

    def _run(self, given: Sequence[Tensor]) -> Places:
        places = self._places.copy()
        for place, tensor in zip(self._given, given, strict=True):
            places[place] = tensor
        with below_autograd(), watched_by_none():
            # Some ops ask whether there will be a backward pass: oneDNN's LSTM keeps what it needs.
            with torch.enable_grad():
                _run_ops(self._forward, places)
            with torch.no_grad():
                _run_ops(self._backward, places)
        for leaf, gradient in self._gradients:
            places[leaf].grad = places[gradient]
        return places


def _run_ops(ops: list[OneOp], places: Places) -> None:
    for call, take, result in ops:
        if isinstance(result, int):
            places[result] = call(*take(places))
        else:
            for place, each in zip(result, call(*take(places)), strict=True):
                places[place] = each


def _kind(tensor: Tensor) -> tuple[Any, ...]:
    """All of a tensor that code can look at without looking at its numbers."""
    layout = (tensor.shape, tensor.stride(), tensor.storage_offset())
    return (*layout, tensor.dtype, tensor.device, tensor.requires_grad)


class _Writer:
    """Turns a log into a list of ops, beside the path that it followed."""

    def __init__(self, path: ShortPath, log: RecordingLog) -> None:
        self._path = path
        self._items = log.items
        self.places: Places = [None]
        self.ops: list[OneOp] = []
        self._first_backward: int | None = None
        self.given: list[Tensor] = []
        self.count = 0
        self._tensors: dict[int, Tensor] = {}
        # id() of a tensor of the log → its place, and which value it stands for.
        self._place_of_object: dict[int, int] = {}
        self._number_of_object: dict[int, int] = {}
        # Tensor id → the place of the object that stood for it last; of the copy, if overwritten.
        self._place_of_number: dict[int, int] = {}
        self._kept: dict[int, int] = {}

    def write(self) -> None:
        """Go through the log up to the optimizer's step."""
        for item in self._items:
            if item[0] is Mark.REGISTER:
                self._take_given(item[1])
            elif item[0] is Mark.STEP:
                return
            elif item[0].__class__ is OpForm:
                self._write_op(self.count, item)
                self.count += 1

    @property
    def first_backward(self) -> int:
        """Where in the list the backward pass begins."""
        return len(self.ops) if self._first_backward is None else self._first_backward

    def place_of(self, number: int) -> int:
        """Where the numbers of a tensor are in the end."""
        places = self._place_of_number
        place = places.get(number, places.get(self._path.roots[number]))
        if place is None:
            raise NotRepeatable
        return place

    def objects(self) -> list[int]:
        """By tensor id, the place of what stands for it."""
        find = self._place_of_number.get
        return [find(number, NOTHING) for number in range(len(self._path.roots))]

    def values(self) -> list[int]:
        """By tensor id, the place of its numbers, if it holds its own."""
        roots, hidden, kept = self._path.roots, self._path.uninitialised, self._kept
        return [
            NOTHING if roots[number] != number or number in hidden else kept.get(number, place)
            for number, place in enumerate(self.objects())
        ]

    def exposed(self, gradients: Iterable[tuple[int, int]]) -> list[int]:
        """Ids of values in memory of what was given, or of a gradient that a leaf keeps."""
        living = {storage_key(tensor) for tensor in self.given}
        living |= {storage_key(self._tensors[gradient]) for _, gradient in gradients}
        return [
            number
            for number in set(self._number_of_object.values())
            if storage_key(self._tensors[self._place_of_number[number]]) in living
        ]

    def _take_given(self, registered: list[tuple[str, str, Tensor]]) -> None:
        for (_, _, tensor), number in zip(registered, self._path.given[0], strict=True):
            self.given.append(tensor)
            if id(tensor) not in self._place_of_object:
                self._put(tensor, number)

    def _write_op(self, op: int, item: Item) -> None:
        form, args, kwargs, result, _number, node, copies = item
        tags = form.func.tags
        if not LOOKED_AT.isdisjoint(tags) or (node is not None and DRAWS in tags):
            raise NotRepeatable
        if node is not None and self._first_backward is None:
            self._first_backward = len(self.ops)
        call, arguments = _flatten(form, args, kwargs or {})
        operands = iter(self._path.operands[op])
        take = _taker([self._find(each, operands) for each in arguments])
        if copies is not None:
            self._keep(copies)
        self._take_results(result, form.written_among(args, kwargs), self._path.results[op])
        self.ops.append((call, take, self._places_of_results(result)))

    def _find(self, argument: Any, operands: Iterable[int]) -> int:
        """The place of an argument."""
        if not isinstance(argument, Tensor):
            self.places.append(argument)
            return len(self.places) - 1
        number = next(iter(operands))
        place = self._place_of_object.get(id(argument), self._place_of_number.get(number))
        if place is None:
            raise NotRepeatable
        self._stand_for(argument, number, place)
        return place

    def _keep(self, copies: Copies) -> None:
        """Copy what the next op overwrites."""
        for tensor, copy, _ in copies:
            number = self._number_of_object.pop(id(tensor), None)
            if number is None or copy is tensor:
                continue
            place = self._new_place(copy)
            self.ops.append((copy_tensor, _taker([self._place_of_object[id(tensor)]]), place))
            self._kept.setdefault(number, place)

    def _take_results(self, result: Any, written: list[Tensor], numbers: list[int]) -> None:
        returned = tensors_in(result)
        ids = {id(each) for each in returned}
        met = [*returned, *(each for each in written if id(each) not in ids)]
        for tensor, number in zip(met, numbers, strict=True):
            place = self._place_of_object.get(id(tensor))
            if place is None:
                self._put(tensor, number)
            else:
                self._stand_for(tensor, number, place)

    def _places_of_results(self, result: Any) -> int | tuple[int, ...]:
        if isinstance(result, Tensor):
            return self._place_of_object[id(result)]
        if not isinstance(result, (list, tuple)):
            return self._new_place(None)  # a number, or nothing
        if any(isinstance(each, CONTAINERS) for each in result):
            raise NotRepeatable
        return tuple(
            self._place_of_object[id(each)] if isinstance(each, Tensor) else self._new_place(None)
            for each in result
        )

    def _put(self, tensor: Tensor, number: int) -> None:
        place = self._new_place(tensor)
        self._place_of_object[id(tensor)] = place
        self._stand_for(tensor, number, place)

    def _stand_for(self, tensor: Tensor, number: int, place: int) -> None:
        self._place_of_object[id(tensor)] = place
        self._number_of_object[id(tensor)] = number
        self._place_of_number[number] = place

    def _new_place(self, tensor: Tensor | None) -> int:
        self.places.append(None)
        if tensor is not None:
            self._tensors[len(self.places) - 1] = tensor
        return len(self.places) - 1


def _taker(places: list[int]) -> Callable[[Places], Sequence[Any]]:
    """Takes what lies in these places: itemgetter, which gives one thing alone as it is."""
    match places:
        case []:
            return itemgetter(slice(0, 0))
        case [place]:
            return itemgetter(slice(place, place + 1))
        case _:
            return itemgetter(*places)


def _flatten(
    form: OpForm, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Callable[..., Any], list[Any]]:
    """What to call, and the arguments one by one: those in lists too, tensors given by name too."""
    if any(isinstance(each, dict) for each in (*args, *kwargs.values())):
        raise NotRepeatable
    named = {name: value for name, value in kwargs.items() if tensors_in(value)}
    plain = {name: value for name, value in kwargs.items() if name not in named}
    run = partial(form.run, **plain) if plain else form.run
    groups = [*args, *named.values()]
    if not named and not any(isinstance(each, CONTAINERS) and tensors_in(each) for each in args):
        return run, list(args)
    sizes = [
        len(each) if isinstance(each, (list, tuple)) and tensors_in(each) else None
        for each in groups
    ]
    flat = [
        part
        for each, size in zip(groups, sizes, strict=True)
        for part in ([each] if size is None else each)
    ]
    return _Grouped(run, sizes, tuple(named)), flat


class _Grouped:
    """Calls an op some of whose arguments are lists, or have names.

    Args:
        run: the op.
        sizes: for each argument, how many make up its list; None for one that is no list.
        names: of the last arguments.
    """

    def __init__(
        self, run: Callable[..., Any], sizes: list[int | None], names: tuple[str, ...]
    ) -> None:
        self._run = run
        self._sizes = sizes
        self._names = names

    def __call__(self, *flat: Any) -> Any:
        parts = iter(flat)
        groups = [
            next(parts) if size is None else [next(parts) for _ in range(size)]
            for size in self._sizes
        ]
        unnamed = len(groups) - len(self._names)
        return self._run(*groups[:unnamed], **dict(zip(self._names, groups[unnamed:], strict=True)))
