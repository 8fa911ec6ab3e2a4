"""Images of the operator's folder: read as they are, and never trusted to be what they say."""

import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradtape import limits
from gradtape.engine.data.image_sets import VARIABLE, image_set_names, pick_images
from gradtape.engine.experiment import Experiment
from gradtape.errors import DataUnavailable
from gradtape.spec import parse_spec
from gradtape.spec.mnist_format import MnistFormatData
from tests.image_files import TRAIN, draw_images, idx_bytes, write_image_set

IMAGES, LABELS = TRAIN


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


def pick(**changes: Any) -> tuple[Any, Any]:
    fields = {"kind": "mnist_format", "images": "mnist", "samples": 40, **changes}
    return pick_images(MnistFormatData(**fields), np.random.default_rng(5))


def as_rows(pixels: Any) -> list[bytes]:
    return sorted(np.rint(255 * pixels).astype(np.uint8).tobytes() for pixels in pixels)


@pytest.mark.parametrize("compressed", [False, True])
def test_every_image_comes_with_its_own_label(folder: Path, compressed: bool) -> None:
    write_image_set(folder, compressed=compressed)
    images, labels = draw_images(40, seed=1)
    pixels, classes = pick()
    assert pixels.shape == (40, 784)
    assert (pixels.min(), pixels.max()) == (images.min() / 255, images.max() / 255)
    label_of = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    picked = np.rint(255 * pixels).astype(np.uint8)
    assert [label_of[image.tobytes()] for image in picked] == list(classes)
    assert as_rows(pixels) == sorted(label_of)


def test_the_test_part_is_another_file(folder: Path) -> None:
    write_image_set(folder)
    images, _ = draw_images(20, seed=2)
    pixels, _ = pick(part="test", samples=20, layout="images")
    assert pixels.shape == (20, 1, 28, 28)
    assert as_rows(pixels) == sorted(image.tobytes() for image in images)


def test_fewer_images_are_picked_by_the_seed(folder: Path) -> None:
    write_image_set(folder)
    data = MnistFormatData(kind="mnist_format", images="mnist", samples=9)
    first, again, other = (pick_images(data, np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert as_rows(first) != as_rows(other)


def test_an_experiment_trains_on_them(folder: Path) -> None:
    write_image_set(folder, "fashion-mnist")
    spec = parse_spec(
        {
            "device": "cpu",
            "data": {"kind": "mnist_format", "images": "fashion-mnist", "samples": 30},
            "network": {"layers": [{"kind": "linear", "out_features": 10}]},
            "loss": {"kind": "cross_entropy"},
            "optimizer": {"kind": "sgd", "lr": 0.1},
        }
    )
    experiment = Experiment(spec)
    for _ in range(20):
        experiment.train_iteration()
    loss = experiment.metrics().loss
    assert loss[0] == pytest.approx(np.log(10), abs=0.5)  # ten classes, nothing learnt yet
    assert loss[-1] < loss[0]


def test_sets_are_folders_with_plain_names_that_hold_images(folder: Path) -> None:
    write_image_set(folder, "mnist")
    write_image_set(folder, "kmnist", compressed=True)
    write_image_set(folder, "Other.Set")
    (folder / "empty").mkdir()
    (folder / "a-file").write_bytes(b"")
    assert image_set_names(folder) == ("kmnist", "mnist")
    assert image_set_names(folder / "nowhere") == image_set_names(None) == ()


def test_without_a_folder_it_is_said_who_can_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(DataUnavailable, match="gradtape serve --images FOLDER") as caught:
        pick()
    assert caught.value.path == "data.images"


def test_an_unknown_set_is_told_with_those_that_there_are(folder: Path) -> None:
    write_image_set(folder, "kmnist")
    with pytest.raises(DataUnavailable, match="no image set 'mnist'; it has kmnist"):
        pick()


def test_more_images_than_there_are_is_an_error(folder: Path) -> None:
    write_image_set(folder)
    with pytest.raises(DataUnavailable, match="40 images to train; 41 were asked for") as caught:
        pick(samples=41)
    assert caught.value.path == "data.samples"


def header(*numbers: int, dimensions: int = 3) -> bytes:
    return bytes([0, 0, 8, dimensions]) + b"".join(n.to_bytes(4, "big") for n in numbers)


WHOLE = idx_bytes(draw_images(40, seed=1)[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "begins with nothing"),
        (b"\x1f\x8b\x08\x00rest", "begins with 1f 8b 08 00"),
        (b"\x00\x00\x0d\x03" + WHOLE[4:], "begins with 00 00 0d 03"),  # floats
        (header(40, dimensions=1) + bytes(40), "begins with 00 00 08 01"),  # labels
        (header(40, 28), "ends within its header"),
        (header(40, 28, 27) + bytes(40 * 28 * 27), "has samples of shape (28, 27)"),
        (header(40, 0, 0), "has samples of shape (0, 0)"),
        (WHOLE[:-1], "fewer bytes than its header says"),
        (WHOLE + b"\0", "more bytes than its header says"),
        (header(2**32 - 1, 28, 28), "holds 3,367,254,359,280 bytes; 134,217,728 are allowed"),
        (header(0, 28, 28), "0 images and 40 labels"),
    ],
)
def test_a_damaged_or_hostile_file_is_refused_in_words(
    folder: Path, content: bytes, message: str
) -> None:
    place = write_image_set(folder)
    (place / IMAGES).write_bytes(content)
    with pytest.raises(DataUnavailable) as caught:
        pick()
    assert message in caught.value.message
    assert str(folder) not in caught.value.message


@pytest.mark.parametrize("cut", [1, 9, 12, 400])
def test_a_compressed_file_that_is_cut_short_is_refused(folder: Path, cut: int) -> None:
    place = write_image_set(folder, compressed=True)
    whole = (place / f"{IMAGES}.gz").read_bytes()
    (place / f"{IMAGES}.gz").write_bytes(whole[:-cut])
    with pytest.raises(DataUnavailable, match=r"train-images-idx3-ubyte\.gz"):
        pick()


def test_of_a_compressed_file_no_more_is_unpacked_than_its_header_says(folder: Path) -> None:
    place = write_image_set(folder, compressed=True)
    bomb = gzip.compress(WHOLE + bytes(limits.MAX_IMAGE_FILE_BYTES))
    (place / f"{IMAGES}.gz").write_bytes(bomb)
    with pytest.raises(DataUnavailable, match="more bytes than its header says"):
        pick()


def test_labels_have_to_be_classes_and_as_many_as_images(folder: Path) -> None:
    place = write_image_set(folder)
    (place / LABELS).write_bytes(idx_bytes(np.full(40, 10, np.uint8)))
    with pytest.raises(DataUnavailable, match="a label 10; they go from 0 to 9"):
        pick()
    (place / LABELS).write_bytes(idx_bytes(np.zeros(39, np.uint8)))
    with pytest.raises(DataUnavailable, match="40 images and 39 labels"):
        pick()


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(folder: Path) -> None:
    place = write_image_set(folder)
    (place / LABELS).unlink()
    os.mkfifo(place / LABELS)
    with pytest.raises(DataUnavailable, match="is not there"):
        pick()
