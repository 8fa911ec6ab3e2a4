"""Reads the raw log of an iteration: what happened becomes rows of the structure.

A row is a dict as JSON will have it; the ids in it are indices, given in the order of appearance.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from gradtape.engine.private_torch import node_number
from gradtape.engine.recorder.backward_reader import BackwardReader
from gradtape.engine.recorder.call_tree import STEP_CALL, CallTree
from gradtape.engine.recorder.op_reading import OpForm, read_arguments, split_floats, tensors_in
from gradtape.engine.recorder.recording_log import Item, Mark, RecordingLog
from gradtape.engine.recorder.tensor_table import ALIAS, Row, TensorTable, alias_node
from gradtape.engine.recorder.ticks import Ticks
from gradtape.engine.recorder.update_ticks import UpdateTicks
from gradtape.engine.recorder.write_guard import Copies
from gradtape.tape.frame import StepConstants
from gradtape.tape.structure import EventKind, Phase

# As texts: asking an enumeration for its value takes longer than most of what is done here.
FORWARD, BACKWARD, UPDATE = Phase.FORWARD.value, Phase.BACKWARD.value, Phase.UPDATE.value
FORWARD_OP = EventKind.FORWARD_OP.value
NO_CONSTANTS: dict[str, Any] = {}


class LogReader:
    """Goes through a log once.

    Attributes:
        table: the tensors.
        ops: rows. Forward ops have no node yet: gradient_wiring.py finds it.
        forms: of the ops.
        plain_arguments: op → its arguments that are no tensors, where it has any.
        step_constants: op of the update → its plain arguments that are floats. They belong to the
            iteration, and not to the structure: Adam's step has another factor each time.
        ticks: the events.
        backward: what the backward passes did.
        given: for each time tensors were registered, their ids.
        numbers: op → number of the newest autograd node when it ran.
        op_of_number: number of an autograd node → the op that made it.
        makers: ops that made a node, be it one that no backward pass reaches.
    """

    def __init__(self, log: RecordingLog) -> None:
        self._log = log
        self.table = TensorTable()
        self.ops: list[Row] = []
        self.forms: list[OpForm] = []
        self.plain_arguments: dict[int, tuple[list[Any], dict[str, Any]]] = {}
        self.step_constants: StepConstants = {}
        self.ticks = Ticks(self.table, self.ops)
        self.given: list[list[int]] = []
        self.numbers: list[int] = []
        self.op_of_number: dict[int, int] = {}
        self.makers: set[int] = set()
        self._calls = CallTree(log)
        self._phase = FORWARD
        # id() of a registered tensor → its name and role.
        self._registered: dict[int, tuple[str, str]] = {}
        self.backward = BackwardReader(log, self.table, self.ticks, self._registered)
        self._has_aliases = any(record.name == ALIAS for record in log.nodes)
        self._update = UpdateTicks(self.table, self.ops, self.ticks.add)

    @property
    def calls(self) -> list[Row]:
        """Rows of the calls."""
        return self._calls.rows

    def read(self) -> None:
        """Read the whole log."""
        handlers = self._handlers()
        for item in self._log.items:
            if item[0].__class__ is OpForm:
                self._read_op(*item)
            else:
                handlers[item[0]](*item[1:])
        self.ticks.take_in_rest()
        self.table.uninitialised |= self.table.working_memory
        self.backward.finish()

    def _handlers(self) -> dict[Mark, Callable[..., None]]:
        # Not kept: a reader that holds its own methods is freed by the garbage collector alone,
        # which then looks through every row.
        return {
            Mark.REGISTER: self._register,
            Mark.CALL: self._begin_function,
            Mark.MODULE: self._begin_module,
            Mark.RETURN: self._end_call,
            Mark.NAME: self._name,
            Mark.BACKWARD: self._begin_backward,
            Mark.BACKWARD_DONE: self._end_backward,
            Mark.ARRIVED: self.backward.take_arrived,
            Mark.NODE_RAN: self.backward.take_node,
            Mark.ACCUMULATED: self.backward.take_accumulated,
            Mark.STEP: self._begin_step,
            Mark.STEP_DONE: self._end_step,
        }

    # Ops

    def _read_op(
        self,
        form: OpForm,
        args: tuple[Any, ...],
        kwargs: dict[str, Any] | None,
        result: Any,
        number: int,
        node: Any,
        copies: Copies | None,
    ) -> None:
        op = len(self.ops)
        table, by_object = self.table, self.table.by_object
        operands, constants = self._read_operands(form, args, kwargs)
        if self._phase is UPDATE and constants:
            constants, floats = split_floats(constants)
            if floats:
                self.step_constants[op] = floats
        if copies is not None:
            table.put_copies(copies, op)
        # A node of a graph that no one has seen is one of torch.func's.
        forward = self._phase is FORWARD and (node is None or id(node) not in self._log.node_ids)
        if forward:
            self._calls.follow_function(number - 1, op)
        bookkeeping = form.name == "aten.detach" and not self._calls.is_detaching
        if copies is not None and self._keeps_gradient(form, node, operands):
            results = [table.add_same(operands[1], self._phase, op)]
            by_object[id(result)] = results[0]
        elif isinstance(result, Tensor) and not bookkeeping:
            known = by_object.get(id(result))
            results = [table.add(result, self._phase, op) if known is None else known]
        else:
            results = self._add_results(tensors_in(result), operands, op, bookkeeping)
        if copies is not None:
            self._take_in_writes(form.written_among(args, kwargs), results, op)
        unwritten = table.uninitialised
        if form.unfilled or (unwritten and not unwritten.isdisjoint(operands)):
            self._note_uninitialised(form, args, kwargs, result, results)
        row = {
            "id": op,
            "phase": self._phase,
            "name": form.name,
            "call": self._calls.current,
            "node": None if forward else self.backward.running(node),
            "operands": operands,
            "constants": constants,
            "results": results,
            "bookkeeping": bookkeeping,
        }
        self.ops.append(row)
        self.forms.append(form)
        self.numbers.append(number - 1)
        if copies is not None or number - 1 not in self.op_of_number:
            self._note_maker(row, form, args, result, number - 1)
        self._advance(row, forward)

    def _read_operands(
        self, form: OpForm, args: tuple[Any, ...], kwargs: dict[str, Any] | None
    ) -> tuple[list[int], dict[str, Any]]:
        """Ids of the operands, and plain arguments by name."""
        by_object = self.table.by_object
        if not kwargs:
            try:
                # Most ops have nothing but tensors that were seen before.
                return [by_object[id(operand)] for operand in args], NO_CONSTANTS
            except KeyError:
                pass
        read = read_arguments(form, args, kwargs)
        if kwargs or not all(isinstance(each, Tensor) for each in args):
            self.plain_arguments[len(self.ops)] = read.plain
        if self._has_aliases:
            return [self._read_alias(operand) for operand in read.operands], read.constants
        find_or_add, phase = self.table.find_or_add, self._phase
        return [find_or_add(operand, phase) for operand in read.operands], read.constants

    def _read_alias(self, operand: Tensor) -> int:
        """The id of an operand that may be an alias of another tensor."""
        known = self.table.by_object.get(id(operand))
        if known is not None:
            return known
        number, node = self.table.find_or_add(operand, self._phase), alias_node(operand)
        if node is None or node_number(node) in self.op_of_number:
            return number
        return self.table.add_alias(number, operand, node)

    def _note_maker(self, row: Row, form: OpForm, args: Any, result: Any, number: int) -> None:
        """Note whether an op made an autograd node.

        The node of an op is numbered just before the op is dispatched; ops that follow at the same
        number are not differentiable. What a node saves, and a user's hooks, may run ops of their
        own in between: the maker is the first whose result autograd follows.
        """
        rows = self.table.rows
        if number < self._log.first_number:
            return
        if number in self.op_of_number:
            # A product in place saves a clone of what it overwrites, which makes a node too.
            before = self.op_of_number[number]
            if not form.written or number - 1 in self.op_of_number:
                return
            if self.ops[before]["name"] != "aten.clone" or number == self._log.first_number:
                return
            number -= 1
        if form.is_view:
            # The object that the op returned is not the one that autograd has made of it.
            followed = form.name != "aten.detach" and (
                any(rows[operand]["requires_grad"] for operand in row["operands"])
                or any(tensor.requires_grad for tensor in tensors_in(args))
            )
        else:
            followed = any(tensor.requires_grad for tensor in tensors_in(result))
        if followed:
            self.op_of_number[number] = row["id"]
            self.makers.add(row["id"])
            for made in row["results"]:
                rows[made]["requires_grad"], rows[made]["is_leaf"] = True, False

    def _add_results(
        self, results: list[Tensor], operands: list[int], op: int, bookkeeping: bool
    ) -> list[int]:
        table = self.table
        if bookkeeping:
            number = table.add_same(operands[0], self._phase, op)
            table.by_object[id(results[0])] = number
            return [number]
        known = [table.by_object.get(id(result)) for result in results]
        return [
            table.add(result, self._phase, op) if number is None else number
            for result, number in zip(results, known, strict=True)
        ]

    def _keeps_gradient(self, form: OpForm, node: Any, operands: list[int]) -> bool:
        """Whether an op copies a gradient into a leaf's `.grad`: the same numbers once more.

        AccumulateGrad does so with gradients that others hold too, as a recording does.
        """
        number = None if node is None else self._log.node_ids.get(id(node))
        if number is None or self._log.nodes[number].leaf is None or form.name != "aten.copy_":
            return False
        into, source = (self.table.rows[operand] for operand in operands)
        return all(into[key] == source[key] for key in ("shape", "dtype", "device"))

    def _take_in_writes(self, written: list[Tensor], results: list[int], op: int) -> None:
        """Add what an op wrote but did not return; a leaf that it wrote keeps its name."""
        table, rows = self.table, self.table.rows
        for tensor in written:
            if id(tensor) not in table.by_object:
                results.append(table.add(tensor, self._phase, op))
        if self._phase is FORWARD:
            for result in results:
                value = table.values[result]
                if value is not None and value.is_leaf and value.requires_grad:
                    before = table.history.get(id(value))
                    kept = {} if before is None else rows[before[-1]]
                    rows[result] |= {"requires_grad": True, "is_leaf": True}
                    rows[result] |= {key: kept[key] for key in ("name", "role") if key in kept}

    def _note_uninitialised(
        self,
        form: OpForm,
        args: tuple[Any, ...],
        kwargs: dict[str, Any] | None,
        result: Any,
        results: list[int],
    ) -> None:
        """Note results that are, in part, whatever the memory held."""
        table, memory = self.table, self.table.memory
        if form.uninitialised:
            memory.begin(result)
            table.uninitialised.update(results)
        elif not (form.name == "aten.copy_" and memory.fill(*args[:2])):  # so do all gradients
            table.working_memory.update(results[place] for place in form.working_memory)
            values = {number: table.values[table.roots[number]] for number in results}
            shown = {number: value for number, value in values.items() if value is not None}
            memory.note_op(form, args, kwargs, list(shown.values()))
            table.uninitialised.update(each for each in shown if memory.holds(shown[each]))

    def _advance(self, row: Row, forward: bool) -> None:
        """Move the tape on: a forward op is a tick, other ops belong to the tick of their node."""
        ticks = self.ticks
        if forward:
            if row["bookkeeping"] and ticks.rows:
                ticks.extend(row)
            else:
                ticks.add_op(FORWARD_OP, row)
        elif row["node"] is None and self._phase is BACKWARD and self.backward.any_ended:
            ticks.extend(row)
        else:
            ticks.put_off(row)

    # Calls and names

    def _register(self, tensors: list[tuple[str, str, Tensor]]) -> None:
        numbers = [self.table.find_or_add(tensor, FORWARD) for _, _, tensor in tensors]
        for number, (name, role, tensor) in zip(numbers, tensors, strict=True):
            self.table.rows[number] |= {"name": name, "role": role}
            self._registered[id(tensor)] = (name, role)
        self.given.append(numbers)

    def _begin_function(self, func: Any, line: int | None) -> None:
        self._calls.begin_function(func, line, self._phase, len(self.ops))

    def _begin_module(self, path: str, target: str, line: int | None) -> None:
        self._calls.begin_module(path, target, line, self._phase, len(self.ops))

    def _end_call(self, begun: Item) -> None:
        self._calls.end(begun, len(self.ops))

    def _name(self, path: str, tensors: list[Tensor]) -> None:
        for tensor in tensors:
            number = self.table.find(tensor)
            if number is not None and self.table.rows[number]["name"] is None:
                self.table.rows[number]["name"] = path

    # The backward passes and the update

    def _begin_backward(self, first_new: int, saved: list[list[Tensor]]) -> None:
        self.backward.begin(first_new, saved, self._phase)
        self._calls.close_function(len(self.ops))
        self._phase = BACKWARD

    def _end_backward(self, returned: list[tuple[Tensor, Tensor]]) -> None:
        self._phase = self.backward.end(returned)

    def _begin_step(self, target: str, worked_on: list[Any]) -> None:
        self._phase = UPDATE
        self._calls.begin_step(target, len(self.ops))
        self._update.begin(worked_on)
        tensors = tensors_in(worked_on)
        self.given.append([self.table.find_or_add(tensor, UPDATE) for tensor in tensors])

    def _end_step(self) -> None:
        self._calls.end(STEP_CALL, len(self.ops))
        self._update.end()
        self.ticks.take_in_rest()
        self._phase = FORWARD
