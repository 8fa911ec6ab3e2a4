import { beforeEach, describe, expect, it, vi } from "vitest";
import * as client from "../api/client";
import { ApiError } from "../api/errors";
import type { Predictions, Surface } from "../api/types";
import { FunctionPictureState } from "./functionPicture.svelte";

vi.mock("../api/client");

function predictions(changes: Partial<Predictions> = {}): Predictions {
  return {
    ...{ iteration: 1, reading: "probability", input_shape: [2], image: null },
    ...{ outputs: 1, samples: 1, of: 1, wrong: 0, seconds: 0, sample: [0], step: [0] },
    ...{ validation: [false], target: [1], prediction: [0.9], confidence: [0.9], input: [[0, 1]] },
    ...changes,
  };
}

const surface: Surface = {
  iteration: 1,
  reading: "probability",
  axes: [
    { low: 0, high: 1, count: 2 },
    { low: 0, high: 1, count: 2 },
  ],
  planes: ["probability 0"],
  target_low: 0,
  target_high: 1,
  seconds: 0,
  values: btoa("\0".repeat(16)),
};

beforeEach(() => {
  vi.mocked(client.fetchPredictions).mockReset().mockResolvedValue(predictions());
  vi.mocked(client.fetchSurface).mockReset().mockResolvedValue(surface);
});

describe("the picture of the function", () => {
  it("is a surface where samples have two inputs, with the samples on it", async () => {
    const picture = new FunctionPictureState();
    const stop = picture.watch("s");
    picture.refresh(false);
    await vi.waitFor(() => expect(picture.surface?.iteration).toBe(1));
    expect(picture.picture).toBe("plane");
    const wanted = { limit: 2_000, withInputs: true };
    expect(client.fetchPredictions).toHaveBeenLastCalledWith("s", wanted, expect.anything());
    stop();
  });

  it("asks for no surface of images, but for their mistakes", async () => {
    const images = predictions({
      input_shape: [1, 8, 8],
      image: { channels: 1, height: 8, width: 8 },
    });
    vi.mocked(client.fetchPredictions).mockResolvedValue(images);
    const picture = new FunctionPictureState();
    const stop = picture.watch("s");
    picture.refresh(true);
    await vi.waitFor(() => expect(picture.picture).toBe("images"));
    const wanted = { limit: 24, onlyWrong: true, withInputs: true };
    expect(client.fetchPredictions).toHaveBeenLastCalledWith("s", wanted, expect.anything());
    expect(client.fetchSurface).not.toHaveBeenCalled();
    stop();
  });

  it("leaves the samples alone while training moves the surface", async () => {
    const picture = new FunctionPictureState();
    const stop = picture.watch("s");
    picture.refresh(false);
    await vi.waitFor(() => expect(picture.surface).not.toBeNull());
    const asked = vi.mocked(client.fetchPredictions).mock.calls.length;
    picture.refresh(true);
    await vi.waitFor(() => expect(client.fetchSurface).toHaveBeenCalledTimes(2));
    expect(client.fetchPredictions).toHaveBeenCalledTimes(asked);
    stop();
  });

  it("says in the server's words why there is none", async () => {
    const problem = { code: "picture_unavailable", path: null, message: "The loss ctc finds …" };
    vi.mocked(client.fetchPredictions).mockRejectedValue(new ApiError(422, [problem]));
    const picture = new FunctionPictureState();
    const stop = picture.watch("s");
    picture.refresh(false);
    await vi.waitFor(() => expect(picture.failure).toContain("The loss ctc"));
    stop();
  });
});
