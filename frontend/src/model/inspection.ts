/** What the inspector says about a selection: one plain description, whatever was selected. */

import type { Call, Frame, GradientEdge, Node, Op, Structure, Tensor } from "../api/types";
import { formatCount, formatShape, shortName } from "./format";
import { opName, tensorName } from "./names";
import { neighbours, selectionTitle, tensorShown, type Selection } from "./selection";

type StepConstants = Frame["step_constants"];

export type Aspect = "value" | "gradient";

export interface Fact {
  label: string;
  text: string;
}

export interface Inspection {
  /** What kind of thing it is: "Parameter", "Autograd node". */
  kind: string;
  title: string;
  subtitle: string;
  /** Tensors that went in and came out; each can be selected. */
  inputs: readonly number[];
  outputs: readonly number[];
  /** The tensor whose numbers are shown, and whose gradient. */
  tensor: number | null;
  /** Which of the two the selection is about first. */
  aspect: Aspect;
  /** The arriving edge that was selected; null: the sum of all. */
  edge: number | null;
  /** Other things worth going to. */
  related: readonly { label: string; selection: Selection }[];
  facts: readonly Fact[];
}

const ROLES: Record<Tensor["role"], string> = {
  input: "Input",
  target: "Target",
  parameter: "Parameter",
  buffer: "Buffer",
  intermediate: "Intermediate value",
  gradient: "Gradient",
  updated: "Parameter after the update",
};

function shapeAndType({ shape, dtype, device }: Tensor): string {
  return `${formatShape(shape)} · ${dtype} · ${device}`;
}

function tensorFacts(tensor: Tensor): Fact[] {
  const count = tensor.shape.reduce((product, size) => product * size, 1);
  return [
    { label: "numbers", text: formatCount(count) },
    { label: "dtype", text: tensor.dtype },
    { label: "device", text: tensor.device },
    { label: "requires grad", text: tensor.requires_grad ? "yes" : "no" },
    { label: "leaf", text: tensor.is_leaf ? "yes" : "no" },
  ];
}

/** The parameter as the optimizer left it. */
export function updatedOf(structure: Structure, parameter: number): number | null {
  const updated = structure.tensors.find(
    (tensor) => tensor.role === "updated" && tensor.of === parameter,
  );
  return updated?.id ?? null;
}

function toProducer(structure: Structure, tensor: Tensor): Inspection["related"] {
  const op = tensor.op === null ? undefined : structure.ops[tensor.op];
  const node = tensor.node === null ? undefined : structure.nodes[tensor.node];
  const related: { label: string; selection: Selection }[] = [];
  if (op)
    related.push({
      label: `computed by ${opName(structure, op)}`,
      selection: { kind: "op", id: op.id },
    });
  const updated = updatedOf(structure, tensor.id);
  if (updated !== null && tensor.role === "parameter") {
    related.push({ label: "after the update", selection: { kind: "tensor", id: updated } });
  }
  if (tensor.role === "updated" && tensor.of != null) {
    related.push({ label: "before the update", selection: { kind: "tensor", id: tensor.of } });
  }
  if (node) related.push({ label: `from ${node.name}`, selection: { kind: "node", id: node.id } });
  return related;
}

function inspectTensor(structure: Structure, tensor: Tensor): Omit<Inspection, "title"> {
  const isGradient = tensor.role === "gradient";
  const about = tensor.of ?? null;
  return {
    kind: ROLES[tensor.role],
    subtitle: shapeAndType(tensor),
    inputs: [],
    outputs: [],
    tensor: isGradient && about !== null ? about : tensor.id,
    aspect: isGradient && about !== null ? "gradient" : "value",
    edge: tensor.edge ?? null,
    related: toProducer(structure, tensor),
    facts: tensorFacts(tensor),
  };
}

function constantFacts(op: Op, stepConstants: StepConstants): Fact[] {
  const constants = { ...op.constants, ...stepConstants[op.id] };
  return Object.entries(constants).map(([label, value]) => ({
    label,
    text: typeof value === "string" ? value : JSON.stringify(value),
  }));
}

