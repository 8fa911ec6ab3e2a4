"""Reads the raw log of an iteration: what happened becomes rows of the structure.

A row is a dict as JSON will have it; the ids in it are indices, given in the order of appearance.
"""

from bisect import bisect_right
from operator import itemgetter
from typing import Any, NamedTuple

from torch import Tensor

from gradtape.engine.backward_passes import BackwardPasses
from gradtape.engine.call_tree import STEP_CALL, CallTree
from gradtape.engine.op_reading import OpForm, read_arguments, split_floats, tensors_in
from gradtape.engine.private_torch import node_number
from gradtape.engine.recording_log import Item, Mark, NodeRecord, RecordingLog
from gradtape.engine.tensor_table import ALIAS, Row, TensorTable, alias_node
from gradtape.engine.update_ticks import UpdateTicks
from gradtape.engine.write_guard import Copies
from gradtape.tape.frame import StepConstants
from gradtape.tape.structure import EventKind, Phase, Role

# As texts: asking an enumeration for its value takes longer than most of what is done here.
FORWARD, BACKWARD, UPDATE = Phase.FORWARD.value, Phase.BACKWARD.value, Phase.UPDATE.value
FORWARD_OP, BACKWARD_NODE = EventKind.FORWARD_OP.value, EventKind.BACKWARD_NODE.value
ACCUMULATE = EventKind.ACCUMULATE.value
INTERMEDIATE, GRADIENT = Role.INTERMEDIATE.value, Role.GRADIENT.value
NO_CONSTANTS: dict[str, Any] = {}


class Returned(NamedTuple):
    """A gradient that torch.autograd.grad gave back.

    Attributes:
        of: the tensor that was asked for.
        gradient: the tensor that was given back.
        first: how many gradients had arrived somewhere before the pass.
        end: and when it was over.
        event: row of the last tick of the pass.
    """

    of: int
    gradient: int
    first: int
    end: int
    event: Row


