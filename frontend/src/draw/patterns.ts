/** Textures for what is no number: they tell apart without colour, in fields of any size. */

const TILE = 6; // CSS pixels; small enough for a field of two columns

export interface FieldPatterns {
  /** Rings in a row: nothing but zeros. */
  readonly zero: CanvasPattern;
  /** Hatched: NaN or infinity. */
  readonly notFinite: CanvasPattern;
}

/** Built for one context; both have a transparent ground. */
export function buildPatterns(
  context: CanvasRenderingContext2D,
  ratio: number,
  colors: { readonly zero: string; readonly danger: string },
): FieldPatterns {
  return {
    zero: tile(context, ratio, (pen) => {
      pen.strokeStyle = colors.zero;
      pen.lineWidth = 1;
      pen.beginPath();
      pen.arc(TILE / 2, TILE / 2, 1.4, 0, 2 * Math.PI);
      pen.stroke();
    }),
    notFinite: tile(context, ratio, (pen) => {
      pen.strokeStyle = colors.danger;
      pen.lineWidth = 2;
      pen.beginPath();
      // The two corners close the line that leaves the tile and enters the next.
      for (const shift of [-TILE, 0, TILE]) {
        pen.moveTo(shift - 1, TILE + 1);
        pen.lineTo(shift + TILE + 1, -1);
      }
      pen.stroke();
    }),
  };
}

function tile(
  context: CanvasRenderingContext2D,
  ratio: number,
  paint: (pen: CanvasRenderingContext2D) => void,
): CanvasPattern {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(TILE * ratio);
  const pen = canvas.getContext("2d");
  if (pen !== null) {
    pen.scale(canvas.width / TILE, canvas.height / TILE);
    paint(pen);
  }
  const pattern = context.createPattern(canvas, "repeat") as CanvasPattern;
  // The context is scaled by the ratio: the tile is not to be scaled a second time.
  pattern.setTransform(new DOMMatrix().scale(TILE / canvas.width, TILE / canvas.height));
  return pattern;
}
