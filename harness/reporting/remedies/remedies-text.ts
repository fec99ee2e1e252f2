/** What `brownout remedies` found, as lines: a table, what is better and worse, and where. */
import { formatDuration } from "../../core/time/duration.ts";
import { count } from "../model/wording.ts";
import type { Effect } from "./effect.ts";
import { hasNothingToFix, type RemediesOfRun, type Tried } from "./remedies-report.ts";
import type { Trial } from "./trial.ts";

/** The lines about one run; `code` is what to take over, by the names of the remedies. */
export function remediesLines(
  found: RemediesOfRun,
  code: (remedies: readonly string[]) => readonly string[],
): readonly string[] {
  const { scenario, client, before, alone, together, fewest } = found;
  const head = `${scenario}, ${client.name} ${client.version}: ${stateOf(before)}.`;
  if (hasNothingToFix(found)) return [`${head} There is nothing to fix.`];
  const tried = together === undefined ? alone : [...alone, together];
  return [
    head,
    "",
    ...table([
      ["remedy", "without a token", "requests", "prompts", "longest call", "fails"],
      ["none", ...cellsOf(before)],
      ...tried.map((one) => [titleOf(one), ...rowOf(one)]),
    ]),
    "",
    ...tried.flatMap(detailLines),
    ...fewestLines(found),
    ...(fewest === undefined ? [] : ["", "Code to take over:", "", ...code(fewest.remedies)]),
  ];
}

function stateOf({ failing, figures }: Trial): string {
  const rules = failing.map(({ rule }) => rule);
  const { withoutTokenMs, requests, prompts } = figures;
  const lost = withoutTokenMs === 0 ? "no one" : formatDuration(withoutTokenMs);
  return [
    rules.length === 0 ? "no rule fails" : `fails ${rules.join(", ")}`,
    `${lost} without a token`,
    count(requests, "request"),
    count(prompts, "prompt"),
  ].join(", ");
}

function titleOf(tried: Tried): string {
  const remedies = tried.kind === "played" ? tried.trial.remedies : tried.remedies;
  return remedies.length === 1 ? (remedies[0] ?? "") : "all together";
}

function cellsOf({ figures, failing }: Trial): readonly string[] {
  const { withoutTokenMs, requests, prompts, longestCallMs } = figures;
  return [
    withoutTokenMs === 0 ? "none" : formatDuration(withoutTokenMs),
    String(requests),
    String(prompts),
    formatDuration(longestCallMs),
    failing.length === 0 ? "nothing" : failing.map(({ rule }) => rule).join(", "),
  ];
}

/** Figures of a remedy that was not in effect are those of chance: they are not shown. */
function rowOf(tried: Tried): readonly string[] {
  if (tried.kind === "failed") return ["not played"];
  switch (tried.effect.kind) {
    case "not-called":
      return ["not called"];
    case "nothing-to-do":
      return ["nothing to do"];
    case "acted":
      return cellsOf(tried.trial);
  }
}

function detailLines(tried: Tried): readonly string[] {
  if (tried.kind === "failed") return [`${titleOf(tried)} could not be played: ${tried.message}`];
  const { effect, trial } = tried;
  if (effect.kind !== "acted") return [];
  const better = [...fixesText(effect), ...effect.better];
  return [
    `${titleOf(tried)} (${actsText(trial)}):`,
    ...(better.length === 0 && effect.worse.length === 0 ? ["  changes nothing that counts"] : []),
    ...better.map((text) => `  better: ${text}`),
    ...effect.worse.map((text) => `  worse:  ${text}`),
  ];
}

function fixesText({ fixes, unjudged }: Extract<Effect, { readonly kind: "acted" }>) {
  if (fixes.length === 0) return [];
  const names = fixes.map((rule) =>
    unjudged.includes(rule) ? `${rule} (nothing is left for it to judge)` : rule,
  );
  return [`no longer fails ${names.join(", ")}`];
}

function actsText({ uses }: Trial): string {
  const acting = uses.filter(({ acts }) => acts > 0);
  const [only] = acting;
  if (uses.length === 1 && only !== undefined)
    return `in effect in ${only.acts} of the ${only.calls} calls or requests that went through it`;
  return `in effect: ${acting.map(({ remedy, acts }) => `${remedy} ${acts}×`).join(", ")}`;
}

function fewestLines({ fewest, together, alternatives = [] }: RemediesOfRun): readonly string[] {
  if (fewest === undefined) return ["", "No remedy that was in effect leaves less to fix."];
  const names = fewest.remedies.join(" and ");
  const verb = fewest.remedies.length === 1 ? "does" : "do";
  const rest = fewest.failing.map(({ rule }) => rule);
  const left =
    rest.length === 0 && fewest.figures.withoutTokenMs === 0
      ? "nothing is left to fix"
      : `${rest.length === 0 ? "no rule fails" : `${rest.join(", ")} still ${rest.length === 1 ? "fails" : "fail"}`}, ${formatDuration(fewest.figures.withoutTokenMs)} without a token`;
  const all = together === undefined ? "" : `, as much as all together`;
  const others =
    alternatives.length === 0
      ? ""
      : ` So ${alternatives.length === 1 ? "does" : "do"} ${alternatives.join(", ")}.`;
  return ["", `Enough: ${names} ${verb} it${all}: ${left}.${others}`];
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
}
