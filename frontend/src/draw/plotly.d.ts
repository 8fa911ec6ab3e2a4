/** The part of Plotly that this page uses. */

declare module "plotly.js-basic-dist-min" {
  export type Data = Record<string, unknown>;
  export type Layout = Record<string, unknown> & {
    font?: Record<string, unknown>;
    xaxis?: Record<string, unknown>;
    yaxis?: Record<string, unknown>;
    shapes?: Shape[];
  };
  export type Shape = Record<string, unknown>;

  export interface PlotlyElement extends HTMLElement {
    on(event: "plotly_click", listener: (event: { points: { x: unknown }[] }) => void): void;
  }

  export function newPlot(
    element: HTMLElement,
    data: Data[],
    layout: Layout,
    config: Record<string, unknown>,
  ): Promise<PlotlyElement>;
  export function react(element: HTMLElement, data: Data[], layout: Layout): Promise<PlotlyElement>;
  export function extendTraces(
    element: HTMLElement,
    update: Record<string, unknown[][]>,
    indices: number[],
  ): Promise<PlotlyElement>;
  export function relayout(
    element: HTMLElement,
    layout: Record<string, unknown>,
  ): Promise<PlotlyElement>;
  export function purge(element: HTMLElement): void;
  export const Plots: { resize(element: HTMLElement): void };
}
