import pytest
import torch

from gradtape.engine.devices import choose_device, torch_dtype
from gradtape.errors import DeviceUnavailable


def pretend(monkeypatch: pytest.MonkeyPatch, *, cuda: int, mps: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("cuda", "mps", "dtype", "expected"),
    [
        (2, True, "float32", "cuda"),
        (0, True, "float32", "mps"),
        (0, True, "float64", "cpu"),
        (0, False, "float32", "cpu"),
    ],
)
def test_auto_takes_the_best_that_is_there(
    monkeypatch: pytest.MonkeyPatch, cuda: int, mps: bool, dtype: str, expected: str
) -> None:
    pretend(monkeypatch, cuda=cuda, mps=mps)
    assert choose_device("auto", dtype).type == expected


@pytest.mark.parametrize(
    ("name", "cuda", "words"),
    [
        ("cuda", 0, "there is no CUDA"),
        ("cuda:2", 2, "this machine has 2 CUDA devices, from cuda:0"),
        ("mps", 0, "this machine has no MPS"),
    ],
)
def test_a_device_that_is_asked_for_and_absent_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch, name: str, cuda: int, words: str
) -> None:
    pretend(monkeypatch, cuda=cuda, mps=False)
    with pytest.raises(DeviceUnavailable) as caught:
        choose_device(name)
    assert words in caught.value.message
    assert caught.value.path == "device"


def test_a_device_that_is_asked_for_and_there_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cuda=2, mps=True)
    assert choose_device("cuda:1") == torch.device("cuda", 1)
    assert choose_device("mps").type == "mps"
    assert choose_device("cpu").type == "cpu"


def test_precisions_are_torchs() -> None:
    assert torch_dtype("float32") is torch.float32
    assert torch_dtype("float64") is torch.float64
