"""Numbers as text that JSON can carry many of."""

from base64 import b64encode

from torch import Tensor


def to_base64(numbers: Tensor) -> str:
    """As float32, little-endian, in row-major order."""
    return b64encode(numbers.float().cpu().numpy().astype("<f4").tobytes()).decode()
