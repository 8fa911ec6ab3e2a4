import { describe, expect, it } from "vitest";
import { TapeBuilder } from "../../test/tapeBuilder";
import { denseNetworkOf, weightIndex } from "./denseNetwork";

function numbers(...shape: number[]) {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, values: Array.from({ length: count }, (_, i) => i) };
}

/** A linear layer as `nn.Linear` runs it. */
function linear(builder: TapeBuilder, name: string, from: number, [ins, outs]: [number, number]) {
  const weight = builder.parameter(`${name}.weight`, numbers(outs, ins));
  const bias = builder.parameter(`${name}.bias`, numbers(outs));
  const turned = builder.op("aten.t", [weight], numbers(ins, outs));
  return { weight, bias, out: builder.op("aten.addmm", [bias, from, turned], numbers(4, outs)) };
}

function loss(builder: TapeBuilder, output: number): void {
  const target = builder.target("target", numbers(4, 1));
  builder.backward(builder.op("aten.mse_loss", [output, target], numbers()), () => null);
}

describe("a chain of small dense layers", () => {
  it("is recognised with its activations", () => {
    const builder = new TapeBuilder();
    const input = builder.input("input", numbers(4, 2));
    const first = linear(builder, "fc1", input, [2, 3]);
    const active = builder.op("aten.tanh", [first.out], numbers(4, 3));
    const second = linear(builder, "fc2", active, [3, 1]);
    loss(builder, second.out);
    expect(denseNetworkOf(builder.structure())).toEqual({
      input,
      samples: 4,
      layers: [
        {
          weight: first.weight,
          unitsFirst: true,
          bias: first.bias,
          inputs: 2,
          units: 3,
          activations: active,
          activation: "tanh",
        },
        {
          weight: second.weight,
          unitsFirst: true,
          bias: second.bias,
          inputs: 3,
          units: 1,
          activations: second.out,
          activation: null,
        },
      ],
    });
  });

  it("is recognised in a program that writes x @ w + b", () => {
    const builder = new TapeBuilder();
    const x = builder.input("x", numbers(4, 2));
    const w = builder.parameter("w", numbers(2, 1));
    const b = builder.parameter("b", numbers(1));
    const product = builder.op("aten.mm", [x, w], numbers(4, 1));
    const sum = builder.op("aten.add", [product, b], numbers(4, 1));
    loss(builder, sum);
    const [layer] = denseNetworkOf(builder.structure())?.layers ?? [];
    expect(layer).toMatchObject({ weight: w, bias: b, unitsFirst: false, activations: sum });
  });

  it("keeps a weight where its tensor keeps it", () => {
    const layer = { weight: 0, bias: null, inputs: 2, units: 3, activations: 0, activation: null };
    expect(weightIndex({ ...layer, unitsFirst: true }, 2, 1)).toBe(5);
    expect(weightIndex({ ...layer, unitsFirst: false }, 2, 1)).toBe(5);
    expect(weightIndex({ ...layer, unitsFirst: true }, 1, 0)).toBe(2);
    expect(weightIndex({ ...layer, unitsFirst: false }, 1, 0)).toBe(1);
  });
});

describe("what is no such chain", () => {
  it("has a skip connection", () => {
    const builder = new TapeBuilder();
    const input = builder.input("input", numbers(4, 2));
    const { out } = linear(builder, "fc1", input, [2, 2]);
    const active = builder.op("aten.tanh", [out], numbers(4, 2));
    const inner = linear(builder, "fc2", active, [2, 2]);
    const sum = builder.op("aten.add", [inner.out, active], numbers(4, 2));
    loss(builder, sum);
    expect(denseNetworkOf(builder.structure())).toBeNull();
  });

  it("has more than sixteen units in a layer", () => {
    const builder = new TapeBuilder();
    const { out } = linear(builder, "fc1", builder.input("input", numbers(4, 2)), [2, 17]);
    loss(builder, out);
    expect(denseNetworkOf(builder.structure())).toBeNull();
  });

  it("has a parameter that is no weight and no bias of a layer", () => {
    const builder = new TapeBuilder();
    const { out } = linear(builder, "fc1", builder.input("input", numbers(4, 2)), [2, 2]);
    const scale = builder.parameter("scale", numbers(2));
    loss(builder, builder.op("aten.mul", [out, scale], numbers(4, 2)));
    expect(denseNetworkOf(builder.structure())).toBeNull();
  });

  it("has no layer at all", () => {
    const builder = new TapeBuilder();
    loss(builder, builder.op("aten.tanh", [builder.input("x", numbers(4, 2))], numbers(4, 2)));
    expect(denseNetworkOf(builder.structure())).toBeNull();
  });
});
