"""Gradtape: a tape deck for PyTorch's autograd."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradtape.client import Client
    from gradtape.library.block import record
    from gradtape.library.loading import load
    from gradtape.library.tape import Tape

__version__ = version("gradtape")
__all__ = ["Client", "Tape", "__version__", "load", "record"]

_HOMES = {
    "Client": "gradtape.client",
    "Tape": "gradtape.library.tape",
    "load": "gradtape.library.loading",
    "record": "gradtape.library.block",
}


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for: the client and the server need no torch."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'gradtape' has no attribute {name!r}")
    return getattr(import_module(home), name)
