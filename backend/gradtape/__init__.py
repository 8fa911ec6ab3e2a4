"""Gradtape: a tape deck for PyTorch's autograd."""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradtape.client import Client

__version__ = version("gradtape")
__all__ = ["Client", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the client when it is first asked for: most imports of gradtape need no HTTP."""
    if name == "Client":
        from gradtape.client import Client

        return Client
    raise AttributeError(f"module 'gradtape' has no attribute {name!r}")