function inspectOp(
  structure: Structure,
  op: Op,
  stepConstants: StepConstants,
): Omit<Inspection, "title"> {
  const node = op.node === null ? undefined : structure.nodes[op.node];
  const result = op.results[0];
  const shape =
    result === undefined ? "" : ` → ${formatShape(structure.tensors[result]?.shape ?? [])}`;
  return {
    kind:
      op.phase === "forward" ? "Forward op" : op.phase === "backward" ? "Backward op" : "Update op",
    subtitle: `${op.name}${shape}`,
    inputs: op.operands,
    outputs: op.results,
    tensor: result ?? null,
    aspect: "value",
    edge: null,
    related: node ? [{ label: node.name, selection: { kind: "node", id: node.id } }] : [],
    facts: constantFacts(op, stepConstants),
  };
}

function tensorsOf(edges: readonly (GradientEdge | undefined)[]): number[] {
  return edges.flatMap((edge) => (edge?.tensor == null ? [] : [edge.tensor]));
}

/** The gradient edge that is a node's own work: the one that flows on, rather than to a parameter. */
function mainEdge(structure: Structure, node: Node): GradientEdge | null {
  const reached = node.edges
    .map((id) => structure.edges[id])
    .filter((edge): edge is GradientEdge => edge?.tensor != null && edge.of !== null);
  const flowing = reached.find((edge) => structure.tensors[edge.of ?? -1]?.role !== "parameter");
  return flowing ?? reached[0] ?? null;
}

function inspectNode(structure: Structure, node: Node): Omit<Inspection, "title"> {
  const op = node.op === null ? undefined : structure.ops[node.op];
  const result = op?.results[0] ?? tensorShown(structure, { kind: "node", id: node.id });
  const edge = mainEdge(structure, node);
  const arriving = result == null ? null : (structure.tensors[result]?.gradient ?? null);
  return {
    kind: "Autograd node",
    subtitle:
      op === undefined ? "gathers a parameter's gradient" : `backward of ${opName(structure, op)}`,
    inputs: arriving === null ? [] : [arriving],
    outputs: tensorsOf(node.edges.map((id) => structure.edges[id])),
    tensor: edge?.of ?? result ?? null,
    aspect: "gradient",
    edge: edge?.id ?? null,
    related: op ? [{ label: opName(structure, op), selection: { kind: "op", id: op.id } }] : [],
    facts: [
      {
        label: "order in the backward pass",
        text: node.order === null ? "never ran" : String(node.order + 1),
      },
      { label: "tensors saved for it", text: formatCount(node.saved.length) },
    ],
  };
}

function inspectCall(structure: Structure, call: Call): Omit<Inspection, "title"> {
  const { inputs, outputs } = neighbours(structure, { kind: "call", id: call.id });
  const ops = structure.ops.slice(call.first_op, call.end_op);
  return {
    kind: call.kind === "module" ? "Module" : "Function call",
    subtitle: call.target,
    inputs,
    outputs,
    tensor: outputs.at(-1) ?? null,
    aspect: "value",
    edge: null,
    related: ops
      .slice(0, 12)
      .map((op) => ({ label: shortName(op.name), selection: { kind: "op", id: op.id } })),
    facts: [{ label: "ops inside", text: formatCount(ops.length) }],
  };
}

function inspectEdge(structure: Structure, edge: GradientEdge): Omit<Inspection, "title"> {
  const [source, target] = [structure.nodes[edge.source], structure.nodes[edge.target]];
  const link = (node: Node | undefined) =>
    node ? [{ label: node.name, selection: { kind: "node", id: node.id } as const }] : [];
  return {
    kind: "Gradient edge",
    subtitle: `${source?.name ?? ""} → ${target?.name ?? ""}`,
    inputs: [],
    outputs: edge.tensor === null ? [] : [edge.tensor],
    tensor: edge.of,
    aspect: "gradient",
    edge: edge.id,
    related: [...link(source), ...link(target)],
    facts: [],
  };
}

/**
 * The description; null where the tape does not hold what is selected.
 *
 * `stepConstants` are the floats that the optimizer gave to its ops in the iteration shown.
 */
export function inspect(
  structure: Structure,
  selection: Selection,
  stepConstants: StepConstants = {},
): Inspection | null {
  const title = selectionTitle(structure, selection);
  const described = describe(structure, selection, stepConstants);
  return described === null ? null : { ...described, title };
}

