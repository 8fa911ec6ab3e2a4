/** A drawing that is written down as SVG: real text, real paths, heatmaps as embedded images. */

import type { Drawing, Outline } from "../canvas/drawing";

/** What every system has something for; a file must look alike where it was not made. */
const fontFamily = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
/** From the middle of a line of text down to its baseline, in ems. */
const middleToBaseline = 0.35;
/** How wide a letter is where no browser measures it, in ems. */
const usualLetter = 0.55;

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function escapeXml(text: string): string {
  // What XML cannot hold at all would make the whole file unreadable.
  const clean = text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
  return clean.replace(/[&<>"]/g, (letter) => `&#${String(letter.charCodeAt(0))};`);
}

/** A path, as its `d` attribute spells it. */
export class SvgOutline implements Outline {
  d = "";

  private add(letter: string, ...numbers: number[]): void {
    this.d += letter + numbers.map(short).join(" ");
  }

  moveTo(x: number, y: number): void {
    this.add("M", x, y);
  }

  lineTo(x: number, y: number): void {
    this.add("L", x, y);
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.add("C", ax, ay, bx, by, x, y);
  }

  quadraticCurveTo(ax: number, ay: number, x: number, y: number): void {
    this.add("Q", ax, ay, x, y);
  }

  closePath(): void {
    this.d += "Z";
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y);
    this.d += `h${short(width)}v${short(height)}h${short(-width)}Z`;
  }

  /** Radii as CSS gives them from the top left on; a single one for all corners. */
  roundRect(
    x: number,
    y: number,
    width: number,
    height: number,
    radii: number | DOMPointInit | Iterable<number | DOMPointInit> = 0,
  ): void {
    const given = typeof radii === "number" ? [radii] : [...(radii as Iterable<number>)];
    const most = Math.min(width, height) / 2;
    const at = (i: number): number => Math.min(most, given[i % given.length] ?? 0);
    const [a, b, c, d] = [at(0), at(1), at(2), at(3)];
    const corner = (radius: number, dx: number, dy: number): string =>
      `a${[radius, radius].map(short).join(" ")} 0 0 1 ${short(dx)} ${short(dy)}`;
    this.moveTo(x + a, y);
    this.d += `h${short(width - a - b)}${corner(b, b, b)}v${short(height - b - c)}${corner(c, -c, c)}`;
    this.d += `h${short(c + d - width)}${corner(d, -d, -d)}v${short(a + d - height)}${corner(a, a, -a)}Z`;
  }

  arc(x: number, y: number, radius: number, start: number, end: number): void {
    const point = (angle: number): [number, number] => [
      x + radius * Math.cos(angle),
      y + radius * Math.sin(angle),
    ];
    this.moveTo(...point(start));
    // In two halves: an arc that ends where it begins would be drawn as nothing.
    for (const angle of [(start + end) / 2, end]) {
      const [toX, toY] = point(angle);
      this.d += `A${[radius, radius].map(short).join(" ")} 0 0 1 ${short(toX)} ${short(toY)}`;
    }
  }
}

export class SvgDrawing extends SvgOutline implements Drawing {
  fillStyle: Drawing["fillStyle"] = "#000000";
  strokeStyle: Drawing["strokeStyle"] = "#000000";
  lineWidth = 1;
  lineCap: CanvasLineCap = "butt";
  lineJoin: CanvasLineJoin = "miter";
  globalAlpha = 1;
  font = "10px sans-serif";
  letterSpacing = "0px";
  textAlign: CanvasTextAlign = "left";
  textBaseline: CanvasTextBaseline = "alphabetic";
  private readonly parts: string[] = [];
  private readonly patterns = new Map<object, string>();
  private dash: readonly number[] = [];
  private transform = "";
  private readonly ruler = document.createElement("canvas").getContext("2d");

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    super();
  }

  /** The whole file. */
  toText(title: string): string {
    const size = `width="${short(this.width)}" height="${short(this.height)}"`;
    const box = `viewBox="0 0 ${short(this.width)} ${short(this.height)}"`;
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box} role="img">\n` +
      `<title>${escapeXml(title)}</title>\n${this.parts.join("\n")}\n` +
      `${this.transform === "" ? "" : "</g>\n"}</svg>\n`
    );
  }

  makeOutline(): SvgOutline {
    return new SvgOutline();
  }

  setTransform(...numbers: unknown[]): void {
    if (this.transform !== "") this.parts.push("</g>");
    this.transform = `matrix(${numbers.map((value) => short(Number(value) * 1000) + "e-3").join(" ")})`;
    this.parts.push(`<g transform="${this.transform}">`);
  }

  setLineDash(dash: Iterable<number>): void {
    this.dash = [...dash];
  }

  beginPath(): void {
    this.d = "";
  }

  fill(outline?: Outline): void {
    this.write(outline, `fill="${this.paint(this.fillStyle)}"`);
  }

  stroke(outline?: Outline): void {
    const dash =
      this.dash.length === 0 ? "" : ` stroke-dasharray="${this.dash.map(short).join(" ")}"`;
    const cap = this.lineCap === "butt" ? "" : ` stroke-linecap="${this.lineCap}"`;
    const line = `stroke="${this.paint(this.strokeStyle)}" stroke-width="${short(this.lineWidth)}"`;
    this.write(outline, `fill="none" ${line}${dash}${cap}`);
  }

  private write(outline: Outline | undefined, look: string): void {
    const { d } = outline instanceof SvgOutline ? outline : this;
    if (d !== "") this.parts.push(`<path d="${d}" ${look}${this.opacity}/>`);
  }

  private get opacity(): string {
    return this.globalAlpha === 1 ? "" : ` opacity="${short(this.globalAlpha)}"`;
  }

  private paint(style: Drawing["fillStyle"]): string {
    return typeof style === "string" ? escapeXml(style) : `url(#${this.patterns.get(style) ?? ""})`;
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const outline = new SvgOutline();
    outline.rect(x, y, width, height);
    this.fill(outline);
  }

  fillText(text: string, x: number, y: number, maxWidth?: number): void {
    const [, weight = "400", size = "10"] = /^(?:(\d+)\s+)?([\d.]+)px/.exec(this.font) ?? [];
    const down = this.textBaseline === "middle" ? Number(size) * middleToBaseline : 0;
    const anchor = { center: "middle", right: "end", end: "end", left: "start", start: "start" };
    const isLong = maxWidth !== undefined && this.measureText(text).width > maxWidth;
    const squeezed = isLong
      ? ` textLength="${short(maxWidth)}" lengthAdjust="spacingAndGlyphs"`
      : "";
    const spacing = this.letterSpacing === "0px" ? "" : ` letter-spacing="${this.letterSpacing}"`;
    this.parts.push(
      `<text x="${short(x)}" y="${short(y + down)}" font-family="${fontFamily}" ` +
        `font-size="${size}" font-weight="${weight}" text-anchor="${anchor[this.textAlign]}"` +
        `${squeezed}${spacing} fill="${this.paint(this.fillStyle)}"${this.opacity}>` +
        `${escapeXml(text)}</text>`,
    );
  }

  measureText(text: string): TextMetrics {
    if (this.ruler === null) {
      const [size = "10"] = /[\d.]+(?=px)/.exec(this.font) ?? [];
      return { width: text.length * Number(size) * usualLetter } as TextMetrics;
    }
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  createPattern(image: CanvasImageSource): CanvasPattern | null {
    if (!(image instanceof HTMLCanvasElement)) return null;
    const id = `pattern-${String(this.patterns.size)}`;
    const pattern = { setTransform: () => undefined };
    this.patterns.set(pattern, id);
    const [width, height] = [image.width, image.height];
    const size = `width="${String(width)}" height="${String(height)}"`;
    this.parts.push(
      `<defs><pattern id="${id}" ${size} patternUnits="userSpaceOnUse">` +
        `<image ${size} href="${image.toDataURL()}"/></pattern></defs>`,
    );
    return pattern;
  }

  drawImage(image: HTMLCanvasElement, x: number, y: number, width: number, height: number): void {
    if (image.width === 0 || image.height === 0) return;
    const place = `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
    const href = image.toDataURL();
    this.parts.push(`<image ${place} preserveAspectRatio="none" href="${href}"${this.opacity}/>`);
  }
}
