"""DOT as a picture, by Graphviz's own program where it is installed."""

import shutil
import subprocess

from gradtape import limits
from gradtape.errors import GraphvizUnavailable, LimitExceeded

PROGRAM = "dot"
FORMATS = ("svg", "png", "pdf")


def draw_dot(dot: bytes, picture: str) -> bytes:
    """The picture of a graph; blocks for as long as Graphviz takes.

    Args:
        dot: DOT text, UTF-8.
        picture: one of FORMATS.
    Raises:
        GraphvizUnavailable: it is not installed here, or failed.
        LimitExceeded: the graph is too large, or is not drawn in time.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise GraphvizUnavailable(
            "Drawing needs Graphviz, whose program dot is not on this machine. Install it "
            "(apt install graphviz, brew install graphviz, choco install graphviz), or take the "
            "kind dot, which any Graphviz viewer opens."
        )
    _check_size(dot)
    return _run([program, f"-T{picture}"], dot)


def _check_size(dot: bytes) -> None:
    if len(dot) > limits.MAX_DRAWN_DOT_BYTES:
        raise LimitExceeded(
            f"This graph is {len(dot)} bytes of DOT; {limits.MAX_DRAWN_DOT_BYTES} are drawn at "
            "most. Take the kind dot.",
            limit="MAX_DRAWN_DOT_BYTES",
            asked=len(dot),
            allowed=limits.MAX_DRAWN_DOT_BYTES,
        )


def _run(command: list[str], dot: bytes) -> bytes:
    try:
        # The command is ours and no shell reads it; `run` kills it when the time is over.
        done = subprocess.run(  # noqa: S603
            command, input=dot, capture_output=True, timeout=limits.MAX_DRAWING_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise LimitExceeded(
            f"Graphviz did not draw this graph within {limits.MAX_DRAWING_SECONDS:g} s and was "
            "stopped. Take the kind dot.",
            limit="MAX_DRAWING_SECONDS",
            asked=limits.MAX_DRAWING_SECONDS,
            allowed=limits.MAX_DRAWING_SECONDS,
        ) from None
    except OSError as failure:
        raise GraphvizUnavailable(f"Graphviz could not be run: {failure}.") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()[-500:]
        raise GraphvizUnavailable(f"Graphviz ended with {done.returncode}: {said}")
    return done.stdout
