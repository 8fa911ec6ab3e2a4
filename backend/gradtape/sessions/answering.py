"""Answers to questions, made where the experiment is."""

import orjson

from gradtape import limits
from gradtape.engine.diagnosis.diagnosis import diagnose_experiment
from gradtape.engine.experiment import Experiment
from gradtape.engine.layer_statistics import thin_evenly
from gradtape.engine.recorder.recording import Recording
from gradtape.errors import LimitExceeded
from gradtape.exports.graph_dot import write_graph_dot
from gradtape.exports.origin import Origin
from gradtape.exports.parameters import write_parameters
from gradtape.exports.replay_composition import replay_experiment
from gradtape.exports.replay_packing import pack_document
from gradtape.sessions.questions import (
    Answer,
    BlobQuestion,
    BranchQuestion,
    DiagnosisQuestion,
    DotQuestion,
    LayersQuestion,
    MetricsQuestion,
    OriginQuestion,
    ParametersQuestion,
    Question,
    ReplayQuestion,
    TapeQuestion,
    TimesQuestion,
    ValuesForm,
    ValuesQuestion,
)
from gradtape.tape.codec import encode_tape, encode_values
from gradtape.tape.finding import FINDINGS
from gradtape.tape.layers import LayerHistory
from gradtape.tape.structure import Tensor


def answer_question(experiment: Experiment, question: Question) -> Answer:
    """The answer; the experiment is left as it stands.

    Raises:
        GradtapeError: there is no such iteration, tensor or slice.
    """
    match question:
        case TapeQuestion():
            recording = experiment.recording(question.iteration)
            known = recording.built.hash == question.known_structure
            return answer_tape(recording, question.values, known=known)
        case BlobQuestion():
            return _answer_blob(experiment.recording(question.iteration))
        case TimesQuestion():
            return Answer(experiment.time_ops(question.iteration).model_dump_json().encode())
        case ValuesQuestion():
            return _answer_values(experiment.recording(question.iteration), question)
        case MetricsQuestion() | LayersQuestion() | DiagnosisQuestion():
            return Answer(_tell_of_training(experiment, question))
        case DotQuestion() | ParametersQuestion():
            return Answer(_write_file(experiment, question))
        case OriginQuestion():
            return Answer(_tell_origin(experiment).model_dump_json().encode())
        case BranchQuestion():
            return _answer_branch(experiment, question.iteration)
        case ReplayQuestion():
            return _answer_replay(experiment)


def answer_tape(
    recording: Recording, values: ValuesForm | None = None, *, known: bool = False
) -> Answer:
    """A whole tape: JSON, and its blob.

    Args:
        values: how the numbers stand in the JSON; None: they do not.
        known: leave the structure out, unless numbers have to stand in it.
    Raises:
        LimitExceeded: too many numbers for one answer.
    """
    structure, frame = recording.built.json, recording.frame
    if values == "inline":
        shown = [tensor for tensor in recording.structure.tensors if tensor.slot is not None]
        _check_value_count(sum(_count_values(tensor) for tensor in shown))
        numbers = {tensor.id: recording.values(tensor.id) for tensor in shown}
        return Answer(encode_tape(structure, frame, numbers), frame.blob)
    told = None if known else structure
    return Answer(encode_tape(told, frame, with_blob=values == "blob"), frame.blob)


def _answer_blob(recording: Recording) -> Answer:
    frame = recording.frame
    facts = {"iteration": frame.iteration, "structure_hash": frame.structure_hash}
    return Answer(orjson.dumps(facts), frame.blob)


def _answer_values(recording: Recording, question: ValuesQuestion) -> Answer:
    number = recording.find(question.tensor)
    values = recording.values(number, question.slice)
    facts = {
        "iteration": recording.iteration,
        "tensor": number,
        "shape": values.shape,
        "dtype": str(values.dtype),
    }
    if question.as_blob:
        little_endian = values.astype(values.dtype.newbyteorder("<"), copy=False)
        return Answer(orjson.dumps(facts), little_endian.tobytes())
    _check_value_count(values.size)
    return Answer(orjson.dumps({**facts, "values": orjson.Fragment(encode_values(values))}))


def _tell_of_training(
    experiment: Experiment, question: MetricsQuestion | LayersQuestion | DiagnosisQuestion
) -> bytes:
    match question:
        case MetricsQuestion():
            return experiment.metrics(question.since).model_dump_json().encode()
        case LayersQuestion():
            return _tell_layers(experiment, question.iterations).model_dump_json().encode()
        case DiagnosisQuestion():
            return FINDINGS.dump_json(diagnose_experiment(experiment))


def _tell_layers(experiment: Experiment, iterations: tuple[int, ...] | None) -> LayerHistory:
    if iterations is None:
        iterations = thin_evenly(experiment.recorded_iterations, limits.MAX_LAYER_ITERATIONS)
    asked = sorted(set(iterations))
    return LayerHistory(iterations=tuple(experiment.layers(number) for number in asked))


def _write_file(experiment: Experiment, question: DotQuestion | ParametersQuestion) -> bytes:
    if isinstance(question, DotQuestion):
        return _write_dot(experiment, question.iteration)
    return _write_parameters(experiment, question.iteration)


def _write_dot(experiment: Experiment, iteration: int | None) -> bytes:
    structure = experiment.recording(iteration).structure
    if len(structure.nodes) > limits.MAX_TORCHVIZ_NODES:
        return write_graph_dot(structure)
    # Few sessions draw: torchviz brings a tenth of a second of imports, which the others need not.
    from gradtape.exports.autograd_dot import write_autograd_dot

    with experiment.forward_again(iteration) as (loss, parameters):
        return write_autograd_dot(loss, parameters)


def _write_parameters(experiment: Experiment, iteration: int | None) -> bytes:
    spec = experiment.spec
    recording = experiment.recording(iteration)
    return write_parameters(recording, name=spec.name or "", spec=spec.model_dump_json())


def _tell_origin(experiment: Experiment) -> Origin:
    return Origin(
        spec=experiment.spec,
        iterations=experiment.iteration,
        device=experiment.device,
        changed=experiment.changed,
    )


def _answer_branch(experiment: Experiment, iteration: int | None) -> Answer:
    snapshot = experiment.to_branch(iteration)
    before = experiment.iteration if iteration is None else iteration
    return Answer(orjson.dumps({"iteration": before}), snapshot)


def _answer_replay(experiment: Experiment) -> Answer:
    document = replay_experiment(experiment)
    facts = {"name": document.name, "has_curves": document.has_curves}
    return Answer(orjson.dumps(facts), pack_document(document))


def _count_values(tensor: Tensor) -> int:
    count = 1
    for size in tensor.shape:
        count *= size
    return count


def _check_value_count(count: int) -> None:
    if count > limits.MAX_RESPONSE_VALUES:
        raise LimitExceeded(
            f"This answer would hold {count} numbers as text; {limits.MAX_RESPONSE_VALUES} are "
            "allowed. Ask for a slice, or for the blob.",
            limit="MAX_RESPONSE_VALUES",
            asked=count,
            allowed=limits.MAX_RESPONSE_VALUES,
        )
