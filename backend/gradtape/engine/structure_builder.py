"""From the raw log of an iteration to its structure: plain data, hashed."""

import hashlib
import marshal
from collections import OrderedDict
from typing import Any

from gradtape.engine.blob import plan_slots
from gradtape.engine.gradient_wiring import GradientWiring
from gradtape.engine.op_reading import OpForms, torch_name
from gradtape.engine.recording_log import EventRecord, OpRecord, RecordingLog
from gradtape.tape.structure import Phase, Structure

KNOWN_STRUCTURES_KEPT = 16  # a handful of control flows; each may hold some ten thousand records


class KnownStructures:
    """The structures met lately, by hash: the same control flow is built once.

    Attributes:
        op_forms: of all ops met, which are read once too.
    """

    def __init__(self) -> None:
        self.op_forms = OpForms()
        self._by_hash: OrderedDict[str, Structure] = OrderedDict()

    def get(self, key: str) -> Structure | None:
        """The structure with this hash, if it was met lately."""
        if key in self._by_hash:
            self._by_hash.move_to_end(key)
        return self._by_hash.get(key)

    def add(self, structure: Structure) -> None:
        """Remember a structure; the longest unused one may go."""
        self._by_hash[structure.hash] = structure
        if len(self._by_hash) > KNOWN_STRUCTURES_KEPT:
            self._by_hash.popitem(last=False)


def build_structure(
    log: RecordingLog, known: KnownStructures, *, loss: int | None, output: int | None
) -> Structure:
    """The structure of a closed log; the known one where the same ran before."""
    wiring = GradientWiring(log)
    if loss is not None:
        log.ledger.entries[loss].name = "loss"
    rows: dict[str, Any] = {
        "calls": _call_rows(log),
        "ops": [_op_row(number, record, wiring) for number, record in enumerate(log.ops)],
        "nodes": _node_rows(log, wiring),
        "edges": _edge_rows(log, wiring),
        "tensors": _tensor_rows(log, wiring),
        "events": [_event_row(number, record, log) for number, record in enumerate(log.events)],
        "loss": loss,
        "output": output,
    }
    # Version 2 of marshal has no back references, so equal rows give equal bytes.
    key = hashlib.blake2b(marshal.dumps(rows, 2), digest_size=16).hexdigest()
    structure = known.get(key)
    if structure is None:
        slots, slot_of = plan_slots(log.ledger.entries)
        for row, slot in zip(rows["tensors"], slot_of, strict=True):
            row["slot"] = slot
        structure = Structure.model_validate({"hash": key, "slots": slots, **rows})
        known.add(structure)
    return structure


def _call_rows(log: RecordingLog) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "parent": call.parent,
            "kind": call.kind,
            "name": call.name,
            "path": call.path,
            "target": call.target,
            "phase": call.phase.value,
            "first_op": call.first_op,
            "end_op": call.end_op,
        }
        for number, call in enumerate(log.calls)
    ]


def _op_row(number: int, record: OpRecord, wiring: GradientWiring) -> dict[str, Any]:
    forward = record.phase is Phase.FORWARD
    return {
        "id": number,
        "phase": record.phase.value,
        "name": record.name,
        "call": record.call,
        "node": wiring.node_of_op.get(number) if forward else record.node,
        "operands": record.operands,
        "constants": record.constants,
        "results": record.results,
        "bookkeeping": record.bookkeeping,
    }


def _node_rows(log: RecordingLog, wiring: GradientWiring) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "name": record.name,
            "op": wiring.op_of_node[number],
            "edges": tuple(record.edges),
            "saved": record.saved,
            "order": record.order,
        }
        for number, record in enumerate(log.nodes)
    ]


def _edge_rows(log: RecordingLog, wiring: GradientWiring) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "source": edge.source,
            "index": edge.index,
            "target": edge.target,
            "target_index": edge.target_index,
            "tensor": edge.tensor,
            "of": wiring.tensor_of_edge[number],
        }
        for number, edge in enumerate(log.edges)
    ]


def _tensor_rows(log: RecordingLog, wiring: GradientWiring) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "role": entry.role.value,
            "name": entry.name,
            "shape": entry.shape,
            "dtype": torch_name(entry.dtype),
            "device": str(entry.device),
            "requires_grad": wiring.requires_grad(entry),
            "is_leaf": entry.is_leaf if entry.op is None else not wiring.requires_grad(entry),
            "phase": entry.phase.value,
            "op": entry.op,
            "node": entry.node,
            "slot": None,
            "of": entry.of,
            "edge": entry.edge,
            "gradient": wiring.whole.get(number),
            "why_no_gradient": wiring.why_no_gradient(number),
        }
        for number, entry in enumerate(log.ledger.entries)
    ]


def _event_row(number: int, event: EventRecord, log: RecordingLog) -> dict[str, Any]:
    results = [result for op in log.ops[event.first_op : event.end_op] for result in op.results]
    return {
        "sequence": number,
        "kind": event.kind.value,
        "subject": event.subject,
        "first_op": event.first_op,
        "end_op": event.end_op,
        "reveals": tuple(results + event.reveals),
    }
