"""Every cap of limits.py with its value and the unit and reason that stand beside it."""

import inspect
import re

from gradtape import limits
from gradtape.server.models import Limit

# The comment beside a number is its only description: what the API tells cannot drift from it.
_LINE = re.compile(r"^(?P<name>[A-Z_]+) = .*#\s*(?P<description>.+)$", re.MULTILINE)


def build_limits_table() -> dict[str, Limit]:
    """The caps by name, in the order of the file."""
    return {
        match["name"]: Limit(value=getattr(limits, match["name"]), description=match["description"])
        for match in _LINE.finditer(inspect.getsource(limits))
    }
