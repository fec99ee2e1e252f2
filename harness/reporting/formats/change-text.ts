/** Changes of the ledger in words: for the terminal, and for every text that channels send. */
import { formatDuration } from "../../core/time/duration.ts";
import {
  type Change,
  type ChangeDetail,
  changeKinds,
  type Differences,
  type FromTo,
  type SessionHead,
  type Since,
  type Subject,
} from "../archive/change.ts";
import { NO_CLIENT } from "../model/results.ts";
import { count, namesWithin } from "../model/wording.ts";
import { inline } from "./markdown-text.ts";

/** Two lines for each change that has more to say than one, those that want action first. */
export function changeLines(changes: readonly Change[]): readonly string[] {
  return inOrder(changes).flatMap((change) => {
    const since = sinceOfChange(change);
    return [
      `${changeTitles[change.detail.kind]}: ${changeSentence(change)}`,
      ...(since === undefined ? [] : [`  ${since}`]),
    ];
  });
}

/** The changes in a few words: `1 new finding, 2 fixed`. */
export function changesTitle(changes: readonly Change[]): string {
  return changeKinds
    .flatMap((kind) => {
      const found = changes.filter(({ detail }) => detail.kind === kind).length;
      return found === 0 ? [] : [titleOf(kind, found)];
    })
    .join(", ");
}

/** The text of `news.md`: a section for each kind. */
export function writeChanges(changes: readonly Change[]): string {
  const sections = changeKinds.flatMap((kind) => {
    const theirs = changes.filter(({ detail }) => detail.kind === kind);
    if (theirs.length === 0) return [];
    const items = theirs.map((change) => {
      const since = sinceOfChange(change);
      const more = since === undefined ? "" : ` ${inline(since)}`;
      return `- ${inline(changeSentence(change))}${more}`;
    });
    return [`## ${changeTitles[kind]}`, "", ...items, ""];
  });
  return [`# Brownout: ${changesTitle(changes)}`, "", ...sections].join("\n");
}

/** What each kind is called above its changes. */
export const changeTitles: Readonly<Record<ChangeDetail["kind"], string>> = {
  "archive-lost": "Archive lost",
  unknown: "Unknown",
  new: "New",
  worse: "Worse",
  inconclusive: "Inconclusive",
  gone: "No longer run",
  flaky: "Flaky",
  "channel-down": "Not delivered",
  fixed: "Fixed",
  heartbeat: "No change",
};

/** The changes in the order of their kinds. */
export function inOrder(changes: readonly Change[]): readonly Change[] {
  const place = ({ detail }: Change): number => changeKinds.indexOf(detail.kind);
  return changes.toSorted((a, b) => place(a) - place(b));
}

/** What happened, in a sentence; without a full stop where a rule's own sentence ends it. */
export function changeSentence(change: Change): string {
  const { subject, version = "", message = "", detail } = change;
  const name = subjectText(subject, version);
  switch (detail.kind) {
    case "new":
      return `${name}${newWords[detail.how]}: ${message}`;
    case "worse":
      return `${name}: ${worseText(detail)}.${message === "" ? "" : ` ${message}`}`;
    case "fixed":
      return fixedText(name, subject, detail.was);
    case "flaky":
      return `${name} ${flakyText(detail)}: ${message}`;
    case "gone":
      return detail.renamedTo === undefined
        ? `${name} is no longer run: renamed, deleted or left out.`
        : `${name} is now called ${detail.renamedTo}, which does exactly the same.`;
    case "inconclusive":
      return `${name} cannot be judged now; before, ${inconclusiveWords[detail.was]}.${message === "" || detail.was === "failing" ? "" : ` ${message}`}`;
    case "unknown":
      return `${name === "" ? "the run" : name} did not come to its end: ${problemText(detail)}`;
    case "archive-lost":
      return `the archive was damaged and is kept as ${detail.keptAs}; since when what is open now exists is not known: ${detail.open.length === 0 ? "nothing is open" : namesWithin(detail.open, OPEN_WIDTH)}.`;
    case "channel-down":
      return `${detail.channel} has taken nothing in ${count(detail.runs, "run")}: ${detail.error}`;
    case "heartbeat":
      return `the job is alive: ${count(detail.runs, "run")} without a change, ${count(detail.open, "finding")} open.`;
  }
}

/** Since when a finding exists, and what changed there; undefined for a change about no finding, and for one that is no longer run. */
export function sinceOfChange({ since, detail }: Change): string | undefined {
  if (since === undefined || detail.kind === "gone") return undefined;
  if (detail.kind === "fixed") {
    const { firstSeen, times } = since;
    return `It was there since ${sessionText(firstSeen)}, in ${count(times, "run")}.`;
  }
  return sinceText(since);
}

