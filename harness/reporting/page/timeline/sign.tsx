/** Signs: what happens at a moment and has a shape of its own. */
import type { MarkStyle } from "./styles.ts";

/** Centred on `x`, fourteen pixels high from `y`; several in one place have a dot above. */
export function Sign({
  style,
  x,
  y,
  count = 1,
}: {
  readonly style: MarkStyle;
  readonly x: number;
  readonly y: number;
  readonly count?: number;
}) {
  return (
    <g class={`sign ${style}`} transform={`translate(${Math.round(x * 10) / 10} ${y})`}>
      <path d={paths[style] ?? "M-4 3h8v8h-8z"} />
      {count > 1 && <circle class="more" cx={6} cy={3} r={2} />}
    </g>
  );
}

const paths: Readonly<Partial<Record<MarkStyle, string>>> = {
  // A person: head and shoulders.
  prompt: "M0 1a3 3 0 1 1 0 6a3 3 0 1 1 0-6zM-6 13c0-7 12-7 12 0z",
  // A turn: an arrow that closes on itself.
  restart: "M-1 2a5 5 0 1 0 5 5h-2a3 3 0 1 1-3-3v2.5l5-3.5-5-3.5z",
  // A tab of a browser.
  tab: "M-6 12v-9h6l2 2h4v7z",
  // A warning: a triangle with a stroke in it.
  "page-error": "M0 1l7 12h-14zM-1 5v4h2v-4zM-1 10v2h2v-2z",
  // A key.
  presented: "M-5 7a3 3 0 1 1 5.6 1.4h4.9v3h-2v-1.500h-2.900a3 3 0 0 1-5.600-2.900z",
  "presented-refused": "M-5 3l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z",
  world: "M0 1l6 6-6 6-6-6z",
  note: "M-5 2h10v7h-5l-3 3v-3h-2z",
};