class LogReader:
    """Goes through a log once.

    Attributes:
        table: the tensors.
        ops: rows. Forward ops have no node yet: gradient_wiring.py finds it.
        forms: of the ops.
        plain_arguments: op → its arguments that are no tensors, where it has any.
        step_constants: op of the update → its plain arguments that are floats. They belong to the
            iteration, and not to the structure: Adam's step has another factor each time.
        events: rows.
        node_events: node → the row of the tick in which it ran.
        orders: node → its place in the engine's order.
        saved: node → ids of what it saved.
        leaves: node → id of the leaf that it accumulates for.
        edge_tensors: edge → the gradient that flowed along it.
        arrived: (node, output index) → the whole gradient that arrived there.
        accumulated: node → the .grad of its leaf after accumulation.
        returned: what torch.autograd.grad gave back.
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
        self.events: list[Row] = []
        self.node_events: dict[int, Row] = {}
        self.orders: dict[int, int] = {}
        self.saved: dict[int, tuple[int, ...]] = {}
        self.leaves: dict[int, int] = {}
        self.edge_tensors: dict[int, int] = {}
        self.arrived: dict[tuple[int, int], int] = {}
        self.accumulated: dict[int, int] = {}
        self.returned: list[Returned] = []
        self.given: list[list[int]] = []
        self.numbers: list[int] = []
        self.op_of_number: dict[int, int] = {}
        self.makers: set[int] = set()
        self._calls = CallTree(log)
        self._phase = FORWARD
        # For each backward pass under way: the phase around it, and how much had arrived before.
        self._around: list[tuple[str, int]] = []
        # Node → id of the leaf that it accumulates for in the backward pass under way.
        self._leaves_now: dict[int, int] = {}
        # id() of a registered tensor → its name and role.
        self._registered: dict[int, tuple[str, str]] = {}
        self._passes = BackwardPasses(log)
        # Node → what arrived at it, where hooks before it may have changed that.
        self._as_it_arrived: dict[int, tuple[Any, ...]] = {}
        self._has_aliases = any(record.name == ALIAS for record in log.nodes)
        # Results of backward ops whose node has not fired its hook yet.
        self._unrevealed: list[int] = []
        self._update = UpdateTicks(self.table, self.ops, self._add_event)
        self._handlers = {
            Mark.REGISTER: self._register,
            Mark.CALL: self._begin_function,
            Mark.MODULE: self._begin_module,
            Mark.RETURN: self._end_call,
            Mark.NAME: self._name,
            Mark.BACKWARD: self._begin_backward,
            Mark.BACKWARD_DONE: self._end_backward,
            Mark.ARRIVED: self._gradients_arrived,
            Mark.NODE_RAN: self._node_ran,
            Mark.ACCUMULATED: self._gradient_accumulated,
            Mark.STEP: self._begin_step,
            Mark.STEP_DONE: self._end_step,
        }

    @property
    def calls(self) -> list[Row]:
        """Rows of the calls."""
        return self._calls.rows

    def read(self) -> None:
        """Read the whole log."""
        for item in self._log.items:
            if item[0].__class__ is OpForm:
                self._read_op(*item)
            else:
                self._handlers[item[0]](*item[1:])
        self._take_in_rest()
        self.table.uninitialised |= self.table.working_memory
        for number, record in enumerate(self._log.nodes):
            if record.leaf is not None and number not in self.leaves:  # reached, but never run
                self.leaves[number] = self.leaves[self._log.node_ids[id(record.node)]]

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
            "node": None if forward else self._running(node),
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

    def _running(self, node: Any) -> int | None:
        """The number of the node that an op ran for; None where the engine was summing."""
        number = None if node is None else self._log.node_ids.get(id(node))
        if number is None:
            return None
        run = self._passes.run_of(number)
        # Its hook has fired: the engine is summing what arrives at a tensor used twice.
        return None if self._passes.has_ended(run) else run

    def _advance(self, row: Row, forward: bool) -> None:
        """Move the tape on: a forward op is a tick, other ops belong to the tick of their node."""
        if forward:
            if row["bookkeeping"] and self.events:
                self._extend(row)
            else:
                self._add_event(FORWARD_OP, row["id"], self._made_by(row))
        elif row["node"] is None and self._phase is BACKWARD and self._passes.any_ended:
            self._extend(row)
        else:
            self._unrevealed += self._made_by(row)

    def _take_in_rest(self) -> None:
        """Let the last tick end with the last op."""
        if self.events:
            rest = self.ops[self.events[-1]["end_op"] :]
            self.events[-1]["reveals"] += [result for op in rest for result in self._made_by(op)]
            self.events[-1]["end_op"] = len(self.ops)
        self._unrevealed = []

    def _extend(self, row: Row) -> None:
        event = self.events[-1]
        event["end_op"] = row["id"] + 1
        event["reveals"] += self._made_by(row)

    def _made_by(self, row: Row) -> list[int]:
        """The results of an op that are new: some ops return their operand."""
        rows, op, results = self.table.rows, row["id"], row["results"]
        if len(results) == 1 and rows[results[0]]["op"] == op:
            return results
        return [result for result in results if rows[result]["op"] == op]

    def _add_event(self, kind: str, subject: int, reveals: list[int]) -> Row:
        """Close a tick over the ops since the last one."""
        event = {
            "sequence": len(self.events),
            "kind": kind,
            "subject": subject,
            "first_op": self.events[-1]["end_op"] if self.events else 0,
            "end_op": len(self.ops),
            "reveals": list(reveals),
        }
        self.events.append(event)
        return event

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

    # The backward pass

    def _begin_backward(self, first_new: int, saved: list[list[Tensor]]) -> None:
        find = self.table.find
        for node, tensors in enumerate(saved, first_new):
            numbers = [find(tensor) for tensor in tensors]
            self.saved[node] = tuple(number for number in numbers if number is not None)
        for node in range(first_new + len(saved)):
            record: NodeRecord = self._log.nodes[node]
            if record.leaf is not None:
                # A leaf may have been updated since the last pass: it has another value now.
                self._leaves_now[node] = self._find_leaf(record.leaf)
                self.leaves.setdefault(node, self._leaves_now[node])
        self._calls.close_function(len(self.ops))
        self._around.append((self._phase, len(self.arrived)))
        self._phase = BACKWARD
        self._passes.begin()

    def _find_leaf(self, leaf: Tensor) -> int:
        """The value of a leaf that autograd follows; it has its name, also if it was written."""
        number = self.table.find_or_add(leaf, self._phase)
        row, registered = self.table.rows[number], self._registered.get(id(leaf))
        if row["name"] is None and registered is not None:
            row["name"] = registered[0]
            if row["role"] == INTERMEDIATE:
                row |= {"role": registered[1], "requires_grad": True, "is_leaf": True}
        return number

    def _end_backward(self, returned: list[tuple[Tensor, Tensor]]) -> None:
        """The end of a backward pass.

        Args:
            returned: what torch.autograd.grad was asked for, with the gradients it gave back.
        """
        event, (phase, first) = self.events[-1], self._around.pop()
        for tensor, gradient in returned:
            of = self.table.find_or_add(tensor, phase)
            number = self._as_gradient(gradient, None, event)
            self.table.rows[number]["of"] = of
            self.returned.append(Returned(of, number, first, len(self.arrived), event))
        self._phase = phase
        self._passes.end()

    def _gradients_arrived(self, node: int, gradients: tuple[Any, ...]) -> None:
        self._as_it_arrived[node] = gradients

    def _node_ran(self, node: int, computed: tuple[Any, ...], received: tuple[Any, ...]) -> None:
        # torch calls them grad_inputs and grad_outputs, after the forward op's inputs and outputs.
        received = self._as_it_arrived.pop(node, received)
        node = self._passes.run_of(node)
        event = self._begin_node_event(BACKWARD_NODE, node, received)
        for edge in self._log.nodes[node].edges:
            gradient = computed[self._log.edges[edge].index]
            if gradient is not None:
                tensor = self._as_gradient(gradient, node, event)
                self.table.rows[tensor]["edge"] = edge
                self.edge_tensors[edge] = tensor

    def _gradient_accumulated(
        self, node: int, received: tuple[Any, ...], gradient: Tensor | None
    ) -> None:
        leaf, node = self._leaves_now[node], self._passes.run_of(node)
        self.leaves[node] = leaf
        event = self._begin_node_event(ACCUMULATE, node, received)
        if gradient is not None:
            tensor = self._as_gradient(gradient, node, event)
            self.accumulated[node] = tensor

    def _begin_node_event(self, kind: str, node: int, received: tuple[Any, ...]) -> Row:
        self.orders[node] = self._passes.note_end(node)
        event = self.node_events[node] = self._add_event(kind, node, self._unrevealed)
        self._unrevealed = []
        for index, gradient in enumerate(received):
            if gradient is not None:
                self.arrived[(node, index)] = self._meet(gradient, event)
        return event

    def _meet(self, gradient: Tensor, event: Row) -> int:
        """The id of a gradient; one that no op has made is seen from this event on."""
        known = len(self.table.rows)
        number = self.table.find_or_add(gradient, BACKWARD)
        if number == known:
            event["reveals"].append(number)
        return number

    def _as_gradient(self, gradient: Tensor, node: int | None, event: Row) -> int:
        """The id of a gradient in its own right; a tensor passed on unchanged gets another id."""
        table = self.table
        number = self._meet(gradient, event)
        row = table.rows[number]
        if row["role"] != INTERMEDIATE or row["phase"] is not BACKWARD:
            number = table.add_gradient(number, row["op"], node)
            event["reveals"].append(number)
        else:
            row["role"], row["node"] = GRADIENT, node
        return number

    def event_of_op(self, op: int) -> Row:
        """The tick in which an op ran."""
        # Events stand in the order of their ops; of those that begin here, the last has ops.
        return self.events[bisect_right(self.events, op, key=itemgetter("first_op")) - 1]

    # The update

    def _begin_step(self, target: str, worked_on: list[Any]) -> None:
        self._phase = UPDATE
        self._calls.begin_step(target, len(self.ops))
        self._update.begin(worked_on)
        tensors = tensors_in(worked_on)
        self.given.append([self.table.find_or_add(tensor, UPDATE) for tensor in tensors])

    def _end_step(self) -> None:
        self._calls.end(STEP_CALL, len(self.ops))
        self._update.end()
        self._take_in_rest()
        self._phase = FORWARD
