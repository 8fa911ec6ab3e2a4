"""What is known of a run when it is diagnosed."""

import math
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from gradtape.engine.diagnosis.layer_reading import LayerReading, read_layers
from gradtape.engine.recorder.recording import Recording
from gradtape.spec import ExperimentSpec
from gradtape.tape.metrics import Metrics


@dataclass(frozen=True)
class Observation:
    """What detectors look at; each part is None where it is not known.

    Attributes:
        spec: what was asked for; None of a user's own code.
        metrics: of all iterations that ran.
        recording: the one to look at, as a rule the latest.
        targets: of all samples that are trained on.
    """

    spec: ExperimentSpec | None = None
    metrics: Metrics | None = None
    recording: Recording | None = None
    targets: Tensor | None = None

    @cached_property
    def layers(self) -> tuple[LayerReading, ...]:
        """The layers of the recording in the order in which they ran; none without a recording."""
        if self.recording is None:
            return ()
        return read_layers(self.recording, only_top=self.spec is not None)

    @cached_property
    def learning_layers(self) -> tuple[LayerReading, ...]:
        """The layers up to the last one that learns: behind it the loss begins."""
        learning = [place for place, layer in enumerate(self.layers) if layer.parameters]
        return self.layers[: learning[-1] + 1] if learning else ()

    @property
    def iteration(self) -> int:
        """Of the recording."""
        return 0 if self.recording is None else self.recording.iteration

    @property
    def last_iteration(self) -> int:
        """The latest that ran."""
        return self.metrics.iteration[-1] if self.metrics and self.metrics.iteration else 0

    @property
    def first_lost(self) -> tuple[int, float] | None:
        """The first iteration without a finite loss, and that loss."""
        if self.metrics is None:
            return None
        rows = zip(self.metrics.iteration, self.metrics.loss, strict=True)
        return next(((row, loss) for row, loss in rows if not math.isfinite(loss)), None)

    @property
    def learns_on_batches(self) -> bool:
        """Whether an iteration sees a part of the data only, or sees it varied by chance."""
        spec = self.spec
        if spec is None:
            return True
        varied = not spec.augmentation.is_off or any(
            layer.kind == "dropout" for layer in spec.network.layers
        )
        return varied or (spec.batch_size or spec.training_samples) < spec.training_samples

    def feeder_of(self, layer: LayerReading) -> LayerReading | None:
        """The nearest layer before it that learns."""
        before = self.layers[: self.layers.index(layer)]
        return next((each for each in reversed(before) if each.parameters), None)
