"""Ten tapes of the zoo against stored ones: wiring exactly, numbers to five digits."""

import math
from collections.abc import Iterator
from typing import Any

import pytest

from tests.zoo.golden import FOLDER, GOLDEN, golden_tape, load

MANY = 12
"""Differences told; more of them say no more."""


@pytest.mark.parametrize("name", GOLDEN)
def test_a_tape_is_still_the_golden_one(name: str) -> None:
    found = list(differences(load(name), golden_tape(name)))
    assert not found, "\n".join(
        [
            f"the tape of {name} is another one:",
            *found[:MANY],
            *([f"… and {len(found) - MANY} more"] if len(found) > MANY else []),
            "If that is meant: `make golden`, and read the diff.",
        ]
    )


def test_each_stored_tape_is_one_of_the_ten() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(GOLDEN)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ops": [{"name": "aten.mul"}]}, "ops[0].name: 'aten.add' → 'aten.mul'"),
        ({"ops": []}, "ops: 1 → 0 entries"),
        ({"ops": [{"name": "aten.add", "values": [1.1]}]}, "ops[0].values: missing → [1.1]"),
    ],
)
def test_a_difference_tells_where_it_is_and_what_was_there(changed: Any, told: str) -> None:
    assert list(differences({"ops": [{"name": "aten.add"}]}, changed)) == [told]


def test_numbers_may_differ_in_the_sixth_digit_only() -> None:
    assert list(differences([1.23456, 0.0], [1.23457, 1e-9])) == []
    assert list(differences([1.23456], [1.2347])) == ["[0]: 1.23456 → 1.2347"]
    assert list(differences([1], [1.0])) == []


def differences(stored: Any, found: Any, path: str = "") -> Iterator[str]:
    """What is not the same in two JSON values: `path: stored → found`."""
    if isinstance(stored, dict) and isinstance(found, dict):
        for key in {**stored, **found}:
            where = f"{path}.{key}" if path else key
            if key in stored and key in found:
                yield from differences(stored[key], found[key], where)
            else:
                yield f"{where}: {stored.get(key, 'missing')} → {found.get(key, 'missing')}"
    elif isinstance(stored, list) and isinstance(found, list):
        if len(stored) != len(found):
            yield f"{path}: {len(stored)} → {len(found)} entries"
        for number, (one, other) in enumerate(zip(stored, found, strict=False)):
            yield from differences(one, other, f"{path}[{number}]")
    elif not same(stored, found):
        yield f"{path}: {stored!r} → {found!r}"


def same(stored: Any, found: Any) -> bool:
    if isinstance(stored, float) and isinstance(found, float):
        return math.isclose(stored, found, rel_tol=1e-5, abs_tol=1e-7)
    return stored == found
