/** Structures that no person would write: random ops in random calls, with loops among them. */

import fc from "fast-check";
import type { Structure } from "../src/api/types";
import { TapeBuilder } from "./tapeBuilder";

const one = { shape: [1], values: [1] };

/** Picks from what there is so far: the latest (0) or further back. */
type Pick = number;

type Part =
  | { kind: "op"; name: string; operands: readonly Pick[]; weight: boolean }
  | { kind: "call"; module: boolean; parts: readonly Part[] }
  | { kind: "loop"; steps: number; parts: readonly Part[] };

const picks = fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(2) }, fc.nat(40)), {
  minLength: 1,
  maxLength: 3,
});

const { parts } = fc.letrec<{ parts: Part[]; part: Part }>((tie) => ({
  parts: fc.array(tie("part"), { minLength: 1, maxLength: 6 }),
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("op" as const),
        name: fc.constantFrom("mul", "add", "tanh"),
        operands: picks,
        weight: fc.boolean(),
      }),
    },
    fc.record({
      kind: fc.constant("call" as const),
      module: fc.boolean(),
      parts: tie("parts"),
    }),
    fc.record({
      kind: fc.constant("loop" as const),
      steps: fc.integer({ min: 1, max: 14 }),
      parts: tie("parts"),
    }),
  ),
}));

export const structures: fc.Arbitrary<Structure> = parts.map(record);

/** So many ops at most: loops in loops multiply. */
const mostOps = 160;

function record(program: readonly Part[]): Structure {
  const builder = new TapeBuilder();
  const made = [builder.input("input", one), builder.input("other", one)];
  const shared = builder.parameter("shared", one);
  const recordParts = (list: readonly Part[]): void => {
    for (const part of list) {
      if (builder.ops.length >= mostOps) return;
      switch (part.kind) {
        case "op": {
          const operands = part.operands.map((pick) => made.at(-1 - (pick % made.length)) ?? 0);
          if (part.weight) operands.push(shared);
          made.push(builder.op(`aten.${part.name}`, operands, one));
          break;
        }
        case "call":
          builder.call(part.module ? "module" : "function", "part", "Part", () =>
            recordParts(part.parts),
          );
          break;
        case "loop":
          for (let step = 0; step < part.steps; step++) recordParts(part.parts);
      }
    }
  };
  recordParts(program);
  const loss = builder.op("aten.sum", [made.at(-1) ?? 0], { shape: [], values: [1] }, "loss");
  builder.backward(loss, () => [1]);
  return builder.structure("random");
}
