import numpy as np
import torch

from gradtape.engine.randomness import build_randomness
from gradtape.spec import examples
from tests.engine.built_parts import CPU, build_parts


def draw(generator: torch.Generator) -> list[float]:
    return torch.rand(4, generator=generator).tolist()


def test_one_seed_gives_the_same_sources_every_time() -> None:
    first, second = build_randomness(7, CPU), build_randomness(7, CPU)
    assert draw(first.parameters) == draw(second.parameters)
    assert draw(first.training) == draw(second.training)
    assert first.data.generate_state(4).tolist() == second.data.generate_state(4).tolist()


def test_the_sources_of_one_seed_differ_from_each_other() -> None:
    sources = build_randomness(7, CPU)
    assert draw(sources.parameters) != draw(sources.training)


def test_neighbouring_seeds_have_nothing_in_common() -> None:
    drawn = [draw(build_randomness(seed, CPU).parameters) for seed in range(20)]
    assert len(set(map(tuple, drawn))) == 20


def test_the_largest_seed_is_taken() -> None:
    build_randomness(2**63 - 1, CPU)


def test_no_example_touches_the_global_generators() -> None:
    before = torch.get_rng_state()
    numpy_before = np.random.get_state()[1].tolist()  # type: ignore[index]
    for example in examples().values():
        build_parts(example.spec).train(2)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.random.get_state()[1].tolist() == numpy_before  # type: ignore[index]