function describe(
  structure: Structure,
  { kind, id }: Selection,
  stepConstants: StepConstants,
): Omit<Inspection, "title"> | null {
  const { tensors, ops, nodes, calls, edges } = structure;
  switch (kind) {
    case "tensor":
      return tensors[id] === undefined ? null : inspectTensor(structure, tensors[id]);
    case "op":
      return ops[id] === undefined ? null : inspectOp(structure, ops[id], stepConstants);
    case "node":
      return nodes[id] === undefined ? null : inspectNode(structure, nodes[id]);
    case "call":
      return calls[id] === undefined ? null : inspectCall(structure, calls[id]);
    case "edge":
      return edges[id] === undefined ? null : inspectEdge(structure, edges[id]);
  }
}

export interface ArrivingGradient {
  edge: number;
  tensor: number;
  /** The node that it comes from. */
  from: string;
}

/** The gradients that arrive at a tensor and are summed; empty where only one arrives. */
export function arrivingGradients(structure: Structure, tensor: number): ArrivingGradient[] {
  const arriving = structure.edges.filter((edge) => edge.of === tensor && edge.tensor !== null);
  if (arriving.length < 2) return [];
  return arriving.map((edge) => ({
    edge: edge.id,
    tensor: edge.tensor as number,
    from: sourceName(structure, edge.source),
  }));
}

function sourceName(structure: Structure, nodeId: number): string {
  const node = structure.nodes[nodeId];
  const op = node?.op == null ? undefined : structure.ops[node.op];
  return op === undefined ? (node?.name ?? "") : opName(structure, op);
}

/** Ops that move numbers without computing any. */
const MOVING = new Set(["t", "transpose", "view", "detach", "alias", "copy_", "new_empty_strided"]);
const MOST_NODES_BACK = 4;

/** The nodes that a gradient comes from: of its edge, or of all edges that arrive. */
function sourceNodes(structure: Structure, gradient: Tensor): Set<number> {
  const arriving = structure.edges.filter((edge) =>
    gradient.edge == null
      ? edge.tensor !== null && edge.of !== null && edge.of === gradient.of
      : edge.id === gradient.edge,
  );
  return new Set(arriving.map((edge) => edge.source));
}

/**
 * The ops that a gradient comes from, in the order in which they ran.
 *
 * Where its own node only moved numbers, the ops of the nodes before it are told too.
 */
export function opsBehind(structure: Structure, gradient: number): Op[] {
  const tensor = structure.tensors[gradient];
  if (tensor === undefined) return [];
  const nodes = sourceNodes(structure, tensor);
  let ops: Op[] = [];
  for (let back = 0; back < MOST_NODES_BACK; back += 1) {
    ops = structure.ops.filter(
      (op) => op.phase === "backward" && op.node !== null && nodes.has(op.node),
    );
    if (ops.some((op) => !MOVING.has(shortName(op.name)))) break;
    const before = structure.edges.filter((edge) => nodes.has(edge.target));
    for (const edge of before) nodes.add(edge.source);
  }
  return ops;
}

/** A chip's words: the name, and the shape beside it where the name does not say it already. */
export function tensorLabel(structure: Structure, id: number): { name: string; shape: string } {
  const shape = formatShape(structure.tensors[id]?.shape ?? []);
  const name = tensorName(structure, id);
  return { name, shape: name.includes(shape) ? "" : shape };
}

/** Whether a person may write into it: what the iteration starts from, by name. */
export function isEditable(tensor: Tensor): boolean {
  return tensor.name !== null && ["parameter", "buffer", "input", "target"].includes(tensor.role);
}

/** The module call of a layer of the recipe. */
export function callOfLayer(structure: Structure, layer: string): Selection | null {
  const call = structure.calls.find(
    (each) =>
      each.kind === "module" && each.phase === "forward" && (each.path ?? each.name) === layer,
  );
  return call === undefined ? null : { kind: "call", id: call.id };
}

/** The layer of the recipe that a selection belongs to. */
export function layerOfSelection(structure: Structure, selection: Selection | null): string | null {
  if (selection === null) return null;
  if (selection.kind === "call") {
    const call = structure.calls[selection.id];
    return call?.kind === "module" ? (call.path ?? call.name) : null;
  }
  if (selection.kind !== "tensor") return null;
  const tensor = structure.tensors[selection.id];
  const name = (tensor?.of == null ? tensor : structure.tensors[tensor.of])?.name ?? null;
  const dot = name?.lastIndexOf(".") ?? -1;
  return name === null || dot < 0 ? null : name.slice(0, dot);
}
