/** Small networks of dense layers in a chain, as neurons and weights: known from the structure. */

import type { Op, Structure } from "../api/types";
import { plainName } from "./arithmetic";
import { isElementwise } from "./elementwise";
import { isWhole } from "./numberPanel";
import { tensorOf } from "./tape";

/** More units a layer than this, and their lines are a heap. */
const mostUnits = 16;

export interface DenseLayer {
  readonly weight: number;
  /** `(units, inputs)` as `nn.Linear` keeps it; else `(inputs, units)`, as in `x @ w`. */
  readonly unitsFirst: boolean;
  readonly bias: number | null;
  readonly inputs: number;
  readonly units: number;
  /** What its units give on, one row a sample: after the activation, where there is one. */
  readonly activations: number;
  /** `tanh`; null where the sums are given on as they are. */
  readonly activation: string | null;
}

export interface DenseNetwork {
  readonly input: number;
  readonly samples: number;
  readonly layers: readonly DenseLayer[];
}

type Users = ReadonlyMap<number, readonly Op[]>;

/** The network that a tape recorded, if it is nothing but a chain of small dense layers. */
export function denseNetworkOf(structure: Structure): DenseNetwork | null {
  const users = usersOf(structure);
  const input = onlyInput(structure, users);
  if (input === null) return null;
  const layers: DenseLayer[] = [];
  let current = input;
  for (;;) {
    const next = current === structure.output ? null : onlyUser(users, current);
    const layer = next === null ? null : denseLayer(structure, next, current);
    if (next === null || (layer === null && !continueLayer(structure, next, current, layers)))
      break;
    if (layer !== null) layers.push(layer);
    current = next.results[0] as number;
  }
  const [samples = 0] = tensorOf(structure, input).shape;
  return isComplete(structure, users, layers) ? { input, samples, layers } : null;
}

/** The place of a weight among the numbers of its tensor. */
export function weightIndex(layer: DenseLayer, unit: number, input: number): number {
  return layer.unitsFirst ? unit * layer.inputs + input : input * layer.units + unit;
}

function usersOf(structure: Structure): Users {
  const users = new Map<number, Op[]>();
  for (const op of structure.ops) {
    if (op.phase !== "forward" || op.bookkeeping) continue;
    for (const id of op.operands) users.set(id, [...(users.get(id) ?? []), op]);
  }
  return users;
}

/** The one batch of small vectors that goes in. */
function onlyInput(structure: Structure, users: Users): number | null {
  const used = structure.tensors.filter(({ role, id }) => role === "input" && users.has(id));
  const [only] = used;
  return used.length === 1 && only !== undefined && isSmall(structure, only.id) ? only.id : null;
}

function isSmall(structure: Structure, tensor: number): boolean {
  const { shape } = tensorOf(structure, tensor);
  const isBatch = shape.length === 2 && (shape[0] ?? 0) > 0;
  return isBatch && (shape[1] ?? 0) <= mostUnits && isWhole(structure, tensor);
}

/** A skip connection uses a tensor twice: that is no chain. */
function onlyUser(users: Users, tensor: number): Op | null {
  const [only, ...more] = users.get(tensor) ?? [];
  return only === undefined || more.length > 0 ? null : only;
}

function denseLayer(structure: Structure, op: Op, input: number): DenseLayer | null {
  const [bias, left, right] =
    plainName(op) === "addmm" ? op.operands : plainName(op) === "mm" ? [null, ...op.operands] : [];
  const activations = op.results[0];
  if (left !== input || right === undefined || right === null || activations === undefined) {
    return null;
  }
  const weight = parameterBehind(structure, right);
  if (weight === null || !isSmall(structure, activations)) return null;
  return {
    weight,
    unitsFirst: weight !== right,
    bias: bias ?? null,
    inputs: tensorOf(structure, input).shape[1] as number,
    units: tensorOf(structure, activations).shape[1] as number,
    activations,
    activation: null,
  };
}

/** The parameter itself, or the one that this is the transpose of. */
function parameterBehind(structure: Structure, id: number): number | null {
  const tensor = tensorOf(structure, id);
  const op = tensor.op === null ? undefined : structure.ops[tensor.op];
  const source = op !== undefined && plainName(op) === "t" ? op.operands[0] : id;
  return source !== undefined && tensorOf(structure, source).role === "parameter" ? source : null;
}

/** Takes an activation or an added bias into the last layer; false if it is neither. */
function continueLayer(
  structure: Structure,
  op: Op,
  current: number,
  layers: DenseLayer[],
): boolean {
  const last = layers.at(-1);
  const made = op.results[0];
  if (last === undefined || made === undefined || !isElementwise(op)) return false;
  if (!isSmall(structure, made)) return false;
  const others = op.operands.filter((id) => id !== current);
  const [bias] = others;
  if (bias === undefined) {
    const activation = [last.activation, plainName(op)].filter((name) => name !== null).join(" · ");
    layers[layers.length - 1] = { ...last, activations: made, activation };
    return true;
  }
  const isBias = plainName(op) === "add" && tensorOf(structure, bias).role === "parameter";
  if (!isBias || last.bias !== null || last.activation !== null) return false;
  layers[layers.length - 1] = { ...last, bias, activations: made };
  return true;
}

/** Whether the picture would show every parameter that the forward pass uses. */
function isComplete(structure: Structure, users: Users, layers: readonly DenseLayer[]): boolean {
  const shown = new Set(layers.flatMap(({ weight, bias }) => [weight, bias]));
  const hidden = structure.tensors.some(
    ({ id, role }) => role === "parameter" && users.has(id) && !shown.has(id),
  );
  const whole = layers.every(
    ({ weight, bias }) => isWhole(structure, weight) && (bias === null || isWhole(structure, bias)),
  );
  const end = layers.at(-1)?.activations;
  return end !== undefined && whole && !hidden && (structure.output ?? end) === end;
}
