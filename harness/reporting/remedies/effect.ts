/**
 * What a remedy did to a run: better, worse, or nothing. Credit is only for what was in effect: a
 * remedy that changed nothing by its own count is credited with no difference, also where figures differ.
 */
import { formatDuration } from "../../core/time/duration.ts";
import { count } from "../model/wording.ts";
import type { Figures, Phase, Trial } from "./trial.ts";

/** What came of a remedy, or of several together. */
export type Effect =
  /** Its code never ran. */
  | { readonly kind: "not-called" }
  /** Its code ran, and there was nothing for it to do. */
  | { readonly kind: "nothing-to-do" }
  | {
      readonly kind: "acted";
      /** Rules that no longer fail. */
      readonly fixes: readonly string[];
      /** Those of them that do not pass either: there is nothing left for them to judge. */
      readonly unjudged: readonly string[];
      /** What else is better, each as a phrase. */
      readonly better: readonly string[];
      /** What is worse and where, each as a phrase. */
      readonly worse: readonly string[];
    };

/** Compares a run with remedies with the one without. */
export function effectOf(before: Trial, after: Trial): Effect {
  if (after.uses.every(({ calls }) => calls === 0)) return { kind: "not-called" };
  if (after.uses.every(({ acts }) => acts === 0)) return { kind: "nothing-to-do" };
  const failing = new Set(after.failing.map(({ rule }) => rule));
  const fixes = before.failing.map(({ rule }) => rule).filter((rule) => !failing.has(rule));
  return {
    kind: "acted",
    fixes,
    unjudged: fixes.filter((rule) => !after.passing.includes(rule)),
    better: differences(after.figures, before.figures, "better"),
    worse: [...newlyFailing(before, after), ...differences(before.figures, after.figures, "worse")],
  };
}

/** Whether anything is left of what the run failed by, or cost people. */
export function isFixed({ failing, figures }: Trial): boolean {
  return failing.length === 0 && figures.withoutTokenMs === 0 && figures.promptsCaused === 0;
}

/** Whether one run is at least as good as another in what fails and in what it costs people. */
export function isAsGoodAs(one: Trial, other: Trial): boolean {
  const allowed = new Set(other.failing.map(({ rule }) => rule));
  return (
    one.failing.every(({ rule }) => allowed.has(rule)) &&
    one.figures.withoutTokenMs <= other.figures.withoutTokenMs &&
    one.figures.promptsCaused <= other.figures.promptsCaused
  );
}

function newlyFailing(before: Trial, after: Trial): readonly string[] {
  const known = new Set(before.failing.map(({ rule }) => rule));
  return after.failing
    .filter(({ rule }) => !known.has(rule))
    .map(({ rule, message }) => `${rule} fails now: ${message}`);
}

/** The figures that are higher in `high` than in `low`; better is said of the run that has the lower ones. */
function differences(low: Figures, high: Figures, which: "better" | "worse"): readonly string[] {
  const [from, to] = which === "worse" ? [low, high] : [high, low];
  const figures = (
    [
      ["withoutTokenMs", (ms) => (ms === 0 ? "no time" : formatDuration(ms)), "without a token"],
      ["callsFailed", String, "calls without a token"],
      ["promptsCaused", String, "sign-ins that only the outage asked for"],
      ["prompts", String, "sign-in pages shown"],
      ["requests", String, "requests"],
    ] as const satisfies readonly (readonly [keyof Figures, (figure: number) => string, string])[]
  ).flatMap(([name, text, what]) => {
    if (high[name] <= low[name]) return [];
    const where = name === "requests" ? placesOf(from, to) : "";
    return [`${text(from[name])} → ${text(to[name])} ${what}${where}`];
  });
  return [...figures, ...longestCall(from, to, which), ...backupLine(from, to, which)];
}

/** Below that a longer call is not worth a word, ms. */
const LONGER_MS = 1_000;

function longestCall(from: Figures, to: Figures, which: "better" | "worse"): readonly string[] {
  const difference = to.longestCallMs - from.longestCallMs;
  if (which === "worse" ? difference < LONGER_MS : difference > -LONGER_MS) return [];
  const [one, other] = [from, to].map(({ longestCallMs }) => formatDuration(longestCallMs));
  return [
    `the longest call takes ${other} instead of ${one}, ${formatDuration(to.longestCallAtMs)} in`,
  ];
}

function backupLine(from: Figures, to: Figures, which: "better" | "worse"): readonly string[] {
  if (which === "worse" || to.fromBackup <= from.fromBackup) return [];
  const tokens = count(to.fromBackup - from.fromBackup, "more token");
  return [`${tokens} from the backup, which has the session inside its three days`];
}

const phaseNames: Readonly<Record<Phase, string>> = {
  before: "before the outage",
  during: "during it",
  after: "after it",
};

function placesOf(from: Figures, to: Figures): string {
  const parts = (["before", "during", "after"] as const).flatMap((phase) => {
    const more = to.requestsIn[phase] - from.requestsIn[phase];
    if (more === 0) return [];
    return [`${Math.abs(more)} ${more > 0 ? "more" : "fewer"} ${phaseNames[phase]}`];
  });
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
