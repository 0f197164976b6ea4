import type { Lang } from "../messages.js";

/** Colours by what they mean. Blue, vermilion, green and purple of Okabe and Ito, which the colour-blind tell apart. */
export interface Theme {
  background: string;
  ink: string;
  muted: string;
  grid: string;
  history: string;
  model: string;
  backtest: string;
  fitted: string;
  baseline: string;
  baseline2: string;
  baseline3: string;
  /** The tutorial's three colours: blue, green, red. */
  actual: string;
  fit: string;
  predicted: string;
}

export const lightTheme: Theme = {
  background: "#ffffff",
  ink: "#17212b",
  muted: "#5b6875",
  grid: "#e6eaee",
  history: "#3a4856",
  model: "#0072b2",
  backtest: "#d55e00",
  fitted: "#009e73",
  baseline: "#8b97a3",
  baseline2: "#b0608c",
  baseline3: "#a8811d",
  actual: "#1d4ed8",
  fit: "#15803d",
  predicted: "#dc2626",
};

export const darkTheme: Theme = {
  background: "#12181f",
  ink: "#e7ecf1",
  muted: "#9aa7b4",
  grid: "#2a3440",
  history: "#c3ced9",
  model: "#56b4e9",
  backtest: "#ff9a4d",
  fitted: "#3fc99d",
  baseline: "#7d8a97",
  baseline2: "#e29cc4",
  baseline3: "#dcb554",
  actual: "#7aa2ff",
  fit: "#4ade80",
  predicted: "#ff7a7a",
};

const names = Object.keys(lightTheme) as (keyof Theme)[];

/** Colours as CSS variables, for a picture inside a page that may be light or dark. */
export const pageTheme = Object.fromEntries(
  names.map((name) => [name, `var(--lb-${name})`]),
) as unknown as Theme;

/** The CSS declarations behind {@link pageTheme}. */
export function themeVariables(theme: Theme): string {
  return names.map((name) => `--lb-${name}:${theme[name]}`).join(";");
}

/** What every picture takes besides its data. Lengths are hundredths of an inch, as are all units in the SVG. */
export interface PlotOptions {
  lang: Lang;
  theme?: Theme;
  width?: number;
  height?: number;
}

export const fontFamily = "Noto Sans SC";
