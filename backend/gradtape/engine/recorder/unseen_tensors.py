"""Tensors that no op returned: from which tick on they are seen."""

from itertools import chain

from gradtape.engine.recorder.log_reader import LogReader
from gradtape.tape.structure import Role


def reveal_unseen(reader: LogReader) -> None:
    """Let each tensor be seen that an op has made without returning it, or that came from outside.

    What came from outside is seen as soon as it is used; the network's own tensors always are.
    """
    table, rows, events = reader.table, reader.table.rows, reader.ticks.rows
    unseen = {*chain.from_iterable(table.rewritten.values()), *(each for _, each in table.aliases)}
    unseen.update(each for each in table.outside if rows[each]["role"] == Role.INTERMEDIATE.value)
    if not unseen:
        return
    unseen.difference_update(*(event["reveals"] for event in events))
    for tensor in sorted(each for each in unseen if rows[each]["op"] is not None):
        reader.ticks.of_op(rows[tensor]["op"])["reveals"].append(tensor)
        unseen.remove(tensor)
    for op in reader.ops if unseen else ():
        for operand in sorted(unseen.intersection(op["operands"])):
            reader.ticks.of_op(op["id"])["reveals"].append(operand)
            unseen.remove(operand)
