"""The forward pass alone, recorded: for a network that nothing can be learned with yet."""

from gradtape.engine.data.datasets import build_dataset
from gradtape.engine.devices import choose_device
from gradtape.engine.network.network import build_network
from gradtape.engine.randomness import build_randomness
from gradtape.engine.recorder.recorder import Recorder
from gradtape.engine.recorder.recording import Recording
from gradtape.engine.training.learner import TORCH_ERRORS
from gradtape.errors import RecordingFailed
from gradtape.spec import ExperimentSpec


def record_forward_pass(spec: ExperimentSpec) -> Recording:
    """Run the network on the first batch, and nothing after it: no loss, no backward, no update.

    The numbers are those of the forward pass in iteration 0 of an experiment. The spec's loss and
    optimizer are not looked at, and the network may have no parameters.

    Raises:
        DeviceUnavailable: the spec names a device that is not there.
        RecordingFailed: torch could not compute it.
    """
    device = choose_device(spec.device, spec.dtype)
    randomness = build_randomness(spec.seed, device)
    dataset = build_dataset(spec, seed=randomness.data, device=device)
    inputs, _ = dataset.batch(0, spec.batch_size)
    network = build_network(spec, randomness=randomness, device=device)
    recorder = Recorder(network, tensors={"input": inputs})
    try:
        with recorder:
            output = network(inputs)
    except TORCH_ERRORS as error:
        raise RecordingFailed(f"forward pass: {error}") from error
    return recorder.finish(output=output)
