/** Tapes made by hand, for tests: every number on them is one that the test wrote down. */

import type {
  Call,
  Event,
  Frame,
  GradientEdge,
  Node,
  Op,
  Structure,
  Tensor,
} from "../src/api/types";
import { decodeTape, type Tape } from "../src/model/tape";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** The gradient that a node sends to one of its op's operands; null if none flows there. */
export type Backward = (op: Op, operand: number) => readonly number[] | null;

export class TapeBuilder {
  readonly calls: Mutable<Call>[] = [];
  readonly ops: Mutable<Op>[] = [];
  readonly nodes: Mutable<Node>[] = [];
  readonly edges: Mutable<GradientEdge>[] = [];
  readonly tensors: Mutable<Tensor>[] = [];
  readonly events: Mutable<Event>[] = [];
  private readonly slots: Structure["slots"][number][] = [];
  private readonly blob: number[] = [];
  private readonly openCalls: number[] = [];
  private readonly accumulators = new Map<number, number>();
  private loss: number | null = null;

  input(name: string, numbers: Numbers): number {
    return this.addTensor(numbers, {
      role: "input",
      name,
      why_no_gradient: "it does not require a gradient",
    });
  }

  target(name: string, numbers: Numbers): number {
    return this.addTensor(numbers, {
      role: "target",
      name,
      why_no_gradient: "it does not require a gradient",
    });
  }

  parameter(name: string, numbers: Numbers): number {
    return this.addTensor(numbers, { role: "parameter", name, requires_grad: true });
  }

  /** Everything that `body` records is grouped under a call. */
  call<Result>(kind: Call["kind"], name: string, target: string, body: () => Result): Result {
    const id = this.calls.length;
    this.calls.push({
      id,
      parent: this.openCalls.at(-1) ?? null,
      kind,
      name,
      path: kind === "module" ? name : null,
      target,
      phase: "forward",
      first_op: this.ops.length,
      end_op: this.ops.length,
      source_line: null,
    });
    this.openCalls.push(id);
    const result = body();
    this.openCalls.pop();
    (this.calls[id] as Mutable<Call>).end_op = this.ops.length;
    return result;
  }

  /** A forward op with its event, and its node if an operand requires a gradient. */
  op(
    name: string,
    operands: readonly number[],
    numbers: Numbers,
    resultName: string | null = null,
  ): number {
    const id = this.ops.length;
    const requires = operands.some((operand) => this.tensors[operand]?.requires_grad === true);
    const result = this.addTensor(numbers, {
      role: "intermediate",
      name: resultName,
      op: id,
      requires_grad: requires,
      why_no_gradient: requires ? null : "it does not require a gradient",
    });
    const node = requires ? this.addNode(`${name.replace("aten.", "")}Backward0`, id) : null;
    this.ops.push({
      id,
      phase: "forward",
      name,
      call: this.openCalls.at(-1) ?? null,
      node,
      operands: [...operands],
      constants: {},
      results: [result],
      bookkeeping: false,
    });
    this.addEvent("forward_op", id, [result], [id, id + 1]);
    return result;
  }

  /** The backward pass from the loss: nodes in the reverse order of their ops. */
  backward(loss: number, gradientOf: Backward): void {
    this.loss = loss;
    const seed = this.addGradient(loss, [1]);
    (this.tensors[loss] as Mutable<Tensor>).gradient = seed;
    const arriving = new Map<number, number[]>([[loss, [seed]]]);
    const expected = this.connect(gradientOf);
    let reveals = [seed];
    for (const node of [...this.nodes].sort((a, b) => (b.op ?? -1) - (a.op ?? -1))) {
      const op = node.op === null ? undefined : this.ops[node.op];
      if (op === undefined || !arriving.has(op.results[0] as number)) continue;
      node.order = this.nextOrder();
      reveals.push(...this.runNode(node, op, gradientOf, arriving, expected));
      this.addEvent("backward_node", node.id, reveals);
      reveals = [];
      this.accumulate(node, arriving, expected);
    }
  }

  private order = 0;

  private nextOrder(): number {
    return this.order++;
  }

