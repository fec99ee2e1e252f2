/** What of the timeline's frame is on the screen: its width, and the stretch of lanes that is scrolled to. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

/** Until it is measured, and on paper. */
const WIDTH_PX = 960;

/** The width of the frame, pixels. */
export function useWidth(frame: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(WIDTH_PX);
  useLayoutEffect(() => {
    const node = frame.current;
    if (node === null) return undefined;
    const measure = (): void => setWidth(Math.max(280, node.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** The pixels of the lanes that are in sight, with a margin; on paper all. */
export function useVisible(
  frame: RefObject<HTMLDivElement | null>,
  heightPx: number,
): { readonly top: number; readonly bottom: number } {
  const [span, setSpan] = useState({ top: 0, bottom: 2_000 });
  const [isPaper, setPaper] = useState(false);
  useEffect(() => {
    const paper = matchMedia("print");
    const turn = (): void => setPaper(paper.matches);
    turn();
    paper.addEventListener("change", turn);
    return () => paper.removeEventListener("change", turn);
  }, []);
  useEffect(() => {
    const node = frame.current;
    if (node === null) return undefined;
    const look = (): void => {
      const margin = node.clientHeight / 2;
      setSpan({
        top: node.scrollTop - margin,
        bottom: node.scrollTop + node.clientHeight + margin,
      });
    };
    look();
    node.addEventListener("scroll", look, { passive: true });
    return () => node.removeEventListener("scroll", look);
  }, [heightPx]);
  return isPaper ? { top: 0, bottom: heightPx } : span;
}

/** Scrolls the frame, and nothing else, until what is so high in it can be seen. */
export function scrollIntoFrame(
  frame: HTMLDivElement | null,
  { top, height }: { readonly top: number; readonly height: number },
): void {
  if (frame === null) return;
  const isAbove = top < frame.scrollTop + MARGIN_PX;
  const isBelow = top + height + 2 * MARGIN_PX > frame.scrollTop + frame.clientHeight;
  if (isAbove || isBelow) frame.scrollTop = top - frame.clientHeight / 3;
}

/** Room for the axis above, and as much below. */
const MARGIN_PX = 40;
