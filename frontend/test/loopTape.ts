/** Tapes of loops and of stacked blocks, for folding. */

import type { Structure } from "../src/api/types";
import { TapeBuilder } from "./tapeBuilder";

const one = { shape: [2], values: [1, 1] };

/** Records one step: takes what the step before gave, gives what the next one takes. */
export type Body = (builder: TapeBuilder, state: number, step: number) => number;

function call(builder: TapeBuilder, name: string, ...operands: number[]): number {
  return builder.call("function", name, `torch.${name}`, () =>
    builder.op(`aten.${name}`, operands, one),
  );
}

export { call as callOf };

/** `input`, so many steps, and a loss of two ops; forward and backward. */
export function loopStructure(steps: number, body: Body): Structure {
  const builder = new TapeBuilder();
  const shared = builder.parameter("w", one);
  let state = builder.input("input", one);
  for (let step = 0; step < steps; step++) state = body(builder, state, step);
  const squared = call(builder, "pow", state);
  const loss = builder.op("aten.sum", [squared], { shape: [], values: [1] }, "loss");
  builder.backward(loss, (op, operand) => {
    const size = builder.tensors[op.operands[operand] ?? shared]?.shape[0] ?? 1;
    return new Array<number>(size).fill(1);
  });
  return builder.structure(`loop of ${String(steps)}`);
}

/** tanh(x @ w) with one shared w: the first parameter of the tape. */
export const recurrentStep: Body = (builder, state) =>
  call(builder, "tanh", call(builder, "matmul", state, 0));

/** A residual step: its second op takes the state that the first one took too. */
export const residualStep: Body = (builder, state) =>
  call(builder, "add", call(builder, "relu", call(builder, "matmul", state, 0)), state);

/** A block with a weight of its own: a module of two calls. */
export const ownBlock: Body = (builder, state, step) => {
  const name = `blocks.${String(step)}`;
  const weight = builder.parameter(`${name}.weight`, one);
  return builder.call("module", String(step), "Block", () =>
    call(builder, "tanh", call(builder, "matmul", state, weight)),
  );
};

/** A loop in a loop: thirteen equal pairs between two other ops. */
export const nestedStep: Body = (builder, state) => {
  let inner = call(builder, "exp", state);
  for (let k = 0; k < 13; k++) inner = call(builder, "tanh", call(builder, "mul", inner, state));
  return call(builder, "add", inner, state);
};
