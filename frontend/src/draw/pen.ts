/** A canvas that is written on in CSS pixels, sharp at any density. */

export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio?: number;
}

/** Sizes the canvas and clears it; null where it cannot be drawn on. */
export function penOn(
  canvas: HTMLCanvasElement,
  { width, height, pixelRatio = globalThis.devicePixelRatio }: PictureSize,
): CanvasRenderingContext2D | null {
  canvas.width = Math.max(1, Math.round(width * pixelRatio));
  canvas.height = Math.max(1, Math.round(height * pixelRatio));
  const pen = canvas.getContext("2d");
  pen?.scale(pixelRatio, pixelRatio);
  return pen;
}
