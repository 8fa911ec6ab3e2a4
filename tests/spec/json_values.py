"""Strategies for values as JSON parsers give them, and for specs that are nearly right."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from gradtape.spec import examples

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, -1, 0, 1])
    # 5,000 digits are more than Python turns into text.
    | st.sampled_from([400, 5_000]).map(lambda digits: -(10**digits))
    | st.sampled_from([400, 5_000]).map(lambda digits: 10**digits)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(alphabet=st.characters(), max_size=8)
    | st.sampled_from(["\ud800", "", "linear", "relu", "auto", "kind", "input", "NaN", "fc1"])
)
KEYS = st.text(alphabet=st.characters(), max_size=6) | st.sampled_from(
    ["kind", "name", "inputs", "shares", "x", "y", "\ud800", "__class__", "network"]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def places_in(value: Any) -> list[tuple[Any, ...]]:
    """The steps to every value inside nested lists and objects."""
    found: list[tuple[Any, ...]] = []
    waiting: list[tuple[tuple[Any, ...], Any]] = [((), value)]
    while waiting:
        steps, here = waiting.pop()
        found.append(steps)
        if isinstance(here, dict | list):
            inner = here.items() if isinstance(here, dict) else enumerate(here)
            waiting.extend(((*steps, step), child) for step, child in inner)
    return found


def replace_at(value: Any, steps: tuple[Any, ...], replacement: Any) -> Any:
    """A copy with one value inside replaced."""
    if not steps:
        return replacement
    changed = deepcopy(value)
    here = changed
    for step in steps[:-1]:
        here = here[step]
    here[steps[-1]] = replacement
    return changed


@st.composite
def damaged_specs(draw: st.DrawFn) -> Any:
    """An example with up to three values replaced by anything."""
    raw = draw(st.sampled_from([each.spec for each in examples().values()])).model_dump(mode="json")
    for _ in range(draw(st.integers(1, 3))):
        raw = replace_at(raw, draw(st.sampled_from(places_in(raw))), draw(JSON))
    return raw
