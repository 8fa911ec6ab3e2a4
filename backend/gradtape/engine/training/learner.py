"""A network and how it learns: runs one iteration, watched or not, and measures it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gradtape.engine.network.interventions import frozen_parameters
from gradtape.engine.network.losses import build_loss
from gradtape.engine.network.network import build_network
from gradtape.engine.network.objective import Objective
from gradtape.engine.private_torch import (
    copy_into,
    l2_norms,
    subtract_from,
    watched_by_none,
)
from gradtape.engine.randomness import build_randomness
from gradtape.engine.recorder.op_clock import OpClock
from gradtape.engine.recorder.recorder import Recorder, StructureDiffers
from gradtape.engine.recorder.recording import Recording
from gradtape.engine.recorder.structure_builder import BuiltStructure, KnownStructures
from gradtape.engine.recorder.update_watch import UpdateWatch
from gradtape.engine.training.accuracy import Hits, build_hit_counter
from gradtape.engine.training.precision import Precision
from gradtape.engine.training.regime import LiveRegime
from gradtape.errors import RecordingFailed
from gradtape.spec import ExperimentSpec, Regime
from gradtape.spec.interventions import Interventions

TORCH_ERRORS = (RuntimeError, ValueError, IndexError, TypeError)
"""What torch raises when an iteration cannot be computed."""

COMPARED_EVERY = 16  # iterations: of those of a known structure that are recorded

Batch = tuple[Tensor, Tensor]
"""Inputs and targets."""


class Pass(NamedTuple):
    """A forward and a backward pass."""

    loss: Tensor
    output: Tensor


class UpdateNorms(NamedTuple):
    """L2 norms, by parameter.

    Attributes:
        changes: of what the update changed.
        parameters: of the parameters before it.
    """

    changes: Sequence[Tensor]
    parameters: Sequence[Tensor]


class Measured(NamedTuple):
    """What is known of an iteration that has run.

    Attributes:
        loss: that the backward pass began with.
        learning_rate: of its update.
        gradient_norms: L2, by parameter, before any clipping; without a gradient it is 0.
        hits: right answers, where there are classes.
        update_norms: if asked for.
    """

    loss: Tensor
    learning_rate: float
    gradient_norms: Sequence[Tensor]
    hits: Hits | None
    update_norms: UpdateNorms | None


class Learner:
    """A network with its loss and its regime.

    Args:
        spec: of the experiment.
        device: of the experiment.
        batches_per_epoch: iterations of one epoch.
    Attributes:
        network: on the device.
        parameters: of the network, by name, in its order.
        generator: what layers draw from while training.
        objective: the forward pass up to the loss.
        regime: how the parameters move.
        interventions: what is done to layers as they run.
    """

    def __init__(
        self, spec: ExperimentSpec, device: torch.device, *, batches_per_epoch: int
    ) -> None:
        self._device = device
        randomness = build_randomness(spec.seed, device)
        precision = Precision(spec.autocast, device)
        self.generator = randomness.training
        self.network = build_network(spec, randomness=randomness, device=device)
        self.parameters = dict(self.network.named_parameters())
        self._loss = build_loss(spec.loss)
        self.objective = Objective(self.network, self._loss, precision)
        self.objective.l1 = spec.regularization.l1
        self.regime = LiveRegime(spec, self.parameters.values(), precision, batches_per_epoch)
        self._count_hits = build_hit_counter(spec.loss)
        self._before: list[Tensor] = []
        self.interventions: Interventions = ()
        self._forget_structures()

    def _forget_structures(self) -> None:
        # They know the generator of these random numbers, the constants of this objective, and the
        # interventions.
        self._known = KnownStructures()
        # The structure of the latest recording, and whether the one before had it too.
        self._last_built: BuiltStructure | None = None
        self._repeats = False

    @property
    def classifies(self) -> bool:
        """Whether there are right answers to count."""
        return self._count_hits is not None

    def change(self, regime: Regime) -> None:
        """Go on with other hyperparameters."""
        self.regime.change(regime)
        self._use_penalty()

    def intervene(self, interventions: Interventions) -> None:
        """Run with these, and with none that came before."""
        if interventions == self.interventions:
            return
        self.interventions = interventions
        self.network.intervene(interventions)
        self.regime.freeze(frozen_parameters(self.network.layers, interventions))
        self._forget_structures()

    def restore(self, regime: Regime, progress: dict[str, object]) -> None:
        """Stand where the regime's state was `progress`."""
        self.regime.restore(regime, progress)
        self._use_penalty()

    def _use_penalty(self) -> None:
        l1 = self.regime.spec.regularization.l1
        if l1 != self.objective.l1:
            self.objective.l1 = l1
            self._forget_structures()

    def train(self, batch: Batch, *, measures_updates: bool) -> Measured:
        """Run one iteration without recording it."""
        _, measured = self._iterate(batch, self._pass, measures_updates=measures_updates)
        return measured

    def record(
        self,
        batch: Batch,
        iteration: int,
        *,
        go_back: Callable[[], None],
        measures_updates: bool = False,
    ) -> tuple[Recording, Measured]:
        """Run one iteration and record it.

        Args:
            iteration: its number.
            go_back: stands before the iteration again, for the case that it has to be run twice.
        Raises:
            RecordingFailed: the iteration raised; parameters may have changed or not.
        """
        # Only what has repeated is expected to repeat: to be wrong costs an iteration.
        expected = self._known.newest if self._repeats else None
        try:
            recorded = self._record_as(expected, batch, iteration, measures_updates)
        except StructureDiffers:
            go_back()
            recorded = self._record_as(None, batch, iteration, measures_updates)
        built = recorded[0].built
        self._repeats = built is self._last_built
        self._last_built = built
        return recorded

    def time_ops(self, batch: Batch, iteration: int) -> tuple[BuiltStructure, list[int]]:
        """Run one iteration and time each of its ops.

        Returns:
            What ran, and by op id how long it took, in nanoseconds.
        Raises:
            RecordingFailed: the iteration raised; parameters may have changed or not.
        """
        clocks: list[OpClock] = []

        def start_clock(recorder: Recorder) -> OpClock:
            clocks.append(OpClock(recorder.log, self._device))
            return clocks[0]

        recording, _ = self._record_as(None, batch, iteration, False, beside=start_clock)
        return recording.built, clocks[0].nanoseconds(len(recording.structure.ops))

    @torch.no_grad()
    def validate(self, batch: Batch) -> tuple[Tensor, Hits | None]:
        """Loss and right answers on samples, as the network would be used: nothing changes."""
        with self._in_use():
            loss, output = self.objective.compare(*batch)
        return loss, self._hits(output, batch)

    @torch.no_grad()
    def predict(self, inputs: Tensor) -> Tensor:
        """The output for samples, as the network would be used: nothing changes."""
        with self._in_use():
            return self.objective.predict(inputs)

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        """The network in evaluation mode for as long as the block runs."""
        self.network.eval()
        try:
            yield
        finally:
            self.network.train()

    def _record_as(
        self,
        expected: BuiltStructure | None,
        batch: Batch,
        iteration: int,
        measures_updates: bool,
        beside: Callable[[Recorder], AbstractContextManager[Any]] = nullcontext,
    ) -> tuple[Recording, Measured]:
        recorder = Recorder(
            self.network,
            loss=self._loss,
            tensors={"input": batch[0], "target": batch[1]},
            known=self._known,
            expected=expected,
        )

        def run(batch: Batch) -> Pass:
            # Now and then all ops are watched, and compared with those that are taken for known.
            ran = recorder.run_again() if iteration % COMPARED_EVERY else None
            return self._pass(batch) if ran is None else Pass(*ran)

        try:
            with beside(recorder), recorder:
                ran, measured = self._iterate(
                    batch, run, measures_updates=measures_updates, watch=recorder.update
                )
        except TORCH_ERRORS as error:
            raise RecordingFailed(f"iteration {iteration}: {error}") from error
        return recorder.finish(iteration=iteration, loss=ran.loss, output=ran.output), measured

    def _iterate(
        self,
        batch: Batch,
        run: Callable[[Batch], Pass],
        *,
        measures_updates: bool,
        watch: UpdateWatch | None = None,
    ) -> tuple[Pass, Measured]:
        """One iteration.

        Args:
            run: the forward and the backward pass.
            watch: is told of the update.
        """
        regime, learning_rate = self.regime, self.regime.learning_rate
        if measures_updates:
            self._keep_parameters()
        self._forget_gradients()
        if regime.evaluates_again:
            ran, norms = self._update_evaluating(batch, watch)
        else:
            ran = run(batch)
            with _step(watch, regime):
                regime.unscale()
                norms = self._measure_gradient_norms()
                regime.update()
        moved = self._measure_updates() if measures_updates else None
        return ran, Measured(ran.loss, learning_rate, norms, self._hits(ran.output, batch), moved)

    def _update_evaluating(
        self, batch: Batch, watch: UpdateWatch | None
    ) -> tuple[Pass, Sequence[Tensor]]:
        """An update that runs the network as often as it likes; the first pass counts."""
        regime = self.regime
        first: list[tuple[Pass, Sequence[Tensor]]] = []

        def evaluate() -> Tensor:
            with nullcontext() if watch is None else watch.interrupted(regime.optimizer):
                self._forget_gradients()
                ran = self._pass(batch)
            if not first:
                first.append((ran, self._measure_gradient_norms()))
            return ran.loss

        with _step(watch, regime):
            regime.update_evaluating(evaluate)
        return first[0]

    def _pass(self, batch: Batch) -> Pass:
        ran = Pass(*self.objective.compute(*batch))
        self.regime.backward(ran.loss)
        return ran

    def _forget_gradients(self) -> None:
        # What zero_grad does, which takes ten times as long to say so to profilers.
        for parameter in self.parameters.values():
            parameter.grad = None

    def _hits(self, output: Tensor, batch: Batch) -> Hits | None:
        if self._count_hits is None:
            return None
        with watched_by_none():
            return self._count_hits(output.detach(), batch[1])

    def _measure_gradient_norms(self) -> Sequence[Tensor]:
        with watched_by_none():
            leaves = self.parameters.values()
            present = [leaf.grad for leaf in leaves if leaf.grad is not None]
            norms = l2_norms(present) if present else []
            if len(present) == len(leaves):
                return norms
            arrived = iter(norms)
            return [leaf.new_zeros(()) if leaf.grad is None else next(arrived) for leaf in leaves]

    def _keep_parameters(self) -> None:
        """Note the parameters before the update; in memory that is kept, for it is large."""
        with watched_by_none():
            now = [parameter.detach() for parameter in self.parameters.values()]
            if self._before:
                copy_into(self._before, now)
            else:
                self._before = [parameter.clone() for parameter in now]

    def _measure_updates(self) -> UpdateNorms:
        """How far the parameters have moved since `_keep_parameters`."""
        with watched_by_none():
            now = [parameter.detach() for parameter in self.parameters.values()]
            parameters = l2_norms(self._before)
            subtract_from(self._before, now)
            return UpdateNorms(l2_norms(self._before), parameters)


def _step(watch: UpdateWatch | None, regime: LiveRegime) -> AbstractContextManager[None]:
    return nullcontext() if watch is None else watch.step_of(regime.optimizer)
