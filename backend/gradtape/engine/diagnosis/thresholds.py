"""From where on something is called wrong, and why from there.

The twelve healthy runs and the ten pathologies of `tests/engine/pathologies.py` lie on
either side of each.
"""

# Layers
VANISHED = 1e-4
"""Of the gradient at the last layer: what one step does there takes ten thousand here."""
EXPLODED = 1e3
"""Of the gradient at the last layer: a step that is right there is a thousand times too long here.
One layer of usual size and initialization changes the norm by a factor between 0.3 and 3."""
WEAK = 1e-2
"""The same in a run whose loss does not move: then it is reason enough."""
FEWEST_FACTORS = 3
"""Layers or steps: over fewer, it is one layer that is to blame, not the depth."""
DEAD = 0.75
"""Share of units. In narrow ReLU layers up to half are dead on a batch, and the others learn."""
FEWEST_SAMPLES = 16
"""Samples: a unit that is on for every other sample is silent in 16 once in 65,000 cases."""
SATURATED = 0.75
"""Share of numbers. A layer that has learned to switch has half of its numbers at the ends."""
ALIKE = 1e-6
"""Of the largest weight: units that differ by less differ by rounding, not by what they learned."""

# Targets
OFFSET_DEVIATIONS = 10.0
"""Standard deviations of the targets between their mean and the outputs' mean."""
OFFSET_SHARE = 0.9
"""Share of the squared error that the difference of the means makes up."""

# The loss
RUNAWAY = 3.0
"""Of the first loss: what is learned never lies that far above what was not."""
RUNAWAY_ITERATIONS = 3
"""In a row, all above it: one batch can be odd."""
FEWEST_ZIGZAGS = 20
"""Iterations, before which ups and downs are taken for the beginning of training."""
TURNING_SHARE = 0.5
"""Of the differences from one iteration to the next: how many turn the sign. A curve that falls in
waves turns at one in several; one that jumps over the minimum turns at almost each."""
AMPLITUDE = 0.1
"""Mean difference from one iteration to the next, of the mean loss."""
UNSETTLED = 0.5
"""Of the first loss, on the whole data: below it something has been learned, and steps that are a
bit too large are not what is wrong."""
UNSETTLED_BATCHES = 1.2
"""The same on batches, whose losses go up and down by themselves: worse than not having learned."""
JUMP = 1.0
"""Of the weights, per iteration, on the whole data: nothing is left of what they were."""
LEARNED = 0.1
"""Of the first loss: a run that is below it has learned, whatever its layers look like now."""
LEARNED_ITERATIONS = 20
"""Over which the loss is averaged for that: one batch can be easy."""
PLATEAU_ITERATIONS = 100
"""Iterations without progress: learning often begins with a plateau of some tens."""
PROGRESS = 0.005
"""Of the loss, from the first half of these iterations to the second."""
NEAR_BASELINE = 0.03
"""Of the loss that the best constant answer has."""
STILL = 0.05
"""Of the first loss: what batches differ by. A loss that has fallen further has been learned."""
TINY_UPDATE = 1e-5
"""Of the weights: a hundredth of the 1e-3 per iteration that training usually moves them by."""
USUAL_UPDATE = 1e-3
"""Of the weights, per iteration (A. Karpathy, CS231n, Neural networks 3: "somewhere around")."""
FIRST_UPDATE = 0.1
"""Of the weights: what the first update may move them by. The healthy runs lie around it."""
