/** Paints small images: an image as it is, or numbers on the diverging scale. */

import type { ImageShape } from "../api/types";
import { mix, type Palette, type Rgb } from "./palette";

/** Grey or coloured pixels, dark at the least number and light at the greatest. */
export function drawImage(
  canvas: HTMLCanvasElement,
  pixels: ArrayLike<number>,
  shape: ImageShape,
): void {
  const numbers = Array.from(pixels).filter(Number.isFinite);
  const low = Math.min(...numbers);
  const reach = Math.max(...numbers) - low || 1;
  const size = shape.height * shape.width;
  const at = (index: number): number =>
    Math.round((255 * ((pixels[index] as number) - low)) / reach);
  paint(canvas, shape, (index) =>
    shape.channels === 3
      ? [at(index), at(index + size), at(index + 2 * size)]
      : [at(index), at(index), at(index)],
  );
}

/** One map of numbers; `scale` is the magnitude of the strongest colour. */
export function drawMap(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  shape: ImageShape,
  { palette, scale }: { palette: Palette; scale: number },
): void {
  paint(canvas, shape, (index) => {
    const value = values[index] as number;
    return Number.isFinite(value) ? mix(palette, value, scale) : palette.danger;
  });
}

function paint(
  canvas: HTMLCanvasElement,
  { width, height }: ImageShape,
  colorAt: (index: number) => Rgb,
): void {
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (pen === null) return;
  const image = pen.createImageData(width, height);
  for (let index = 0; index < width * height; index++)
    image.data.set([...colorAt(index), 255], index * 4);
  pen.putImageData(image, 0, 0);
}
