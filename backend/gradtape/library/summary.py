"""A recording as a table: what was called, what came out, and how large the gradients are."""

import math
from dataclasses import dataclass
from html import escape
from io import StringIO

import torch
from rich.console import Console
from rich.table import Table
from rich.text import Text
from torch import Tensor

from gradtape.engine.recorder.recording import Recording
from gradtape.tape.structure import Call, Phase, Role, Structure

COLUMNS = ("call", "of", "output", "parameters", "gradient norm")
MOST_ROWS = 200  # what a person scrolls through; the tape has them all
WIDTH = 100  # characters


@dataclass(frozen=True)
class Row:
    """One call of the forward pass.

    Attributes:
        depth: how many calls it stands in.
        gradient_norm: L2 norm of the gradient by its output; None where there is none.
    """

    depth: int
    name: str
    target: str
    output: tuple[int, ...] | None
    parameters: int
    gradient_norm: float | None

    def cells(self) -> tuple[str, ...]:
        """As text."""
        return (
            "  " * self.depth + self.name,
            self.target,
            "" if self.output is None else " × ".join(map(str, self.output)) or "scalar",
            f"{self.parameters:,}" if self.parameters else "",
            "" if self.gradient_norm is None else f"{self.gradient_norm:.4g}",
        )


class Summary:
    """The table; `print` it, or look at `rows`."""

    def __init__(self, title: str, rows: list[Row], left_out: int) -> None:
        self.title = title
        self.rows = rows
        self._left_out = left_out

    def table(self) -> Table:
        """For rich."""
        caption = f"and {self._left_out} more calls" if self._left_out else None
        # As text: else rich takes brackets in a user's names for its own markup.
        table = Table(title=Text(self.title) if self.title else None, caption=caption)
        for number, column in enumerate(COLUMNS):
            table.add_column(column, justify="left" if number < 3 else "right")
        for row in self.rows:
            table.add_row(*map(Text, row.cells()))
        return table

    def to_html(self, title: str) -> str:
        """For a notebook."""
        head = "".join(f"<th>{column}</th>" for column in COLUMNS)
        body = "".join(f"<tr>{_html_cells(row)}</tr>" for row in self.rows)
        return f"<p>{escape(title)}</p><table><tr>{head}</tr>{body}</table>"

    def __str__(self) -> str:
        text = StringIO()
        # Plain, also in a notebook or with a terminal's colours asked for.
        console = Console(
            file=text, width=WIDTH, color_system=None, force_terminal=False, force_jupyter=False
        )
        console.print(self.table())
        return text.getvalue().rstrip("\n")


def _html_cells(row: Row) -> str:
    return "".join(f"<td><pre>{escape(cell)}</pre></td>" for cell in row.cells())


def summarize_recording(recording: Recording, title: str) -> Summary:
    """The calls of a recording's forward pass, in their order."""
    structure = recording.structure
    depths: dict[int, int] = {}
    for call in structure.calls:
        if call.phase is Phase.FORWARD and call.first_op < call.end_op:
            depths[call.id] = 0 if call.parent is None else depths.get(call.parent, -1) + 1
    shown = list(depths.items())[:MOST_ROWS]
    rows = [_row(structure.calls[number], depth, recording) for number, depth in shown]
    return Summary(title, rows, len(depths) - len(rows))


def _row(call: Call, depth: int, recording: Recording) -> Row:
    structure = recording.structure
    output = _output_of(call, structure)
    gradient = None if output is None else structure.tensors[output].gradient
    value = None if gradient is None else recording.tensor(gradient)
    return Row(
        depth=depth,
        name=call.name,
        target=call.target,
        output=None if output is None else structure.tensors[output].shape,
        parameters=_parameters_of(call, structure),
        gradient_norm=None if value is None else _norm(value),
    )


def _norm(value: Tensor) -> float:
    exact = torch.complex128 if value.is_complex() else torch.float64
    return torch.linalg.vector_norm(value.detach().to_dense().to(exact)).item()


def _output_of(call: Call, structure: Structure) -> int | None:
    ops = [op for op in structure.ops[call.first_op : call.end_op] if not op.bookkeeping]
    return ops[-1].results[0] if ops and ops[-1].results else None


def _parameters_of(call: Call, structure: Structure) -> int:
    if call.kind != "module":
        return 0
    return sum(
        math.prod(tensor.shape)
        for tensor in structure.tensors
        if tensor.role is Role.PARAMETER and (tensor.name or "").startswith(f"{call.path}.")
    )
