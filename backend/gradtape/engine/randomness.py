"""Where all randomness of an experiment comes from: one seed, three independent sources."""

from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Randomness:
    """Independent sources; drawing from one never changes what another gives.

    Attributes:
        data: seeds the data set and the shuffling. It has no state that moves.
        parameters: fills parameters. On the CPU, so that all devices begin with the same numbers.
        training: what layers draw while training (dropout). On the experiment's device; its state
            belongs to a checkpoint.
    """

    data: np.random.SeedSequence
    parameters: torch.Generator
    training: torch.Generator


def build_randomness(seed: int, device: torch.device) -> Randomness:
    """The sources that belong to a seed. The global generators are never touched."""
    data, parameters, training = np.random.SeedSequence(seed).spawn(3)
    return Randomness(
        data=data,
        parameters=build_generator(parameters, torch.device("cpu")),
        training=build_generator(training, device),
    )


def build_generator(seed: np.random.SeedSequence, device: torch.device) -> torch.Generator:
    """A torch generator on a device, seeded with 63 bits."""
    generator = torch.Generator(device=device)
    generator.manual_seed(int(seed.generate_state(1, np.uint64)[0] >> np.uint64(1)))
    return generator
