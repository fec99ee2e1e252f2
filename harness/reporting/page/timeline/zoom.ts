/** The stretch of the run that is looked at: d3-zoom moves it by mouse and touch, buttons and keys by hand. */
import { select } from "d3-selection";
import { zoom, zoomIdentity, type ZoomBehavior } from "d3-zoom";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { View } from "./detail.ts";

/** The shortest stretch that fills the picture, ms. */
const SHORTEST_MS = 10;

export interface Zoom {
  readonly view: View;
  /** Shows that stretch, as far as it lies in the run. */
  readonly show: (view: View) => void;
  /** Widens (above 1) or narrows what is seen, about `at` or the middle. */
  readonly scale: (factor: number, at?: number) => void;
  /** Moves by a share of what is seen. */
  readonly move: (share: number) => void;
}

/** The zoom of a surface whose inner `plotPx` pixels from `leftPx` on stand for the run. */
export function useZoom(
  surface: RefObject<SVGSVGElement | null>,
  {
    lengthMs,
    plotPx,
    leftPx,
  }: { readonly lengthMs: number; readonly plotPx: number; readonly leftPx: number },
): Zoom {
  const [view, setView] = useState<View>({ from: 0, to: lengthMs });
  const latest = useRef(view);
  const behaviour = useRef<ZoomBehavior<SVGSVGElement, unknown>>(undefined);
  const perPixel = lengthMs / plotPx;

  useEffect(() => {
    const node = surface.current;
    if (node === null) return undefined;
    const made = zoom<SVGSVGElement, unknown>()
      .extent([
        [leftPx, 0],
        [leftPx + plotPx, 1],
      ])
      .translateExtent([
        [leftPx, 0],
        [leftPx + plotPx, 1],
      ])
      .scaleExtent([1, Math.max(1, lengthMs / SHORTEST_MS)])
      .duration(0)
      // The bare wheel scrolls the page, as everywhere; a pinch on a pad comes as Ctrl and wheel.
      .filter((event: MouseEvent) =>
        event.type === "wheel"
          ? event.ctrlKey || event.metaKey
          : event.button === 0 || event.button === undefined,
      )
      .on("zoom", ({ transform }: { transform: { k: number; x: number } }) => {
        const from = ((leftPx - transform.x) / transform.k - leftPx) * perPixel;
        latest.current = { from, to: from + lengthMs / transform.k };
        setView(latest.current);
      });
    behaviour.current = made;
    select(node).call(made);
    show(latest.current);
    return () => void select(node).on(".zoom", null);
  }, [lengthMs, plotPx, leftPx]);

  function show({ from, to }: View): void {
    const node = surface.current;
    if (node === null || behaviour.current === undefined) return;
    const lasts = Math.min(lengthMs, Math.max(SHORTEST_MS, to - from));
    const start = Math.max(0, Math.min(lengthMs - lasts, from));
    const k = lengthMs / lasts;
    const x = leftPx - (start / perPixel + leftPx) * k;
    behaviour.current.transform(select(node), zoomIdentity.translate(x, 0).scale(k));
  }

  return {
    view,
    show,
    scale(factor, at) {
      const { from, to } = latest.current;
      const about = at ?? (from + to) / 2;
      show({ from: about - (about - from) * factor, to: about + (to - about) * factor });
    },
    move(share) {
      const { from, to } = latest.current;
      const by = (to - from) * share;
      show({ from: from + by, to: to + by });
    },
  };
}

/** A stretch with air around what it holds, for a run of that length. */
export function around(moments: readonly number[], lengthMs: number): View {
  const from = Math.min(...moments);
  const to = Math.max(...moments);
  const air = Math.max((to - from) * 0.15, Math.min(lengthMs * 0.02, 30_000), 50);
  return { from: from - air, to: to + air };
}