  /** The edges of every node; how many gradients each tensor waits for. */
  private connect(gradientOf: Backward): Map<number, number> {
    const expected = new Map<number, number>();
    for (const node of [...this.nodes]) {
      const op = node.op === null ? undefined : this.ops[node.op];
      for (const [index, operand] of (op?.operands ?? []).entries()) {
        const tensor = this.tensors[operand] as Tensor;
        if (op === undefined || !tensor.requires_grad) continue;
        const target =
          tensor.op === null ? this.accumulatorOf(operand) : (this.ops[tensor.op]?.node ?? 0);
        const id = this.edges.length;
        this.edges.push({
          id,
          source: node.id,
          index,
          target,
          target_index: 0,
          tensor: null,
          of: operand,
        });
        node.edges = [...node.edges, id];
        if (gradientOf(op, index) !== null) expected.set(operand, (expected.get(operand) ?? 0) + 1);
      }
    }
    return expected;
  }

  private accumulatorOf(parameter: number): number {
    const known = this.accumulators.get(parameter);
    if (known !== undefined) return known;
    const id = this.addNode("AccumulateGrad", null);
    this.accumulators.set(parameter, id);
    return id;
  }

  private runNode(
    node: Node,
    op: Op,
    gradientOf: Backward,
    arriving: Map<number, number[]>,
    expected: ReadonlyMap<number, number>,
  ): number[] {
    const reveals: number[] = [];
    for (const edgeId of node.edges) {
      const edge = this.edges[edgeId] as Mutable<GradientEdge>;
      const values = gradientOf(op, edge.index);
      const of = edge.of as number;
      if (values === null) continue;
      const gradient = this.addGradient(of, values, edgeId);
      edge.tensor = gradient;
      const parts = [...(arriving.get(of) ?? []), gradient];
      arriving.set(of, parts);
      reveals.push(gradient);
      if (this.tensors[of]?.op !== null && parts.length === expected.get(of)) {
        reveals.push(...this.sum(of, parts));
      }
    }
    return reveals;
  }

  /** The whole gradient: the one that arrived, or the sum of those that did. */
  private sum(of: number, parts: readonly number[]): number[] {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) {
      (this.tensors[only] as Mutable<Tensor>).edge = null;
      (this.tensors[of] as Mutable<Tensor>).gradient = only;
      return [];
    }
    const whole = this.addGradient(of, this.addUp(parts));
    (this.tensors[of] as Mutable<Tensor>).gradient = whole;
    return [whole];
  }

  private addUp(parts: readonly number[]): number[] {
    const all = parts.map((part) => this.valuesOf(part));
    return (all[0] ?? []).map((_, i) =>
      all.reduce((sum, values) => sum + (values[i] as number), 0),
    );
  }

  private valuesOf(tensor: number): number[] {
    const slot = this.slots[this.tensors[tensor]?.slot ?? -1];
    return slot === undefined ? [] : this.blob.slice(slot.offset, slot.offset + slot.count);
  }

  private accumulate(
    ran: Node,
    arriving: ReadonlyMap<number, number[]>,
    expected: ReadonlyMap<number, number>,
  ): void {
    for (const edge of ran.edges) {
      const parameter = this.edges[edge]?.of ?? -1;
      const node = this.accumulators.get(parameter);
      const parts = arriving.get(parameter) ?? [];
      const tensor = this.tensors[parameter] as Mutable<Tensor>;
      const waits = parts.length < (expected.get(parameter) ?? 0);
      if (node === undefined || tensor.gradient !== null || parts.length === 0 || waits) continue;
      const whole = this.addGradient(parameter, this.addUp(parts));
      tensor.gradient = whole;
      (this.nodes[node] as Mutable<Node>).order = this.nextOrder();
      this.addEvent("accumulate", node, [whole]);
    }
  }

  /** An optimizer's step on one parameter. */
  update(parameter: number, values: readonly number[]): number {
    const { shape } = this.tensors[parameter] as Tensor;
    const updated = this.addTensor(
      { shape, values },
      { role: "updated", of: parameter, phase: "update" },
    );
    this.addEvent("update", parameter, [updated]);
    return updated;
  }

  private addTensor({ shape, values }: Numbers, given: Partial<Tensor>): number {
    const id = this.tensors.length;
    this.slots.push({
      offset: this.blob.length,
      count: values.length,
      shape: [...shape],
      steps: shape.map(() => 1),
      full: true,
    });
    // A loop: spreading thousands of numbers as arguments would overflow the stack.
    for (const value of values) this.blob.push(value);
    this.tensors.push({
      id,
      role: "intermediate",
      name: null,
      shape: [...shape],
      dtype: "float32",
      device: "cpu",
      requires_grad: false,
      is_leaf: given.op === undefined,
      phase: "forward",
      op: null,
      node: null,
      slot: this.slots.length - 1,
      of: null,
      edge: null,
      gradient: null,
      why_no_gradient: null,
      ...given,
    });
    return id;
  }

  private addGradient(of: number, values: readonly number[], edge: number | null = null): number {
    const { shape } = this.tensors[of] as Tensor;
    return this.addTensor({ shape, values }, { role: "gradient", of, edge, phase: "backward" });
  }

  private addNode(name: string, op: number | null): number {
    const id = this.nodes.length;
    this.nodes.push({ id, name, op, edges: [], saved: [], order: null });
    return id;
  }

  private addEvent(
    kind: Event["kind"],
    subject: number,
    reveals: number[],
    ops: [number, number] = [0, 0],
  ): void {
    const [first_op, end_op] = ops;
    this.events.push({ sequence: this.events.length, kind, subject, first_op, end_op, reveals });
  }

  structure(hash = "made-by-hand"): Structure {
    return {
      hash,
      calls: this.calls,
      ops: this.ops,
      nodes: this.nodes,
      edges: this.edges,
      tensors: this.tensors,
      slots: this.slots,
      events: this.events,
      loss: this.loss,
      output: null,
    };
  }

  frame(hash = "made-by-hand"): Frame {
    const loss = this.loss === null ? null : (this.valuesOf(this.loss)[0] ?? null);
    return {
      structure_hash: hash,
      iteration: 0,
      loss,
      metrics: {},
      step_constants: {},
      statistics: {},
    };
  }

  bytes(): ArrayBuffer {
    return Float32Array.from(this.blob).buffer;
  }

  tape(hash = "made-by-hand"): Tape {
    return decodeTape({ structure: this.structure(hash), frame: this.frame(hash) }, this.bytes());
  }
}

