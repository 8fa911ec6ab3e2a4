"""`save("run.tape")` and `load`: every number comes back, and no file does harm."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

import gradtape
from gradtape.engine.recorder.structure_builder import BuiltStructure
from gradtape.errors import InvalidTapeFile, UnknownTensor
from tests.library.networks import Training, bits

OF_THE_FILE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150
)
WHAT_TORCH_HAS = {
    "float64": torch.tensor([1 / 3, -0.0, float("nan"), float("-inf"), 5e-324]),
    "float32": torch.tensor([1e-45, 3.4e38]),
    "bfloat16": torch.tensor([1.0, 3.14], dtype=torch.bfloat16),
    "float16": torch.tensor([65504.0, 6e-8], dtype=torch.float16),
    "complex64": torch.tensor([1 + 2j, complex("nan")], dtype=torch.complex64),
    "complex128": torch.tensor([[1 + 2j], [1e300j]], dtype=torch.complex128),
    "a conjugate": torch.tensor([1 + 2j], dtype=torch.complex128).conj(),
    "float8": torch.tensor([1.0, 2.0]).to(torch.float8_e4m3fn),
    "bool": torch.tensor([[True, False]]),
    "int64": torch.tensor([2**62 + 1, -(2**63)]),
    "uint8": torch.arange(256, dtype=torch.uint8),
    "empty": torch.empty(0, 3),
    "scalar": torch.tensor(2.5, dtype=torch.float64),
    "complex scalar": torch.tensor(2.5 - 1j, dtype=torch.complex128),
    "large": torch.arange(20_000.0, dtype=torch.float64).reshape(100, 200),
    "transposed": torch.arange(6.0).reshape(2, 3).t(),
    "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 5),
}


def saved(tape: gradtape.Tape, folder: Path) -> gradtape.Tape:
    """Written and read again."""
    tape.save(folder / "run.tape")
    return gradtape.load(folder / "run.tape")


@pytest.mark.parametrize("kind", WHAT_TORCH_HAS)
def test_numbers_of_every_kind_come_back_bit_for_bit(kind: str, tmp_path: Path) -> None:
    given_tensor = WHAT_TORCH_HAS[kind]
    with gradtape.record() as tape:
        # A view that keeps each type: few operations do.
        seen = given_tensor.view(given_tensor.shape)
    back = saved(tape, tmp_path)
    value = back.value("given_tensor")
    assert value.dtype is given_tensor.dtype
    assert value.shape == given_tensor.shape
    assert bits(value.resolve_conj()) == bits(given_tensor.resolve_conj())
    assert back.to_dict(values="blob") == tape.to_dict(values="blob")
    assert seen.shape == value.shape


def test_a_loaded_tape_says_what_it_said_before(tmp_path: Path) -> None:
    training = Training()
    with gradtape.record(training.network, every=2) as tape:
        for _ in range(5):
            training.step()
    back = saved(tape, tmp_path)
    assert back.iterations == tape.iterations == [0, 2, 4]
    assert (back.name, back.losses, repr(back)) == (tape.name, tape.losses, repr(tape))
    for iteration in tape.iterations:
        for values in (None, "inline", "blob"):
            before = tape.to_dict(values=values, iteration=iteration)
            assert back.to_dict(values=values, iteration=iteration) == before
        structure = tape.recording(iteration).structure
        for tensor in (each for each in structure.tensors if each.slot is not None):
            before = tape.value(tensor.id, iteration=iteration)
            assert bits(back.value(tensor.id, iteration=iteration)) == bits(before)
    assert str(back.summary()) == str(tape.summary())
    assert back.why_no_gradient("0.weight") is None


def test_a_loaded_tape_can_be_saved_again_to_the_same_bytes(tmp_path: Path) -> None:
    training = Training()
    with gradtape.record(training.network) as tape:
        training.step()
    back = saved(tape, tmp_path)
    back.save(tmp_path / "again.tape")
    assert (tmp_path / "again.tape").read_bytes() == (tmp_path / "run.tape").read_bytes()


def test_large_tensors_and_bad_numbers_and_their_statistics_come_back(tmp_path: Path) -> None:
    x = torch.linspace(-1, 1, 9_999, requires_grad=True)
    with gradtape.record() as tape:
        x.log().sum().backward()
    back = saved(tape, tmp_path)
    assert back.to_dict(values="inline") == tape.to_dict(values="inline")
    assert back.first_bad_number().message == tape.first_bad_number().message
    assert back.to_dict()["frame"]["statistics"]


def test_a_sparse_gradient_stays_out_of_the_file_and_that_is_said(tmp_path: Path) -> None:
    table = nn.Embedding(5, 2, sparse=True)
    with gradtape.record(table) as tape:
        table(torch.tensor([1])).sum().backward()
    assert tape.gradient("weight").is_sparse
    back = saved(tape, tmp_path)
    assert torch.equal(back.value("weight"), tape.value("weight"))
    with pytest.raises(UnknownTensor, match="the tape has no numbers of"):
        back.gradient("weight")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidTapeFile, match=r"no\.tape cannot be read: No such file"):
        gradtape.load(tmp_path / "no.tape")


def test_a_folder_is_no_tape(tmp_path: Path) -> None:
    with pytest.raises(InvalidTapeFile, match="cannot be read"):
        gradtape.load(tmp_path)


def test_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
            return (Path.touch, (tmp_path / "ran",))

    (tmp_path / "run.tape").write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(InvalidTapeFile, match="is no tape"):
        gradtape.load(tmp_path / "run.tape")
    torch.save({"a": Hostile()}, tmp_path / "zip.tape")
    with pytest.raises(InvalidTapeFile, match="is no tape"):
        gradtape.load(tmp_path / "zip.tape")
    assert not (tmp_path / "ran").exists()


@pytest.fixture(scope="module")
def file_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small tape of two iterations."""
    path = tmp_path_factory.mktemp("tape") / "run.tape"
    w = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    with gradtape.record(every=1) as tape:
        for _ in range(2):
            w.grad = None
            loss = (w * w).exp().sum() + torch.zeros(0).sum()
            loss.backward()
            tape.end_iteration()
    tape.save(path)
    return path.read_bytes()


