"""An experiment: a spec brought to life, trained and recorded iteration by iteration."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Self
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from gradtape.engine.data.editable_data import DATA_TENSORS, EditableData, Samples, check_index
from gradtape.engine.devices import choose_device
from gradtape.engine.layer_statistics import measure_layers
from gradtape.engine.network.interventions import check_intervention, check_layer
from gradtape.engine.recorder.kept_recordings import KeptRecordings
from gradtape.engine.recorder.op_clock import TIMED_RUNS
from gradtape.engine.recorder.recording import Recording
from gradtape.engine.training.branching import cut_after
from gradtape.engine.training.checkpoint import MODEL, Checkpoint, copy_state, restore_state
from gradtape.engine.training.kept_checkpoints import KeptCheckpoints
from gradtape.engine.training.learner import Learner, Measured
from gradtape.engine.training.metrics_log import MetricsLog
from gradtape.engine.training.snapshot import Snapshot, read_snapshot, write_snapshot
from gradtape.errors import UnknownIteration, UnknownTensor
from gradtape.spec import ExperimentSpec, change_regime
from gradtape.spec.evaluation import RunCost, run_cost
from gradtape.spec.interventions import (
    Intervention,
    Interventions,
    What,
    add_intervention,
    remove_interventions,
)
from gradtape.tape.layers import IterationLayers
from gradtape.tape.metrics import Metrics
from gradtape.tape.op_times import OpTimes

Parameters = Mapping[str, Tensor]
"""By name, in the order of the network."""


class Experiment:
    """A network with its data, loss and optimizer, standing before an iteration.

    Deterministic on the CPU: the same spec and the same commands give the same numbers, bit for
    bit, recorded or not.

    Attributes:
        spec: as given, with the regime's hyperparameters as they are now.
        iteration: how many have run; the number that the next one gets.
        changed: what was written over by hand on the way here, so that the spec alone does not
            lead here: tensors by name, hyperparameters changed after the first iteration, and
            interventions that an iteration ran with.
    Raises:
        DeviceUnavailable: the spec names a device that is not there.
    """

    def __init__(self, spec: ExperimentSpec) -> None:
        self.spec = spec
        self._first_spec = spec
        self._device = choose_device(spec.device, spec.dtype)
        self._build()

    def _build(self) -> None:
        self._data = EditableData(self.spec, self._device)
        self._learner = Learner(
            self.spec, self._device, batches_per_epoch=self._data.batches_per_epoch
        )
        self.iteration = 0
        self.changed: tuple[str, ...] = ()
        self._last_loss: Tensor | None = None
        self._metrics = MetricsLog(
            tuple(self._learner.parameters), classifies=self._learner.classifies
        )
        self._checkpoints = KeptCheckpoints({})
        self._recordings = KeptRecordings()
        self._layers: WeakKeyDictionary[Checkpoint, IterationLayers] = WeakKeyDictionary()

    @property
    def device(self) -> str:
        """Where it runs: `cpu`, `cuda:0`."""
        return str(self._device)

    @property
    def parameter_count(self) -> int:
        """How many numbers are trained."""
        return sum(parameter.numel() for parameter in self._learner.parameters.values())

    @property
    def recorded_iterations(self) -> list[int]:
        """The iterations that have a tape, in order."""
        return list(self._checkpoints)

    @property
    def batches_per_epoch(self) -> int:
        """How many iterations one pass over the training data takes."""
        return self._data.batches_per_epoch

    @property
    def training_targets(self) -> Tensor:
        """Of all samples to train on, as they are now; not to be written to."""
        return self._data.targets

    @property
    def last_loss(self) -> float | None:
        """The loss of the iteration that ran last here, if one has."""
        return None if self._last_loss is None else self._last_loss.item()

    @cached_property
    def run_cost(self) -> RunCost:
        """Of its network."""
        return run_cost(self._first_spec)

    @property
    def samples(self) -> Samples:
        """The data as it is now."""
        return self._data.samples

    @property
    def parameters(self) -> Parameters:
        """As they are now; they change in place."""
        return self._learner.parameters

    def model_state(self) -> dict[str, Tensor]:
        """Copies of the parameters and buffers as they are now."""
        return {name: part.clone() for name, part in self._learner.network.state_dict().items()}

    def recorded_parameters(self, iteration: int) -> Parameters:
        """The parameters that a recorded iteration began with; not to be written.

        Raises:
            UnknownIteration: it was not recorded, or has been thinned out.
        """
        tensors = self._checkpoints[self._checkpoints.number_of(iteration)].tensors
        return {name: tensors[MODEL + name] for name in self._learner.parameters}

    def predict(self, inputs: Tensor) -> Tensor:
        """The network's output for samples, in evaluation mode; nothing changes."""
        return self._learner.predict(inputs)

    def train_iteration(self) -> None:
        """Run one iteration without recording it."""
        self._forget_what_follows()
        validation_loss = self._validate()
        measured = self._learner.train(
            self._batch(), measures_updates=self._is_due(self.spec.update_norms_every)
        )
        self._go_on(measured, validation_loss)

    def record_iteration(self) -> Recording:
        """Run one iteration and record it.

        Raises:
            RecordingFailed: the iteration raised; parameters may have changed or not.
        """
        self._forget_what_follows()
        validation_loss = self._validate()
        checkpoint = self._checkpoint()
        recording, measured = self._record(checkpoint)
        self._recordings.keep(recording)
        self._recordings.drop(self._checkpoints.keep(checkpoint))
        self._go_on(measured, validation_loss)
        return recording

    def recording(self, iteration: int | None = None) -> Recording:
        """The tape of a recorded iteration; recorded again from its checkpoint if it was dropped.

        Args:
            iteration: its number; None is the latest one.
        Raises:
            UnknownIteration: nothing is recorded, or not this one.
        """
        number = self._checkpoints.number_of(iteration)
        recording = self._recordings.find(number)
        if recording is None:
            with self._standing_before(number):
                recording, _ = self._record(self._checkpoints[number])
            self._recordings.keep(recording)
        return recording

    def replaced_recording(self, iteration: int | None = None) -> Recording:
        """What was recorded of an iteration before it was recorded again.

        Args:
            iteration: its number; None is the latest one.
        Raises:
            UnknownIteration: it was recorded once only, or the recording before is not held.
        """
        number = self._checkpoints.number_of(iteration)
        replaced = self._recordings.replaced
        if replaced is None or replaced.iteration != number:
            raise UnknownIteration(f"no earlier recording of iteration {number} is kept")
        return replaced

    def layers(self, iteration: int | None = None) -> IterationLayers:
        """The layers of a recorded iteration, summed up; measured once, kept with its checkpoint.

        Raises:
            UnknownIteration: nothing is recorded, or not this one.
        """
        checkpoint = self._checkpoints[self._checkpoints.number_of(iteration)]
        known = self._layers.get(checkpoint)
        if known is None:
            known = measure_layers(self.recording(checkpoint.iteration))
            self._layers[checkpoint] = known
        return known

    @contextmanager
    def forward_again(self, iteration: int | None = None) -> Iterator[tuple[Tensor, Parameters]]:
        """The loss of a recorded iteration with its live autograd graph, and the parameters.

        Nothing is recorded, and afterwards the experiment is as it was.

        Args:
            iteration: its number; None is the latest one.
        Raises:
            UnknownIteration: nothing is recorded, or not this one.
        """
        with self._standing_before(self._checkpoints.number_of(iteration)):
            loss, _ = self._learner.objective.compute(*self._batch())
            yield loss, self._learner.parameters

    def time_ops(self, iteration: int | None = None) -> OpTimes:
        """Run a recorded iteration again to time its ops; afterwards the experiment is as it was.

        Args:
            iteration: its number; None is the latest one.
        Raises:
            UnknownIteration: nothing is recorded, or not this one.
        """
        number = self._checkpoints.number_of(iteration)
        with self._standing_before(number):
            built, shortest = self._learner.time_ops(self._batch(), number)
            for _ in range(TIMED_RUNS - 1):
                self._restore(self._checkpoints[number])
                _, taken = self._learner.time_ops(self._batch(), number)
                shortest = list(map(min, shortest, taken))
        return OpTimes(
            iteration=number,
            structure_hash=built.hash,
            runs=TIMED_RUNS,
            nanoseconds=tuple(shortest),
        )

    def seek(self, iteration: int) -> None:
        """Stand before a recorded iteration again.

        Raises:
            UnknownIteration: it was not recorded, or has been thinned out.
        """
        self._restore(self._checkpoints[self._checkpoints.number_of(iteration)])

    def reset(self) -> None:
        """Start over: the parameters and the data that the seed gives."""
        self.spec = self._first_spec
        self._build()

    def change_regime(self, **changes: Mapping[str, Any]) -> None:
        """Change hyperparameters from the next iteration on.

        Args:
            changes: new values by name, for `optimizer`, `schedule` and `regularization`.
        Raises:
            InvalidSpec: with the path of each that is unknown, out of range, or fixed.
        """
        regime = change_regime(
            self._learner.regime.spec, {part: dict(values) for part, values in changes.items()}
        )
        self._learner.change(regime)
        self.spec = regime.into(self.spec)
        if self.iteration > 0:
            self._note_changed(*(name for values in changes.values() for name in values))

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
        state = self._learner.network.state_dict()
        if tensor not in state:
            raise UnknownTensor(
                f"no parameter or buffer “{tensor}”; there are input, target, {', '.join(state)}"
            )
        check_index(tensor, index, tuple(state[tensor].shape))
        with torch.no_grad():
            state[tensor][index] = value
        self._note_changed(tensor)

    @property
    def interventions(self) -> Interventions:
        """Those in force: the next iteration runs with them."""
        return self._learner.interventions

    def intervene(self, intervention: Intervention) -> None:
        """Do something to a layer, from the next iteration on.

        Raises:
            InvalidValue: there is no such layer, or it has no parameters to freeze.
        """
        check_intervention(self._learner.network.layers, intervention)
        self._learner.intervene(add_intervention(self.interventions, intervention))

    def take_back(self, *, layer: str | None = None, what: What | None = None) -> None:
        """End interventions; what is not in force needs no ending.

        Args:
            layer: of this one; None: of all.
            what: of this sort; None: of any.
        Raises:
            InvalidValue: there is no such layer.
        """
        if layer is not None:
            check_layer(layer, self._learner.network.layers)
        self._learner.intervene(remove_interventions(self.interventions, layer=layer, what=what))

    def metrics(self, since: int = 0) -> Metrics:
        """Columns over the iterations that have run, from `since` on."""
        return self._metrics.columns(since)

    def take_new_metrics(self) -> Metrics | None:
        """Columns over the iterations that have run since the last take, if any."""
        return self._metrics.take_new()

    def to_snapshot(self) -> bytes:
        """Everything that another process needs to go on bit-identically, as safetensors."""
        return write_snapshot(self._snapshot())

    def to_branch(self, iteration: int | None = None) -> bytes:
        """A snapshot that stands before a recorded iteration and knows nothing of what followed.

        Args:
            iteration: its number, or the one that comes next; None is here, as it stands.
        Raises:
            UnknownIteration: it was not recorded, or has been thinned out.
        """
        snapshot = self._snapshot()
        is_recorded = iteration in self._checkpoints
        if iteration is None or (iteration == self.iteration and not is_recorded):
            here = snapshot.here
        else:
            here = self._checkpoints[self._checkpoints.number_of(iteration)]
        return write_snapshot(cut_after(snapshot, here))

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            self._checkpoint(), self._checkpoints, self._data.edits, self._metrics.to_tensors()
        )

    @classmethod
    def from_snapshot(cls, spec: ExperimentSpec, data: bytes) -> Self:
        """The experiment that gave this snapshot, with the spec that it began with."""
        experiment = cls(spec)
        snapshot = read_snapshot(data)
        experiment._data.load(snapshot.edits)
        experiment._metrics.load(snapshot.metrics)
        experiment._checkpoints = KeptCheckpoints(snapshot.checkpoints)
        experiment._restore(snapshot.here)
        return experiment

    def _record(self, checkpoint: Checkpoint) -> tuple[Recording, Measured]:
        """Record from a checkpoint, at which the experiment stands."""
        return self._learner.record(
            self._batch(),
            self.iteration,
            go_back=lambda: self._restore(checkpoint),
            measures_updates=self._is_due(self.spec.update_norms_every),
        )

    def _batch(self) -> tuple[Tensor, Tensor]:
        return self._data.batch(self.iteration)

    def _is_due(self, every: int) -> bool:
        return self.iteration % every == 0

    def _validate(self) -> float | None:
        """Measure on the samples that are set aside, if it is time to; returns the loss."""
        validation = self._data.validation
        if validation is None or not self._is_due(self.spec.validation.every):
            return None
        loss, hits = self._learner.validate(validation)
        self._metrics.append_validation(self.iteration, loss, hits)
        return loss.item()

    def _go_on(self, measured: Measured, validation_loss: float | None) -> None:
        """The iteration has run: note what is known of it, and stand before the next one."""
        if self.interventions:
            self._note_changed(*(each.words for each in self.interventions))
        loss, learning_rate, gradient_norms, hits, update_norms = measured
        self._metrics.append(self.iteration, loss, learning_rate, gradient_norms, hits)
        if update_norms is not None:
            self._metrics.append_updates(self.iteration, *update_norms)
        self._learner.regime.advance(self.iteration, loss, validation_loss)
        self._last_loss = loss.detach()
        self.iteration += 1

    def _forget_what_follows(self) -> None:
        """Before an iteration runs: what was recorded from here on belongs to another past."""
        self._metrics.drop_from(self.iteration)
        if self._checkpoints.drop_from(self.iteration):
            self._recordings.drop_from(self.iteration)

    def _checkpoint(self) -> Checkpoint:
        learner = self._learner
        tensors, gathered = copy_state(learner.network, learner.regime.optimizer, learner.generator)
        return Checkpoint(
            iteration=self.iteration,
            tensors=tensors,
            gathered=gathered,
            regime=learner.regime.spec,
            progress=learner.regime.state(),
            edits=self._data.edits_in_force,
            interventions=self.interventions,
            changed=self.changed,
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
        learner = self._learner
        # First: L-BFGS forgets what it has gathered when other parameters are frozen.
        learner.intervene(checkpoint.interventions)
        restore_state(checkpoint, learner.network, learner.regime.optimizer, learner.generator)
        learner.restore(checkpoint.regime, checkpoint.progress)
        self.spec = checkpoint.regime.into(self.spec)
        self._data.put_in_force(checkpoint.edits)
        self.iteration = checkpoint.iteration
        self.changed = checkpoint.changed

    def _note_changed(self, *names: str) -> None:
        self.changed = (*self.changed, *(name for name in names if name not in self.changed))
