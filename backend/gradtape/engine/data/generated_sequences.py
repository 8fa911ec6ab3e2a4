"""Sequences with what is to be said of them, as NumPy arrays: characters, and tasks for memory."""

import numpy as np
from numpy.typing import NDArray

from gradtape.spec.sequence_data import CharactersData, SequencesData

Sequences = tuple[NDArray[np.generic], NDArray[np.generic]]
"""Tokens (int64) or numbers of shape (samples, *sample shape), and classes or numbers."""


def cut_characters(data: CharactersData, source: np.random.Generator) -> Sequences:
    """Pieces of the text from places drawn at random, and the character behind each, or each's."""
    places = {character: place for place, character in enumerate(data.alphabet)}
    text = np.array([places[character] for character in data.source])
    starts = source.integers(len(text) - data.length, size=data.samples)
    pieces = text[starts[:, None] + np.arange(data.length + 1)]
    return pieces[:, :-1], pieces[:, 1:] if data.targets == "each" else pieces[:, -1]


def draw_copies(
    data: SequencesData, source: np.random.Generator, *, with_blanks: bool
) -> Sequences:
    """Symbols, then as many blanks (0); the symbols are to be said where the blanks are."""
    symbols = source.integers(1, data.symbols + 1, size=(data.samples, data.length))
    blanks = np.zeros_like(symbols)
    inputs = np.concatenate([symbols, blanks], axis=1)
    return inputs, np.concatenate([blanks, symbols], axis=1) if with_blanks else symbols


def draw_sums(data: SequencesData, source: np.random.Generator) -> Sequences:
    """Numbers from 0 to 1, two of them marked; the sum of those two."""
    numbers = source.uniform(0, 1, (data.samples, data.length))
    marked = source.random((data.samples, data.length)).argsort(axis=1)[:, :2]
    marks = np.zeros_like(numbers)
    np.put_along_axis(marks, marked, 1, axis=1)
    return np.stack([numbers, marks], axis=2), (numbers * marks).sum(axis=1, keepdims=True)
