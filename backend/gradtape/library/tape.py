"""The tape of a user's own code: what ran, with every value and every gradient."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text
from torch import Tensor

from gradtape.engine.diagnosis.diagnosis import diagnose_recording
from gradtape.engine.recorder.recording import Recording
from gradtape.errors import InvalidRecording, UnknownIteration, UnknownTensor
from gradtape.library.files import Values, recording_json, replay_html, write_file
from gradtape.library.summary import Summary, summarize_recording
from gradtape.library.viewing import NotebookPage, show_html
from gradtape.tape import structure as plain
from gradtape.tape.bad_number import BadNumber
from gradtape.tape.finding import Finding


class Tape:
    """One or more recorded iterations. Plain data is ordered, and every id is an index.

    Each method takes an `iteration`; without one, the latest is meant.

    Args:
        recordings: of its iterations.
        end_iteration: while it is being recorded, ends the iteration under way.

    Attributes:
        name: of the model's class; empty without one.
    """

    def __init__(
        self,
        recordings: Sequence[Recording] = (),
        *,
        name: str = "",
        end_iteration: Callable[[], None] | None = None,
    ) -> None:
        self.name = name
        self._recordings = {recording.iteration: recording for recording in recordings}
        self._end_iteration = end_iteration

    def add(self, recording: Recording) -> None:
        """Take in a recorded iteration."""
        self._recordings[recording.iteration] = recording

    @property
    def iterations(self) -> list[int]:
        """The numbers of the recorded iterations."""
        return sorted(self._recordings)

    def recording(self, iteration: int | None = None) -> Recording:
        """A recorded iteration as the engine has it.

        Raises:
            UnknownIteration: this one was not recorded.
            InvalidRecording: nothing is, yet.
        """
        if not self._recordings:
            raise InvalidRecording("The tape is empty: it is filled when its block has ended.")
        number = max(self._recordings) if iteration is None else iteration
        if number not in self._recordings:
            known = ", ".join(map(str, self.iterations[:20]))
            raise UnknownIteration(f"iteration {number} is not recorded; recorded are {known}")
        return self._recordings[number]

    def end_iteration(self) -> None:
        """In a block of `record(every=…)` whose loop has no optimizer: close the iteration."""
        if self._end_iteration is None:
            raise InvalidRecording("end_iteration() is for a tape that is being recorded")
        self._end_iteration()

    @property
    def structure(self) -> plain.Structure:
        """What ran in the latest iteration."""
        return self.recording().structure

    @property
    def calls(self) -> tuple[plain.Call, ...]:
        """Modules and functions that were called."""
        return self.structure.calls

    @property
    def ops(self) -> tuple[plain.Op, ...]:
        """Operations, forward, backward and update, in the order in which they ran."""
        return self.structure.ops

    @property
    def nodes(self) -> tuple[plain.Node, ...]:
        """Autograd nodes."""
        return self.structure.nodes

    @property
    def edges(self) -> tuple[plain.GradientEdge, ...]:
        """Ways of gradients between nodes."""
        return self.structure.edges

    @property
    def tensors(self) -> tuple[plain.Tensor, ...]:
        """Recorded values, without their numbers."""
        return self.structure.tensors

    @property
    def events(self) -> tuple[plain.Event, ...]:
        """Ticks of the tape."""
        return self.structure.events

    @property
    def loss(self) -> float | None:
        """The scalar that the backward pass began with; None if there was none."""
        return self.recording().loss

    @property
    def losses(self) -> dict[int, float | None]:
        """By iteration."""
        return {number: self._recordings[number].loss for number in self.iterations}

    def value(self, tensor: str | int, *, iteration: int | None = None) -> Tensor:
        """A recorded value, at full precision, in its own dtype.

        Args:
            tensor: a name, as `fc1.weight` or a variable's, or an id.
            iteration: its number.
        Raises:
            UnknownTensor: there is none, or it has no numbers: nothing was written to its memory,
                or it is sparse and the tape comes from a file.
        """
        recording = self.recording(iteration)
        number = recording.find(str(tensor))
        found = recording.tensor(number)
        if found is None:
            raise UnknownTensor(f"the tape has no numbers of tensor {tensor}")
        return found.detach().clone()

    def gradient(self, tensor: str | int, *, iteration: int | None = None) -> Tensor | None:
        """The gradient of the loss by a value; None where there is none, see `why_no_gradient`.

        Raises:
            UnknownTensor: no such tensor, or its gradient has no numbers here, see `value`.
        """
        recording = self.recording(iteration)
        number = recording.structure.tensors[recording.find(str(tensor))].gradient
        return None if number is None else self.value(number, iteration=iteration)

    def why_no_gradient(self, tensor: str | int, *, iteration: int | None = None) -> str | None:
        """In words, why a value has no gradient; None if it has one."""
        recording = self.recording(iteration)
        return recording.structure.tensors[recording.find(str(tensor))].why_no_gradient

    def first_bad_number(self, *, iteration: int | None = None) -> BadNumber | None:
        """The first op that made NaN or infinity of finite numbers; None if all are finite."""
        return self.recording(iteration).frame.bad_number

    def diagnose(self, *, iteration: int | None = None) -> list[Finding]:
        """What is wrong, causes first, as far as one iteration shows it; empty means healthy.

        Vanishing and exploding gradients, dead and saturated units, NaN and infinity, and gradients
        that were added to those of the iteration before.
        """
        return diagnose_recording(self.recording(iteration))

    def summary(self, *, iteration: int | None = None) -> Summary:
        """A table of calls, shapes, parameters and gradient norms; `print` it."""
        return summarize_recording(self.recording(iteration), self.name)

    def to_dict(
        self, *, values: Values | None = None, iteration: int | None = None
    ) -> dict[str, Any]:
        """The tape as JSON-able data, as the REST API gives it.

        Args:
            values: `inline` puts each tensor's numbers beside it as nested lists; `blob` adds all
                as base64 of little-endian float32.
            iteration: its number.
        """
        return orjson.loads(recording_json(self.recording(iteration), values))

    def save(self, path: str | Path) -> None:
        """Write a file; its ending says what.

        `.html`: a replay that opens in any browser, offline. `.tape`: everything, for
        `gradtape.load`. `.json`: the latest iteration with its blob. `.dot`, `.svg`, `.png`,
        `.pdf`: the autograd graph. `.safetensors`: parameters and gradients.

        Raises:
            UnknownExport: another ending.
            GraphvizUnavailable: a picture, and Graphviz is not installed.
        """
        write_file(Path(path), self.name, self._in_order())

    def show(self) -> NotebookPage | None:
        """Open the replay: in a notebook in the page, else in the browser."""
        return show_html(replay_html(self.name, self._in_order()))

    def _in_order(self) -> list[Recording]:
        newest = self.recording()  # at least one, or the error that says so
        return [self._recordings[number] for number in self.iterations[:-1]] + [newest]

    def __repr__(self) -> str:
        if not self._recordings:
            return "<Tape, empty>"
        name = f" of {self.name}" if self.name else ""
        loss = "" if self.loss is None else f", loss {self.loss:.6g}"
        count = len(self._recordings)
        more = f", {count} iterations" if count > 1 else ""
        return f"<Tape{name}: {len(self.ops)} ops, {len(self.nodes)} nodes{loss}{more}>"

    def __rich_console__(self, _console: Console, _options: ConsoleOptions) -> RenderResult:
        yield Text(repr(self))
        if self._recordings:
            yield self.summary().table()

    def _repr_html_(self) -> str:
        if not self._recordings:
            return "<em>an empty tape</em>"
        return self.summary().to_html(repr(self))
