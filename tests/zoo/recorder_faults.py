"""What the recorder gets wrong: by case and law, the fault.

Each makes a test an expected failure, and a strict one: who mends the recorder takes the line out.
"""

from tests.zoo.program import Law

FAULTS: dict[tuple[str, Law], str] = {}
