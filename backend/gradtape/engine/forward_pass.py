"""The forward pass alone, recorded: for a network that nothing can be learned with yet."""

from gradtape.engine.datasets import build_dataset
from gradtape.engine.devices import choose_device
from gradtape.engine.experiment import TORCH_ERRORS
from gradtape.engine.network import build_network
from gradtape.engine.randomness import build_randomness
from gradtape.engine.recorder import Recorder
from gradtape.engine.recording import Recording
from gradtape.errors import RecordingFailed
from gradtape.spec import ExperimentSpec
from gradtape.tape.structure import Structure

FLOATING = ("float32", "float64")
REASON = "no backward pass was run"  # as the recorder says it of parameters


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
    recording = recorder.finish(output=output)
    recording.structure = _with_gradients_missing(recording.structure)
    return recording


def _with_gradients_missing(structure: Structure) -> Structure:
    """The same structure, in which results say that the backward pass is what they lack.

    The recorder tells by the nodes that the backward pass reaches which results require a
    gradient. Here it reaches none, so that follows from the operands.
    """
    requiring = {tensor.id for tensor in structure.tensors if tensor.requires_grad}
    for op in structure.ops:
        if not op.bookkeeping and requiring.intersection(op.operands):
            requiring.update(op.results)
    missing = {"requires_grad": True, "is_leaf": False, "why_no_gradient": REASON}
    tensors = tuple(
        tensor.model_copy(update=missing)
        if tensor.op is not None and tensor.id in requiring and tensor.dtype in FLOATING
        else tensor
        for tensor in structure.tensors
    )
    return structure.model_copy(update={"tensors": tensors})
