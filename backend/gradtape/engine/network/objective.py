"""What training makes smaller: the loss of the network's output, and the penalty on parameters."""

from torch import Tensor, nn

from gradtape.engine.training.precision import Precision


class Objective:
    """The forward pass up to the number that the backward pass begins with.

    Args:
        network: whose output is compared.
        loss: compares.
        precision: what both are computed in.
    Attributes:
        l1: times the sum of the parameters' absolute values is added.
    """

    def __init__(self, network: nn.Module, loss: nn.Module, precision: Precision) -> None:
        self._network = network
        self._loss = loss
        self._precision = precision
        self.l1 = 0.0

    def compute(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The loss with its penalty, and the output."""
        loss, output = self.compare(inputs, targets)
        if self.l1:
            for parameter in self._network.parameters():
                loss = loss + self.l1 * parameter.abs().sum()
        return loss, output

    def predict(self, inputs: Tensor) -> Tensor:
        """The output alone."""
        with self._precision.autocast():
            return self._network(inputs)

    def compare(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The loss without a penalty, and the output."""
        with self._precision.autocast():
            output = self._network(inputs)
            return self._loss(output, targets), output
