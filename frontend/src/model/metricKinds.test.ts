import { expect, it } from "vitest";
import { metricRows } from "../../test/metricRows";
import { NO_METRICS } from "./metrics";
import { measuredKinds } from "./metricKinds";

it("only what has been measured can be chosen", () => {
  const metrics = metricRows(0, [2, 1]);
  expect(measuredKinds(metrics).map(({ key }) => key)).toEqual([
    "loss",
    "learning_rate",
    "gradient_flow",
  ]);
  expect(measuredKinds({ ...metrics, accuracy: [0.5, 1] }).map(({ key }) => key)).toContain(
    "accuracy",
  );
  expect(measuredKinds(NO_METRICS)).toEqual([]);
});
