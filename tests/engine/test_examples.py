import math

import pytest

from gradtape.engine.experiment import Experiment
from gradtape.spec import examples
from tests.engine.built_parts import build_parts

MEANT_TO_FAIL = {"vanishing"}


@pytest.mark.parametrize("key", sorted(examples().keys() - MEANT_TO_FAIL))
def test_an_example_learns(key: str) -> None:
    losses = build_parts(examples()[key].spec).train(200)
    assert sum(losses[-10:]) < 0.3 * sum(losses[:10])


def test_the_vanishing_example_stays_at_the_entropy_of_a_coin() -> None:
    losses = build_parts(examples()["vanishing"].spec).train(200)
    assert losses[-10:] == pytest.approx([math.log(2)] * 10, abs=1e-3)


def test_the_two_layer_example_falls_below_a_hundredth_in_500_iterations() -> None:
    assert build_parts(examples()["two-layer"].spec).train(501)[-1] < 1e-2


def test_an_example_gives_the_same_losses_every_time() -> None:
    spec = examples()["digits-conv"].spec
    assert build_parts(spec).train(5) == build_parts(spec).train(5)


@pytest.mark.parametrize("key", examples())
def test_an_epoch_has_as_many_iterations_as_its_spec_says(key: str) -> None:
    spec = examples()[key].spec.model_copy(update={"batch_size": 7})
    assert Experiment(spec).batches_per_epoch == spec.iterations_per_epoch
