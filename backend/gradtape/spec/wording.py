"""How problems speak: received values in short, paths, and the nearest known name."""

import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from gradtape.errors import InvalidValue

SHOWN_CHARACTERS = 40  # of a received text; the rest is cut
SHOWN_DIGITS_BITS = 128  # integers beyond it are told by size: Python refuses to print huge ones
NEAREST_CUTOFF = 0.55  # difflib's similarity from 0 to 1; below it a suggestion would be a guess

# What people write who come from other libraries, or in full.
SYNONYMS = {
    "activation": "kind",
    "attention": "multihead_attention",
    "avgpool": "avg_pool2d",
    "batch": "batch_size",
    "batchnorm": "batch_norm",
    "channels": "out_channels",
    "cosine_embedding": "cosine",
    "cosine_similarity": "cosine",
    "dense": "linear",
    "filters": "out_channels",
    "fully_connected": "linear",
    "he": "kaiming",
    "glorot": "xavier",
    "gaussian": "normal",
    "learning_rate": "lr",
    "kl": "kl_div",
    "leakyrelu": "leaky_relu",
    "mae": "l1",
    "maxpool": "max_pool2d",
    "mean_squared_error": "mse",
    "mnist": "digits",
    "multi_margin": "hinge",
    "neurons": "out_features",
    "ones": "constant",
    "random_state": "seed",
    "size": "out_features",
    "softmax_cross_entropy": "cross_entropy",
    "squeeze": "select",
    "swish": "silu",
    "table": "csv",
    "text": "characters",
    "transformer": "transformer_encoder_layer",
    "transpose": "permute",
    "type": "kind",
    "units": "out_features",
    "view": "reshape",
}

Step = int | str
Shape = tuple[int, ...]


def describe_value(value: Any) -> str:
    """A received value in a few words; never walks into lists or objects, however deep."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        shown = value.bit_length() <= SHOWN_DIGITS_BITS
        return str(value) if shown else f"a whole number of {value.bit_length()} bits"
    if isinstance(value, float):
        return "NaN" if value != value else str(value).replace("inf", "Infinity")
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list | tuple):
        return "a list"
    return "an object" if isinstance(value, dict) else f"a {type(value).__name__}"


def quote(text: str) -> str:
    """A received text in quotes, cut to a readable length, safe to encode as UTF-8."""
    cut = text[:SHOWN_CHARACTERS] + "…" if len(text) > SHOWN_CHARACTERS else text
    shown = json.dumps(cut, ensure_ascii=False)  # line ends and quotes are escaped
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")


def format_path(steps: Iterable[Step]) -> str:
    """`network.layers[3].out_features`; text that was received is cut like any other."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            name = quote(step)[1:-1]
            path += f".{name}" if path else name
    return path


def format_shape(shape: Shape) -> str:
    """`(8, 16, 5, 5)`; one number stands alone as `(8,)`, as torch shows it."""
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def format_number(number: float) -> str:
    """`20,000,000`, `0.1`, `1e+30`."""
    whole = float(number).is_integer() and abs(number) < 1e16
    return f"{int(number):,}" if whole else f"{number:g}"


def to_amount(count: int) -> float:
    """A count as a number that JSON carries; beyond a double's range it stands at 1e300."""
    return float(min(count, 10**300))


def find_nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that was probably meant, if one is near enough."""
    key = name[:SHOWN_CHARACTERS].lower().replace("-", "_").replace(" ", "_")
    if key in known:
        return key
    synonym = SYNONYMS.get(key)
    if synonym in known:
        return synonym
    matches = difflib.get_close_matches(key, known, n=1, cutoff=NEAREST_CUTOFF)
    return matches[0] if matches else None


def suggest(name: str, known: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A sentence that helps on from an unknown name, and the details that go with it."""
    nearest = find_nearest(name, known)
    if nearest is not None:
        return f'Did you mean "{nearest}"?', {"suggestion": nearest}
    return f"Known: {', '.join(known)}.", {}


def make_problem(steps: Sequence[Step], message: str, code: str, **details: Any) -> InvalidValue:
    """One problem whose message begins with its place: `optimizer.lr must be a number; …`"""
    path = format_path(steps)
    return InvalidValue(f"{path or 'The spec'} {message}", path=path, code=code, **details)
