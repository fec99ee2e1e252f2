/** What a key does on the timeline. */
import type { TimelineModel } from "./timeline-model.ts";

export type KeyAction =
  | { readonly kind: "select"; readonly event: number | undefined }
  | { readonly kind: "scale"; readonly factor: number }
  | { readonly kind: "move"; readonly share: number }
  | { readonly kind: "whole" }
  | { readonly kind: "open" };

interface Standing {
  readonly model: Pick<TimelineModel, "places" | "lanes">;
  /** In order. */
  readonly evidence: readonly number[];
  readonly selected: number | undefined;
}

type Key = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

/** Nothing for a key that is not the timeline's, and for every shortcut of the browser. */
export function keyAction(event: Key, standing: Standing): KeyAction | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const { model, selected } = standing;
  const last = model.places.length - 1;
  const step = (by: number): KeyAction => ({
    kind: "select",
    event: selected === undefined ? (by > 0 ? 0 : last) : clamp(selected + by, last),
  });
  switch (event.key) {
    case "ArrowRight":
      return event.shiftKey ? { kind: "move", share: 0.2 } : step(1);
    case "ArrowLeft":
      return event.shiftKey ? { kind: "move", share: -0.2 } : step(-1);
    case "ArrowDown":
      return { kind: "select", event: inOtherLane(standing, 1) };
    case "ArrowUp":
      return { kind: "select", event: inOtherLane(standing, -1) };
    case "Home":
      return { kind: "select", event: 0 };
    case "End":
      return { kind: "select", event: last };
    case "+":
    case "=":
      return { kind: "scale", factor: 0.5 };
    case "-":
    case "_":
      return { kind: "scale", factor: 2 };
    case "0":
      return { kind: "whole" };
    case "n":
    case "N":
      return evidenceStep(standing, 1);
    case "p":
    case "P":
      return evidenceStep(standing, -1);
    case "Enter":
      return selected === undefined ? undefined : { kind: "open" };
    case "Escape":
      return selected === undefined ? undefined : { kind: "select", event: undefined };
    default:
      return undefined;
  }
}

function evidenceStep({ evidence, selected }: Standing, by: 1 | -1): KeyAction | undefined {
  if (evidence.length === 0) return undefined;
  const next =
    by === 1
      ? (evidence.find((index) => selected === undefined || index > selected) ?? evidence[0])
      : (evidence.findLast((index) => selected === undefined || index < selected) ??
        evidence.at(-1));
  return { kind: "select", event: next };
}

/** The event nearest in time in the next lane that has any; the same one at the end of lanes. */
function inOtherLane({ model, selected = 0 }: Standing, by: 1 | -1): number {
  const here = model.places[selected];
  if (here === undefined) return 0;
  for (let lane = here.lane + by; lane >= 0 && lane < model.lanes.length; lane += by) {
    let nearest: number | undefined;
    let distance = Infinity;
    for (const [index, place] of model.places.entries()) {
      const away = Math.abs(place.at - here.at);
      if (place.lane !== lane || away >= distance) continue;
      nearest = index;
      distance = away;
    }
    if (nearest !== undefined) return nearest;
  }
  return selected;
}

function clamp(index: number, last: number): number {
  return Math.max(0, Math.min(last, index));
}