/** `Last good in run 11 of 2026-10-11 (v7.1); changed since: msal-node 6.0.1 → 7.2.3.` */
export function sinceText({ firstSeen, lastGood, between, times }: Since): string {
  const seen = times === 1 ? "" : `, seen ${times} times`;
  if (lastGood === undefined)
    return `Known since ${sessionText(firstSeen)}, its first run here${seen}.`;
  const changed = between === undefined ? [] : differenceTexts(between);
  const what =
    changed.length === 0
      ? "nothing that is recorded changed between them"
      : `changed between them: ${changed.join(", ")}`;
  return `Since ${sessionText(firstSeen)}${seen}; last good in ${sessionText(lastGood)}; ${what}.`;
}

/** `run 12 of 2026-10-12 (v7.1, commit 0123456)` */
export function sessionText({ id, recordedAt, label, facts }: SessionHead): string {
  const commit = facts?.commit;
  const named = [
    ...(label === undefined || label === commit ? [] : [label]),
    ...(commit === undefined ? [] : [`commit ${commit.slice(0, COMMIT_SHOWN)}`]),
  ];
  return `run ${id} of ${recordedAt.slice(0, 10)}${named.length === 0 ? "" : ` (${named.join(", ")})`}`;
}

/** Each difference in a few words, those that are most likely the cause first. */
export function differenceTexts(between: Differences): readonly string[] {
  const { packages, commits, brownout, node, edition, seed, host, command } = between;
  const one = (name: string, change: FromTo | undefined): readonly string[] =>
    change === undefined ? [] : [`${name} ${change.from} → ${change.to}`];
  return [
    ...packages.map(({ name, from, to }) =>
      from === undefined
        ? `${name} ${to} added`
        : to === undefined
          ? `${name} ${from} removed`
          : `${name} ${from} → ${to}`,
    ),
    ...(commits === undefined
      ? []
      : [`commits ${commits.from.slice(0, COMMIT_SHOWN)}..${commits.to.slice(0, COMMIT_SHOWN)}`]),
    ...one("brownout", brownout),
    ...one("Node", node),
    ...one("edition", edition),
    ...one("seed", seed),
    ...one("command", command),
    ...one("host", host),
  ];
}

const COMMIT_SHOWN = 10;
const OPEN_WIDTH = 200;

function titleOf(kind: ChangeDetail["kind"], found: number): string {
  switch (kind) {
    case "new":
      return count(found, "new finding");
    case "flaky":
      return count(found, "flaky finding");
    case "archive-lost":
    case "heartbeat":
    case "channel-down":
      return changeTitles[kind].toLowerCase();
    case "unknown":
    case "worse":
    case "inconclusive":
    case "gone":
    case "fixed":
      return `${found} ${changeTitles[kind].toLowerCase()}`;
  }
}

const newWords = {
  first: "",
  again: ", again",
  stays: ", which came and went before and stays now",
  otherwise: ", by another cause than before",
} as const;

const inconclusiveWords = {
  failing: "it failed",
  holding: "it held",
  "not-run": "it was not run",
} as const;

function subjectText({ scenario, client, rule }: Subject, version: string): string {
  if (scenario === undefined) return "";
  const whose =
    client === undefined || client === NO_CLIENT
      ? ""
      : `, ${client}${version === "" ? "" : ` ${version}`}`;
  return `${scenario}${whose}${rule === undefined ? "" : `: ${rule}`}`;
}

function worseText({ figure, from, to }: Extract<ChangeDetail, { readonly kind: "worse" }>) {
  return figure === "count"
    ? `${from} has become ${to}`
    : `without a token for ${formatDuration(to)}, before ${formatDuration(from)}`;
}

function fixedText(
  name: string,
  { rule }: Subject,
  was: Extract<ChangeDetail, { readonly kind: "fixed" }>["was"],
): string {
  if (was === "not-run") return `${name === "" ? "the job" : name} is run to its end again.`;
  if (was === "inconclusive") return `${name} can be judged again, and holds.`;
  return `${name} ${rule === undefined ? "is well" : "holds"} again${was === "flaky" ? ", and stays so" : ""}.`;
}

function flakyText({ by, failing, holding }: Extract<ChangeDetail, { readonly kind: "flaky" }>) {
  if (by === "chance") return "fails and holds with the same commit, versions and seed";
  return `depends on the seed: it fails with ${seedsText(failing)} and holds with ${seedsText(holding)}`;
}

function seedsText(seeds: readonly string[]): string {
  return `${seeds.length === 1 ? "seed" : "seeds"} ${namesWithin(seeds, OPEN_WIDTH)}`;
}

function problemText({ problem }: Extract<ChangeDetail, { readonly kind: "unknown" }>): string {
  const place = problem.place === undefined ? "" : `${problem.place}: `;
  const hint = problem.hint === undefined ? "" : ` ${problem.hint}`;
  return `${place}${problem.message}.${hint}`.replace("..", ".");
}