export function scalar(value: number): Numbers {
  return { shape: [], values: [value] };
}

/** loss = (x·w)², with x = 3 and w = 2: the product is 6, the loss 36, and d loss / d w = 36. */
export function squareTape(): {
  tape: Tape;
  x: number;
  w: number;
  product: number;
  loss: number;
  updated: number;
} {
  const builder = new TapeBuilder();
  const x = builder.input("x", scalar(3));
  const w = builder.parameter("scale.weight", scalar(2));
  const product = builder.call("module", "scale", "Scale", () =>
    builder.call("function", "mul", "torch.mul", () =>
      builder.op("aten.mul", [x, w], scalar(6), "scale"),
    ),
  );
  const loss = builder.call("module", "loss", "SquareLoss", () =>
    builder.op("aten.mul", [product, product], scalar(36), "loss"),
  );
  builder.backward(loss, (op) => (op.id === 1 ? [6] : [36]));
  const updated = builder.update(w, [-1.6]);
  return { tape: builder.tape(), x, w, product, loss, updated };
}

/** A chain of steps, each a call of two ops with a parameter of its own; for large layouts. */
export function chainTape(
  steps: number,
  values: (step: number) => readonly number[] = () => [1],
): Tape {
  const builder = new TapeBuilder();
  let current = builder.input("input", { shape: [1], values: [1] });
  for (let step = 0; step < steps; step++) {
    const numbers = values(step);
    const made = { shape: [numbers.length], values: numbers };
    const name = `step${String(step)}`;
    const weight = builder.parameter(`${name}.weight`, made);
    current = builder.call("module", name, "Step", () => {
      const product = builder.op("aten.mul", [current, weight], made);
      return builder.op("aten.tanh", [product], made, name);
    });
  }
  const loss = builder.call("module", "loss", "SumLoss", () =>
    builder.op("aten.sum", [current], scalar(1), "loss"),
  );
  builder.backward(loss, (op, operand) => {
    const tensor = builder.tensors[op.operands[operand] as number];
    return new Array<number>(tensor?.shape[0] ?? 1).fill(0.5 ** (op.id % 40));
  });
  return builder.tape(`chain of ${String(steps)}`);
}
