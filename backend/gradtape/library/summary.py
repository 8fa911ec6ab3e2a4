"""A recording as a table: what was called, what came out, and how large the gradients are."""

from dataclasses import dataclass
from html import escape
from io import StringIO

from rich.console import Console
from rich.table import Table

from gradtape.engine.recording import Recording
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
        table = Table(title=self.title or None, caption=caption)
        for number, column in enumerate(COLUMNS):
            table.add_column(column, justify="left" if number < 3 else "right")
        for row in self.rows:
            table.add_row(*row.cells())
        return table

    def to_html(self, title: str) -> str:
        """For a notebook."""
        head = "".join(f"<th>{column}</th>" for column in COLUMNS)
        body = "".join(
            "<tr>"
            + "".join(f"<td><pre>{escape(cell)}</pre></td>" for cell in row.cells())
            + "</tr>"
            for row in self.rows
        )
        return f"<p>{escape(title)}</p><table><tr>{head}</tr>{body}</table>"

    def __str__(self) -> str:
        text = StringIO()
        Console(file=text, width=WIDTH).print(self.table())
        return text.getvalue().rstrip("\n")


def summarize_recording(recording: Recording, title: str) -> Summary:
    """The calls of a recording's forward pass, in their order."""
    structure = recording.structure
    depths: dict[int, int] = {}
    rows: list[Row] = []
    for call in structure.calls:
        if call.phase is not Phase.FORWARD or call.first_op == call.end_op:
            continue
        depths[call.id] = 0 if call.parent is None else depths.get(call.parent, -1) + 1
        rows.append(_row(call, depths[call.id], structure, recording))
    return Summary(title, rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS))


def _row(call: Call, depth: int, structure: Structure, recording: Recording) -> Row:
    output = _output_of(call, structure)
    gradient = None if output is None else structure.tensors[output].gradient
    value = None if gradient is None else recording.tensor(gradient)
    return Row(
        depth=depth,
        name=call.name,
        target=call.target,
        output=None if output is None else structure.tensors[output].shape,
        parameters=_parameters_of(call, structure),
        gradient_norm=None if value is None else value.detach().double().norm().item(),
    )


def _output_of(call: Call, structure: Structure) -> int | None:
    ops = [op for op in structure.ops[call.first_op : call.end_op] if not op.bookkeeping]
    return ops[-1].results[0] if ops and ops[-1].results else None


def _parameters_of(call: Call, structure: Structure) -> int:
    if call.kind != "module":
        return 0
    total = 0
    for tensor in structure.tensors:
        named = tensor.name is not None and tensor.name.startswith(f"{call.path}.")
        if tensor.role is Role.PARAMETER and named:
            size = 1
            for length in tensor.shape:
                size *= length
            total += size
    return total
