/** What a control found, in a sentence. */
import { formatDuration } from "../../core/time/duration.ts";
import type { Control, Dependencies, NamedWindow } from "./control.ts";

/** What it found, in a sentence or more, for readers of a report. */
export function controlText(control: Control): string {
  const { dependsOn } = { dependsOn: undefined, ...control };
  return [causeText(control), ...dependencyTexts(dependsOn)].join(" ");
}

function causeText(control: Control): string {
  switch (control.kind) {
    case "caused":
      return causedText(control);
    case "not-of-the-outage": {
      const { message } = control;
      const other = message === undefined ? "" : ` There it says: ${message}`;
      return `Not of the outage: it fails without any fault, too.${other}`;
    }
    case "not-repeatable":
      return `No cause can be named: the same run with the same seed left another journal, from line ${control.line} on.`;
    case "unfinished":
      return `Its cause was not found: ${control.reason}.`;
  }
}

function causedText({ causes, without }: Extract<Control, { readonly kind: "caused" }>): string {
  const sets = causes.map(setText);
  const cause =
    sets.length === 1
      ? `Caused by ${sets[0]}`
      : `Caused by each of these by itself: ${sets.join("; ")}`;
  const it = causes.flat().length === 1 ? "it" : "them";
  switch (without) {
    case "pass":
      return `${cause}; without ${it}, the rule passes.`;
    case "inconclusive":
      return `${cause}; without ${it}, the rule has nothing to judge.`;
    case "fail":
      return `${cause}; without ${it}, the other faults cause it, too.`;
  }
}

/** A sentence for each value that no source gives for certain, on which a finding depends. */
export function dependencyTexts({ found, unfinished }: Dependencies = { found: [] }): string[] {
  const rest = unfinished === undefined ? [] : [`Not all guesses were tried: ${unfinished}.`];
  return [
    ...found.map(({ at, value, because, flips }) => {
      const others = flips.map(({ kind, to, verdict }) => {
        const value = kind === "is" ? `with ${show(to)}` : `${kind.replace("-", " ")} ${show(to)}`;
        return verdict === "pass" ? `${value} it passes` : `${value} there is nothing to judge`;
      });
      return `It depends on \`${at}\`, here ${show(value)}, which is a guess (${because}): ${others.join(", ")}.`;
    }),
    ...rest,
  ];
}

/** Strings and objects as people write them. */
function show(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, inner]) => `${name}: ${show(inner)}`);
  return `{ ${fields.join(", ")} }`;
}

function setText(windows: readonly NamedWindow[]): string {
  const names = windows.map(({ id, from }) => `\`${id}\` at +${formatDuration(from)}`);
  const last = names.at(-1) ?? "";
  if (names.length < 2) return last;
  return `${names.slice(0, -1).join(", ")} and ${last} together`;
}
