/** Which number of a smaller tensor goes with which of a larger one, as PyTorch broadcasts. */

/**
 * For a number of the result the one of the operand, both by their place in row-major order.
 *
 * The operand's shape must be broadcastable to the result's.
 */
export function broadcast(
  operand: readonly number[],
  result: readonly number[],
): (index: number) => number {
  const missing = result.length - operand.length;
  return (index) => {
    let rest = index;
    let [at, stride] = [0, 1];
    for (let dimension = result.length - 1; dimension >= 0; dimension--) {
      const size = result[dimension] as number;
      const own = operand[dimension - missing] ?? 1;
      if (own > 1) at += (rest % size) * stride;
      stride *= own;
      rest = Math.floor(rest / size);
    }
    return at;
  };
}

export function isBroadcastable(operand: readonly number[], result: readonly number[]): boolean {
  const missing = result.length - operand.length;
  return missing >= 0 && operand.every((size, i) => size === 1 || size === result[i + missing]);
}
