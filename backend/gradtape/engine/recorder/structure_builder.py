"""From the raw log of an iteration to its structure: rows, bytes and a hash."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import orjson
from torch import Tensor

from gradtape.engine.recorder.blob import SlotPlan, plan_slots
from gradtape.engine.recorder.gradient_wiring import GradientWiring
from gradtape.engine.recorder.iteration_numbers import IterationNumbers
from gradtape.engine.recorder.log_reader import LogReader
from gradtape.engine.recorder.missing_gradients import explain_missing_gradients
from gradtape.engine.recorder.op_reading import OpForms
from gradtape.engine.recorder.recording_log import RecordingLog
from gradtape.engine.recorder.rerun import Rerun
from gradtape.engine.recorder.short_path import ShortPath
from gradtape.engine.recorder.tensor_table import TensorTable
from gradtape.tape.structure import Role, Structure

KNOWN_STRUCTURES_KEPT = 16  # a handful of control flows; each may hold some ten thousand records
HASH_LENGTH = 32  # hexadecimal digits: 128 bits


class BuiltStructure:
    """A structure as the engine has it: as bytes at once, as plain data when asked for.

    Attributes:
        hash: equal for equal structures.
        json: of the whole structure.
        slots: how its blob is laid out.
        roots: tensor → the tensor that holds its numbers.
        loss: id of the loss.
        short_path: how a later iteration is recognised as one of this structure; None where it
            cannot be.
        living: ids of values in memory that lives on after an iteration, as that of parameters.
        rerun: its ops as a list that can be run; None until an iteration has been found to be of
            this structure, and where it cannot be.
    """

    def __init__(
        self,
        rows: dict[str, Any],
        slots: SlotPlan,
        roots: list[int],
        short_path: ShortPath | None,
    ) -> None:
        body = orjson.dumps(rows)
        # Equal rows give equal bytes. sha256 for its speed: processors have instructions for it.
        self.hash = hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
        self.json = b'{"hash":"' + self.hash.encode() + b'",' + body[1:]
        self.slots = slots
        self.roots = roots
        self.loss: int | None = rows["loss"]
        self.short_path = short_path
        self.living: list[int] = []
        self.rerun: Rerun | None = None

    @cached_property
    def model(self) -> Structure:
        """The structure as plain data."""
        return Structure.model_validate_json(self.json)


class KnownStructures:
    """The structures met lately, by hash: the same control flow is kept once.

    Attributes:
        op_forms: of all ops met, which are read once too.
    """

    def __init__(self) -> None:
        self.op_forms = OpForms()
        self._by_hash: OrderedDict[str, BuiltStructure] = OrderedDict()

    @property
    def newest(self) -> BuiltStructure | None:
        """The one that was met last."""
        return next(reversed(self._by_hash.values()), None)

    def keep(self, structure: BuiltStructure) -> BuiltStructure:
        """The known structure that equals this one, else this one, from now on known."""
        known = self._by_hash.setdefault(structure.hash, structure)
        self._by_hash.move_to_end(structure.hash)
        if len(self._by_hash) > KNOWN_STRUCTURES_KEPT:
            self._by_hash.popitem(last=False)
        return known


def build_structure(
    log: RecordingLog,
    *,
    loss: Tensor | None,
    output: Tensor | None,
    variables: Mapping[str, Tensor],
) -> tuple[BuiltStructure, IterationNumbers]:
    """The structure of a closed log, and the numbers of the iteration.

    Args:
        log: what happened.
        loss: the scalar that the backward pass began with.
        output: what the model returned.
        variables: names that the user's code has for tensors.
    """
    reader = LogReader(log)
    reader.read()
    table = reader.table
    loss_id = None if loss is None else table.find(loss)
    output_id = None if output is None else table.find(output)
    _name_variables(table, variables)
    if loss_id is not None and table.rows[loss_id]["name"] is None:
        table.rows[loss_id]["name"] = "loss"
    wiring = GradientWiring(log, reader)
    reached = {row["op"] for row in wiring.nodes if row["op"] is not None}
    explain_missing_gradients(reader, reached, log.under_no_grad)
    short_path = ShortPath(reader, (loss_id, output_id))
    for number in table.uninitialised:
        table.values[number] = None
    slots = plan_slots(table.values, table.roots)
    for row, slot in zip(table.rows, slots.slot_of, strict=True):
        row["slot"] = slot
    rows = {
        "calls": reader.calls,
        "ops": reader.ops,
        "nodes": wiring.nodes,
        "edges": wiring.edges,
        "tensors": table.rows,
        "slots": slots.rows,
        "events": reader.ticks.rows,
        "loss": loss_id,
        "output": output_id,
    }
    # An alias is an operand that no op has returned: nothing there tells of what.
    usable = short_path if short_path.shows_everything and not table.aliases else None
    built = BuiltStructure(rows, slots, table.roots, usable)
    return built, IterationNumbers(table.values, reader.step_constants)


def _name_variables(table: TensorTable, variables: Mapping[str, Tensor]) -> None:
    """Give tensors the names of the user's variables; what came from outside gets its role too."""
    for name, tensor in variables.items():
        number = table.find(tensor)
        if number is not None and table.rows[number]["name"] is None:
            row = table.rows[number]
            row["name"] = name
            if row["op"] is None and row["role"] == Role.INTERMEDIATE.value:
                followed = row["requires_grad"] and row["is_leaf"]
                row["role"] = (Role.PARAMETER if followed else Role.INPUT).value
