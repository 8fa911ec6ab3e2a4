/** Outlines of the icons on a 16×16 grid. `solid` ones are filled. */

interface IconShape {
  path: string;
  solid?: boolean;
}

export const ICONS = {
  start: { path: "M3 3h2v10H3zM13 3v10L6 8z", solid: true },
  back: { path: "M11.5 3v10L4.5 8z", solid: true },
  play: { path: "M4.5 2.5v11l9-5.5z", solid: true },
  pause: { path: "M4 3h3v10H4zM9 3h3v10H9z", solid: true },
  forward: { path: "M4.5 3v10l7-5z", solid: true },
  end: { path: "M11 3h2v10h-2zM3 3v10l7-5z", solid: true },
  record: { path: "M8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z", solid: true },
  auto: { path: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11" },
  light: {
    path: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M12.8 3.2l-1.1 1.1M4.3 11.7l-1.1 1.1",
  },
  dark: { path: "M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7z" },
  projector: { path: "M2 3.2h12M3 3.2v6.6h10V3.2M8 9.8v1.8M5.6 13.6L8 11.6l2.4 2" },
  share: {
    path: "M6.5 9.5l3-3M7 4.5l1.4-1.4a3 3 0 0 1 4.3 4.3L11.2 8.8M9 11.5l-1.4 1.4a3 3 0 0 1-4.3-4.3l1.5-1.4",
  },
  help: {
    path: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM6.2 6.3a1.9 1.9 0 1 1 2.7 1.8c-.6.3-.9.7-.9 1.3M8 11.4v.2",
  },
  add: { path: "M8 3.2v9.6M3.2 8h9.6" },
  remove: { path: "M4 4l8 8M12 4l-8 8" },
  duplicate: { path: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7" },
  grip: {
    path: "M5.4 3.4h1.4v1.4H5.4zM9.2 3.4h1.4v1.4H9.2zM5.4 7.3h1.4v1.4H5.4zM9.2 7.3h1.4v1.4H9.2zM5.4 11.2h1.4v1.4H5.4zM9.2 11.2h1.4v1.4H9.2z",
    solid: true,
  },
  undo: { path: "M6 3.5L3 6.5l3 3M3.5 6.5H9a3.5 3.5 0 0 1 0 7H6" },
  redo: { path: "M10 3.5l3 3-3 3M12.5 6.5H7a3.5 3.5 0 0 0 0 7h3" },
  down: { path: "M4 6.2l4 4 4-4" },
  left: { path: "M10 4L6 8l4 4" },
  right: { path: "M6 4l4 4-4 4" },
  up: { path: "M4 9.8l4-4 4 4" },
  across: { path: "M2.5 8h11M10.5 5l3 3-3 3" },
  upright: { path: "M8 2.5v11M5 10.5l3 3 3-3" },
  fit: { path: "M2.8 6V2.8H6M10 2.8h3.2V6M13.2 10v3.2H10M6 13.2H2.8V10" },
  more: { path: "M3 7.3h1.5v1.5H3zM7.3 7.3h1.5v1.5H7.3zM11.5 7.3H13v1.5h-1.5z", solid: true },
  recipe: { path: "M2.8 4h10.4M2.8 8h10.4M2.8 12h6.4" },
  trace: {
    path: "M2.6 8h2.2M11.2 3.6h2.2M11.2 12.4h2.2M4.8 8c3 0 2.6-4.4 6.4-4.4M4.8 8c3 0 2.6 4.4 6.4 4.4",
  },
  color: {
    path: "M8 2.2c2.4 3 3.9 5 3.9 7.2a3.9 3.9 0 0 1-7.8 0C4.1 7.2 5.6 5.2 8 2.2zM8 11.4a2 2 0 0 0 2-2",
  },
  inspector: { path: "M2.5 3.2h11v9.6h-11zM9.4 3.2v9.6M11 5.8h1M11 8h1" },
  settings: { path: "M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6M10.2 3.2v3.6M5.8 9.2v3.6" },
  search: { path: "M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.2 10.2l3.3 3.3" },
  branch: { path: "M4.5 2.8v10.4M4.5 10.4c0-3.4 6.8-2 6.8-5.8M8.8 6.6l2.5-2.5 2.5 2.5" },
  copy: { path: "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7" },
} as const satisfies Record<string, IconShape>;

export type IconName = keyof typeof ICONS;
