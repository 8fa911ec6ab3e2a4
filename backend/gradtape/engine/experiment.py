"""An experiment: a spec brought to life, trained and recorded iteration by iteration."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Self

import torch
from torch import Tensor

from gradtape import limits
from gradtape.engine.checkpoint import MODEL, Checkpoint, copy_state, restore_state
from gradtape.engine.devices import choose_device
from gradtape.engine.editable_data import DATA_TENSORS, EditableData, check_index
from gradtape.engine.losses import build_loss
from gradtape.engine.metrics_log import MetricsLog
from gradtape.engine.network import build_network
from gradtape.engine.optimizers import apply_optimizer, build_optimizer
from gradtape.engine.randomness import build_randomness
from gradtape.engine.recorder import Recorder, StructureDiffers
from gradtape.engine.recording import Recording
from gradtape.engine.snapshot import Snapshot, read_snapshot, write_snapshot
from gradtape.engine.structure_builder import BuiltStructure, KnownStructures
from gradtape.errors import RecordingFailed, UnknownIteration, UnknownTensor
from gradtape.spec import ExperimentSpec, change_optimizer
from gradtape.spec.optimizers import AnyOptimizer
from gradtape.tape.metrics import Metrics

Parameters = Mapping[str, Tensor]
"""By name, in the order of the network."""

TORCH_ERRORS = (RuntimeError, ValueError, IndexError, TypeError)
"""What torch raises when an iteration cannot be computed."""


COMPARED_EVERY = 16  # iterations: of those of a known structure that are recorded


class Experiment:
    """A network with its data, loss and optimizer, standing before an iteration.

    Deterministic on the CPU: the same spec and the same commands give the same numbers, bit for
    bit, recorded or not.

    Attributes:
        spec: as given, with the optimizer's hyperparameters as they are now.
        iteration: how many have run; the number that the next one gets.
        changed: what was written over by hand on the way here, so that the spec alone does not
            lead here: tensors by name, and hyperparameters changed after the first iteration.
    Raises:
        DeviceUnavailable: the spec names a device that is not there.
    """

    def __init__(self, spec: ExperimentSpec) -> None:
        self.spec = spec
        self._first_spec = spec
        self._device = choose_device(spec.device, spec.dtype)
        self._build()

    def _build(self) -> None:
        spec = self.spec
        randomness = build_randomness(spec.seed, self._device)
        self._generator = randomness.training
        self._data = EditableData(spec, self._device)
        self._network = build_network(spec, randomness=randomness, device=self._device)
        self._loss = build_loss(spec.loss)
        self._parameters = dict(self._network.named_parameters())
        self._optimizer = build_optimizer(spec.optimizer, list(self._parameters.values()))
        # They know the generator of these random numbers.
        self._known = KnownStructures()
        # The structure of the latest recording, and whether the one before had it too.
        self._last_built: BuiltStructure | None = None
        self._repeats = False
        self.iteration = 0
        self.changed: tuple[str, ...] = ()
        self._metrics = MetricsLog(tuple(self._parameters))
        self._checkpoints: dict[int, Checkpoint] = {}
        self._recordings: OrderedDict[int, Recording] = OrderedDict()

    @property
    def device(self) -> str:
        """Where it runs: `cpu`, `cuda:0`."""
        return str(self._device)

    @property
    def parameter_count(self) -> int:
        """How many numbers are trained."""
        return sum(parameter.numel() for parameter in self._parameters.values())

    @property
    def recorded_iterations(self) -> list[int]:
        """The iterations that have a tape, in order."""
        return sorted(self._checkpoints)

    def train_iteration(self) -> None:
        """Run one iteration without recording it."""
        self._forget_what_follows()
        inputs, targets = self._batch()
        self._optimizer.zero_grad(set_to_none=True)
        given = [inputs, targets, *self._parameters.values(), *self._network.buffers()]
        known = self._known.newest
        if known is not None and known.rerun is not None and known.rerun.takes(given):
            loss = known.rerun.train(given)
        else:
            loss, _ = self._run(inputs, targets)
        self._note_metrics(loss, [parameter.detach() for parameter in self._parameters.values()])
        self._optimizer.step()
        self.iteration += 1

    def record_iteration(self) -> Recording:
        """Run one iteration and record it.

        Raises:
            RecordingFailed: the iteration raised; parameters may have changed or not.
        """
        self._forget_what_follows()
        checkpoint = self._checkpoint()
        recording, loss = self._record(checkpoint)
        self._note_metrics(loss, [checkpoint.tensors[MODEL + name] for name in self._parameters])
        self._checkpoints[self.iteration] = checkpoint
        self._keep(recording)
        self._thin_checkpoints()
        self.iteration += 1
        return recording

    def recording(self, iteration: int | None = None) -> Recording:
        """The tape of a recorded iteration; recorded again from its checkpoint if it was dropped.

        Args:
            iteration: its number; None is the latest one.
        Raises:
            UnknownIteration: nothing is recorded, or not this one.
        """
        number = self._recorded(iteration)
        recording = self._recordings.get(number)
        if recording is None:
            with self._standing_before(number):
                recording, _ = self._record(self._checkpoints[number])
            self._keep(recording)
        self._recordings.move_to_end(number)
        return recording

    @contextmanager
    def forward_again(self, iteration: int | None = None) -> Iterator[tuple[Tensor, Parameters]]:
        """The loss of a recorded iteration with its live autograd graph, and the parameters.

        Nothing is recorded, and afterwards the experiment is as it was.

        Args:
            iteration: its number; None is the latest one.
        Raises:
            UnknownIteration: nothing is recorded, or not this one.
        """
        with self._standing_before(self._recorded(iteration)):
            inputs, targets = self._batch()
            yield self._loss(self._network(inputs), targets), self._parameters

    def seek(self, iteration: int) -> None:
        """Stand before a recorded iteration again.

        Raises:
            UnknownIteration: it was not recorded, or has been thinned out.
        """
        self._restore(self._checkpoints[self._recorded(iteration)])

    def reset(self) -> None:
        """Start over: the parameters and the data that the seed gives."""
        self.spec = self._first_spec
        self._build()

    def set_optimizer(self, changes: Mapping[str, float]) -> None:
        """Change hyperparameters from the next iteration on.

        Raises:
            InvalidSpec: with the path of each that is unknown or out of range.
        """
        self._use_optimizer(change_optimizer(self.spec.optimizer, dict(changes)))
        if self.iteration > 0:
            self._note_changed(*changes)

    def edit(self, tensor: str, index: tuple[int, ...], value: float) -> None:
        """Write one number of a parameter, a buffer, the next batch's `input` or its `target`.

        Raises:
            UnknownTensor: no such name.
            InvalidSlice: the index does not fit the shape.
        """
        if tensor in DATA_TENSORS:
            self._data.edit(tensor, self.iteration, index, value)
            self._forget_what_follows()
            self._note_changed(tensor)
            return
        state = self._network.state_dict()
        if tensor not in state:
            raise UnknownTensor(
                f"no parameter or buffer “{tensor}”; there are input, target, {', '.join(state)}"
            )
        check_index(tensor, index, tuple(state[tensor].shape))
        with torch.no_grad():
            state[tensor][index] = value
        self._note_changed(tensor)

    def metrics(self, since: int = 0) -> Metrics:
        """Columns over the iterations that have run, from `since` on."""
        return self._metrics.columns(since)

    def take_new_metrics(self) -> Metrics | None:
        """Columns over the iterations that have run since the last take, if any."""
        return self._metrics.take_new()

    def to_snapshot(self) -> bytes:
        """Everything that another process needs to go on bit-identically, as safetensors."""
        return write_snapshot(
            Snapshot(
                self._checkpoint(), self._checkpoints, self._data.edits, self._metrics.to_tensor()
            )
        )

    @classmethod
    def from_snapshot(cls, spec: ExperimentSpec, data: bytes) -> Self:
        """The experiment that gave this snapshot, with the spec that it began with."""
        experiment = cls(spec)
        snapshot = read_snapshot(data)
        experiment._data.load(snapshot.edits)
        experiment._metrics.load(snapshot.metrics)
        experiment._checkpoints = dict(snapshot.checkpoints)
        experiment._restore(snapshot.here)
        return experiment

    def _record(self, checkpoint: Checkpoint) -> tuple[Recording, Tensor]:
        """Record from a checkpoint, at which the experiment stands."""
        try:
            # Only what has repeated is expected to repeat: to be wrong costs an iteration.
            recorded = self._record_as(self._known.newest if self._repeats else None)
        except StructureDiffers:
            self._restore(checkpoint)
            recorded = self._record_as(None)
        built = recorded[0].built
        self._repeats = built is self._last_built
        self._last_built = built
        return recorded

    def _record_as(self, expected: BuiltStructure | None) -> tuple[Recording, Tensor]:
        inputs, targets = self._batch()
        self._optimizer.zero_grad(set_to_none=True)
        recorder = Recorder(
            self._network,
            loss=self._loss,
            optimizer=self._optimizer,
            tensors={"input": inputs, "target": targets},
            known=self._known,
            expected=expected,
        )
        # Now and then all ops are watched, and compared with those that are taken for known.
        ran = None
        try:
            with recorder:
                if self.iteration % COMPARED_EVERY:
                    ran = recorder.run_again()
                loss, output = ran or self._run(inputs, targets)
                self._optimizer.step()
        except TORCH_ERRORS as error:
            raise RecordingFailed(f"iteration {self.iteration}: {error}") from error
        return recorder.finish(iteration=self.iteration, loss=loss, output=output), loss

    def _run(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The forward and the backward pass; returns the loss and the output."""
        output = self._network(inputs)
        loss = self._loss(output, targets)
        loss.backward()
        return loss, output

    def _batch(self) -> tuple[Tensor, Tensor]:
        return self._data.batch(self.iteration)

    def _note_metrics(self, loss: Tensor, parameters: Sequence[Tensor]) -> None:
        self._metrics.append(
            self.iteration,
            loss,
            self._optimizer.param_groups[0]["lr"],
            [parameter.grad for parameter in self._parameters.values()],
            parameters,
        )

    def _forget_what_follows(self) -> None:
        """Before an iteration runs: what was recorded from here on belongs to another past."""
        last = self._metrics.last_iteration
        if last is not None and last >= self.iteration:
            self._metrics.drop_from(self.iteration)
        if self._checkpoints and max(self._checkpoints) >= self.iteration:
            for number in [number for number in self._checkpoints if number >= self.iteration]:
                del self._checkpoints[number]
                self._recordings.pop(number, None)

    def _checkpoint(self) -> Checkpoint:
        tensors = copy_state(self._network, self._optimizer, self._generator)
        return Checkpoint(
            self.iteration, tensors, self.spec.optimizer, self._data.edits_in_force, self.changed
        )

    @contextmanager
    def _standing_before(self, iteration: int) -> Iterator[None]:
        """Stand before a recorded iteration for as long as the block runs."""
        here = self._checkpoint()
        self._restore(self._checkpoints[iteration])
        try:
            yield
        finally:
            self._restore(here)

    def _restore(self, checkpoint: Checkpoint) -> None:
        restore_state(checkpoint.tensors, self._network, self._optimizer, self._generator)
        self._use_optimizer(checkpoint.optimizer)
        self._data.put_in_force(checkpoint.edits)
        self.iteration = checkpoint.iteration
        self.changed = checkpoint.changed

    def _note_changed(self, *names: str) -> None:
        self.changed = (*self.changed, *(name for name in names if name not in self.changed))

    def _use_optimizer(self, optimizer: AnyOptimizer) -> None:
        self.spec = self.spec.model_copy(update={"optimizer": optimizer})
        apply_optimizer(self._optimizer, optimizer)

    def _recorded(self, iteration: int | None) -> int:
        if not self._checkpoints:
            raise UnknownIteration("no iteration is recorded yet; send the command record first")
        number = max(self._checkpoints) if iteration is None else iteration
        if number not in self._checkpoints:
            known = ", ".join(str(number) for number in self.recorded_iterations[:20])
            raise UnknownIteration(f"iteration {number} is not recorded; recorded are {known}")
        return number

    def _keep(self, recording: Recording) -> None:
        self._recordings[recording.iteration] = recording
        total = sum(kept.bytes_held for kept in self._recordings.values())
        while total > limits.MAX_RECORDING_BYTES and len(self._recordings) > 1:
            _, dropped = self._recordings.popitem(last=False)
            total -= dropped.bytes_held

    def _thin_checkpoints(self) -> None:
        total = sum(checkpoint.size_bytes for checkpoint in self._checkpoints.values())
        too_many = len(self._checkpoints) > limits.MAX_RECORDED_ITERATIONS
        while len(self._checkpoints) > 2 and (too_many or total > limits.MAX_CHECKPOINT_BYTES):
            # Every other one goes; the first and the newest stay.
            for number in self.recorded_iterations[1:-1:2]:
                total -= self._checkpoints.pop(number).size_bytes
                self._recordings.pop(number, None)
            too_many = False
