/** The changes of a session in words: for the terminal, a webhook and an issue. */
import type { FindingChange } from "../archive/reported-changes.ts";
import { inline } from "./markdown-text.ts";
import { count } from "../model/wording.ts";

/** One line for each change, the bad first. */
export function changeLines(changes: readonly FindingChange[]): readonly string[] {
  return inOrder(changes).map((item) => `${words[item.kind]}: ${sentenceOf(item)}`);
}

/** The changes in a few words: `1 new finding, 1 fixed`. */
export function changesTitle(changes: readonly FindingChange[]): string {
  const figure = (kind: FindingChange["kind"]): number =>
    changes.filter((item) => item.kind === kind).length;
  const [appeared, fixed, flickers] = [figure("appeared"), figure("fixed"), figure("flickers")];
  return [
    ...(appeared === 0 ? [] : [count(appeared, "new finding")]),
    ...(flickers === 0 ? [] : [`${count(flickers, "finding")} coming and going`]),
    ...(fixed === 0 ? [] : [`${fixed} fixed`]),
  ].join(", ");
}

/** The text of `news.md`: the body of an issue. */
export function writeChanges(changes: readonly FindingChange[]): string {
  const sections = (["appeared", "flickers", "fixed"] as const).flatMap((kind) => {
    const items = changes.filter((item) => item.kind === kind);
    if (items.length === 0) return [];
    return [`## ${words[kind]}`, "", ...items.map((item) => `- ${inline(sentenceOf(item))}`), ""];
  });
  return [`# Brownout: ${changesTitle(changes)}`, "", ...sections].join("\n");
}

const words = { appeared: "New", fixed: "Fixed", flickers: "Comes and goes" } as const;

function inOrder(changes: readonly FindingChange[]): readonly FindingChange[] {
  const order = ["appeared", "flickers", "fixed"];
  return changes.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function sentenceOf({ kind, scenario, client, rule, finding }: FindingChange): string {
  const version = finding.version === "" ? "" : ` ${finding.version}`;
  const name = `${scenario}, ${client}${version}: ${rule}`;
  switch (kind) {
    case "appeared":
      return `${name}: ${finding.message}`;
    case "flickers":
      return `${name} comes and goes, and is not reported again until it stays. If its cause is unknown, put it into the quarantine: ${finding.message}`;
    case "fixed":
      return `${name} holds again.`;
  }
}
