/** The server's types under short names. The one place that reaches into the generated schema. */

import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Call = Schemas["Call"];
export type Catalog = Schemas["Catalog"];
export type CatalogEntry = Schemas["CatalogEntry"];
export type CatalogParameter = Schemas["CatalogParameter"];
/** A command as it is sent: what is left out is usual. */
type Asked<T extends { kind: string }> = Pick<T, "kind"> & Partial<T>;

export type Command =
  | Schemas["RecordCommand"]
  | Asked<Schemas["RunCommand"]>
  | Schemas["PauseCommand"]
  | Schemas["ResetCommand"]
  | Asked<Schemas["SetCommand"]>
  | Schemas["EditCommand"]
  | Schemas["SeekCommand"];
export type Event = Schemas["Event"];
export type EventKind = Schemas["EventKind"];
export type Example = Schemas["Example"];
export type Finding = Schemas["Finding"];
export type FindingKind = Schemas["FindingKind"];
export type Frame = Schemas["Frame"];
export type BadNumber = Schemas["BadNumber"];
export type GradientEdge = Schemas["GradientEdge"];
export type IterationLayers = Schemas["IterationLayers"];
export type LayerHistory = Schemas["LayerHistory"];
export type LayerStatistics = Schemas["LayerStatistics"];
export type LoggedEvent = Schemas["LoggedEvent"];
export type MagnitudeHistogram = Schemas["MagnitudeHistogram"];
export type Metrics = Schemas["Metrics"];
export type Node = Schemas["Node"];
export type Op = Schemas["Op"];
export type OpTimes = Schemas["OpTimes"];
export type Phase = Schemas["Phase"];
export type ReplayDocument = Schemas["ReplayDocument"];
export type ReplayFrame = Schemas["ReplayFrame"];
export type Role = Schemas["Role"];
export type SessionEvent = LoggedEvent["event"];
export type SessionPhase = Schemas["SessionPhase"];
export type SessionState = Schemas["SessionState"];
export type Slot = Schemas["Slot"];
export type Statistics = Schemas["Statistics"];
export type Structure = Schemas["Structure"];
export type Tensor = Schemas["Tensor"];
export type ValueHistogram = Schemas["ValueHistogram"];

/** A tape as it travels; the structure is null where the page has said that it knows it. */
export interface TapeJson {
  structure: Structure | null;
  frame: Frame;
}

/** A tape with its numbers. */
export interface WholeTape {
  json: TapeJson;
  blob: ArrayBuffer;
}

/** A float as JSON carries it: non-finite numbers are names. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

/** A tensor's numbers as JSON carries them: one level of lists per dimension. */
export type NestedNumbers = JsonNumber | boolean | NestedNumbers[];