def read_all(path: Path) -> None:
    """Everything that a tape tells."""
    tape = gradtape.load(path)
    for number in tape.iterations:
        tape.to_dict(values="inline", iteration=number)
        tape.to_dict(values="blob", iteration=number)
        tape.first_bad_number(iteration=number)
        str(tape.summary(iteration=number))
    repr(tape)


def is_refused(path: Path, data: bytes) -> bool:
    """Whether it is refused; if not, it must be readable through and through."""
    path.write_bytes(data)
    try:
        read_all(path)
    except InvalidTapeFile:
        return True
    return False


def parts_of(data: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def with_header(header: object, rest: bytes) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + rest


def test_the_file_is_plain_safetensors(file_bytes: bytes) -> None:
    header, _ = parts_of(file_bytes)
    assert json.loads(header["__metadata__"]["gradtape"])["format"] == 1
    assert safetensors.torch.load(file_bytes)["0/0"].dtype is torch.float64


def test_a_file_that_is_cut_short_anywhere_is_refused(file_bytes: bytes, tmp_path: Path) -> None:
    ends = [*range(64), *range(64, len(file_bytes), 97), len(file_bytes) - 1]
    assert all(is_refused(tmp_path / "cut.tape", file_bytes[:end]) for end in ends)


@OF_THE_FILE
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_bit_that_flipped_is_refused_or_is_a_number(
    file_bytes: bytes, tmp_path: Path, place: float, bit: int
) -> None:
    changed = bytearray(file_bytes)
    changed[int(place * len(changed))] ^= 1 << bit
    is_refused(tmp_path / "flip.tape", bytes(changed))


@OF_THE_FILE
@given(data=st.binary(max_size=400))
def test_any_bytes_are_refused(tmp_path: Path, data: bytes) -> None:
    assert is_refused(tmp_path / "any.tape", data)
    assert is_refused(tmp_path / "any.tape", len(data).to_bytes(8, "little") + data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@OF_THE_FILE
@given(
    header=JSON,
    key=st.sampled_from(["gradtape", "structures", "format", "roots", "iterations"]),
    value=JSON,
)
def test_any_json_in_the_header_is_refused(
    file_bytes: bytes, tmp_path: Path, header: object, key: str, value: object
) -> None:
    path = tmp_path / "json.tape"
    whole, rest = parts_of(file_bytes)
    assert is_refused(path, with_header(header, rest))
    note = json.loads(whole["__metadata__"]["gradtape"])
    if key == "gradtape":
        whole["__metadata__"][key] = json.dumps(value)
    else:
        whole["__metadata__"]["gradtape"] = json.dumps({**note, key: value})
    if note.get(key) != value:
        assert is_refused(path, with_header(whole, rest))


ODD_NUMBERS = st.sampled_from(
    [-1, -(2**63), 10**6, 2**31, 2**63, 2**64, 10**40, 0, 1, 2, 1.0, 1e300]
)


def hostile(structure: dict[str, Any], places: list[Any], number: object) -> dict[str, Any]:
    """The structure with one of its numbers replaced."""
    changed = orjson.loads(orjson.dumps(structure))
    inner = changed
    for place in places[:-1]:
        inner = inner[place]
    inner[places[-1]] = number
    return changed


def numbers_in(value: Any, places: tuple[Any, ...] = ()) -> list[list[Any]]:
    """The way to each number of a JSON value."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [way for key, each in items for way in numbers_in(each, (*places, key))]
    return [list(places)] if isinstance(value, int | None) else []


def with_structure(data: bytes, change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    """A file whose only structure is another one, with a hash that fits it."""
    header, rest = parts_of(data)
    note = json.loads(header["__metadata__"]["gradtape"])
    ((old, rows),) = note["structures"].items()
    rows = change(rows)
    del rows["hash"]
    new = hash_of(json.dumps(rows))
    note["structures"] = {new: {"hash": new, **rows}}
    note = json.dumps(note).replace(old, new)
    return with_header({**header, "__metadata__": {"gradtape": note}}, rest)


def hash_of(body: str) -> str:
    # As the reader will see it: numbers beyond 64 bits become floats.
    rows = orjson.loads(body)
    empty = {"slots": [], "loss": None}
    built = BuiltStructure.__new__(BuiltStructure)
    try:
        built.__init__(rows if isinstance(rows, dict) else empty, None, [], None)  # type: ignore[arg-type]
    except (KeyError, TypeError):  # nested too deep
        return "0" * 32
    return built.hash


def test_a_structure_with_its_right_hash_is_accepted(file_bytes: bytes, tmp_path: Path) -> None:
    assert not is_refused(tmp_path / "same.tape", with_structure(file_bytes, lambda rows: rows))


def test_a_structure_that_was_changed_without_its_hash_is_refused(
    file_bytes: bytes, tmp_path: Path
) -> None:
    changed = file_bytes.replace(b"aten.exp", b"aten.sin")
    assert changed != file_bytes
    assert is_refused(tmp_path / "changed.tape", changed)


@settings(OF_THE_FILE, max_examples=600)
@given(where=st.integers(0, 10**9), number=ODD_NUMBERS)
def test_a_hostile_number_anywhere_in_a_structure_is_refused_or_harmless(
    file_bytes: bytes, tmp_path: Path, where: int, number: object
) -> None:
    def change(rows: dict[str, Any]) -> dict[str, Any]:
        ways = numbers_in({key: each for key, each in rows.items() if key != "hash"})
        return hostile(rows, ways[where % len(ways)], number)

    is_refused(tmp_path / "hostile.tape", with_structure(file_bytes, change))


@pytest.mark.parametrize(
    ("path", "number"),
    [
        (["ops", 0, "results", 0], 10**6),
        (["tensors", 0, "slot"], 77),
        (["tensors", 0, "shape", 0], 2**40),
        (["slots", 0, "offset"], 2**40),
        (["slots", 0, "count"], 2**40),
        (["slots", 0, "steps", 0], 0),
        (["calls", 0, "end_op"], 10**6),
        (["events", 0, "subject"], -1),
        (["loss"], -1),
        (["edges", 0, "target"], 10**6),
    ],
)
def test_ids_and_lengths_out_of_range_are_refused(
    file_bytes: bytes, tmp_path: Path, path: list[Any], number: int
) -> None:
    data = with_structure(file_bytes, lambda rows: hostile(rows, path, number))
    assert is_refused(tmp_path / "range.tape", data)


@pytest.mark.parametrize("roots", [[], [0] * 500, [-1], [10**30], ["0"], None])
def test_roots_that_lead_elsewhere_are_refused(
    file_bytes: bytes, tmp_path: Path, roots: object
) -> None:
    header, rest = parts_of(file_bytes)
    note = json.loads(header["__metadata__"]["gradtape"])
    (key,) = note["roots"]
    if isinstance(roots, list) and len(roots) == 1:
        roots = roots * len(note["roots"][key])
    note["roots"][key] = roots
    header["__metadata__"]["gradtape"] = json.dumps(note)
    assert is_refused(tmp_path / "roots.tape", with_header(header, rest))


def test_numbers_of_another_type_than_the_structure_says_are_refused(
    file_bytes: bytes, tmp_path: Path
) -> None:
    header, rest = parts_of(file_bytes)
    assert header["0/0"]["dtype"] == "F64"
    header["0/0"]["dtype"] = "I64"
    assert is_refused(tmp_path / "type.tape", with_header(header, rest))
    del header["0/0"]
    assert is_refused(tmp_path / "type.tape", with_header(header, rest))


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 2**32, 100_000_001])
def test_a_huge_length_is_refused_at_once(file_bytes: bytes, tmp_path: Path, length: int) -> None:
    assert is_refused(tmp_path / "long.tape", length.to_bytes(8, "little") + file_bytes[8:])


def test_a_header_that_is_nested_without_end_is_refused(file_bytes: bytes, tmp_path: Path) -> None:
    for deep in (b"[" * 100_000, b'{"a":' * 100_000):
        assert is_refused(tmp_path / "deep.tape", len(deep).to_bytes(8, "little") + deep)

    def nest(rows: dict[str, Any]) -> dict[str, Any]:
        value: Any = 1
        for _ in range(300):
            value = [value]
        return hostile(rows, ["ops", 0, "constants", "x"], value)

    is_refused(tmp_path / "deep.tape", with_structure(file_bytes, nest))


def test_what_a_file_says_is_json_of_the_recording(file_bytes: bytes, tmp_path: Path) -> None:
    (tmp_path / "run.tape").write_bytes(file_bytes)
    tape = gradtape.load(tmp_path / "run.tape")
    header, _ = parts_of(file_bytes)
    note = json.loads(header["__metadata__"]["gradtape"])
    assert [tape.to_dict()["structure"]] == list(note["structures"].values())
