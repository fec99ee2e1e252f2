/** News of a session in words: for the terminal, a webhook and an issue. */
import type { NewsItem } from "../archive/news.ts";
import { inline } from "./markdown.ts";
import { count } from "../model/wording.ts";

/** One line for each item, the bad first. */
export function newsLines(news: readonly NewsItem[]): readonly string[] {
  return inOrder(news).map((item) => `${words[item.kind]}: ${sentenceOf(item)}`);
}

/** The news in a few words: `1 new finding, 1 fixed`. */
export function newsTitle(news: readonly NewsItem[]): string {
  const figure = (kind: NewsItem["kind"]): number =>
    news.filter((item) => item.kind === kind).length;
  const [appeared, fixed, flickers] = [figure("appeared"), figure("fixed"), figure("flickers")];
  return [
    ...(appeared === 0 ? [] : [count(appeared, "new finding")]),
    ...(flickers === 0 ? [] : [`${count(flickers, "finding")} coming and going`]),
    ...(fixed === 0 ? [] : [`${fixed} fixed`]),
  ].join(", ");
}

/** The text of `news.md`: the body of an issue. */
export function writeNews(news: readonly NewsItem[]): string {
  const sections = (["appeared", "flickers", "fixed"] as const).flatMap((kind) => {
    const items = news.filter((item) => item.kind === kind);
    if (items.length === 0) return [];
    return [`## ${words[kind]}`, "", ...items.map((item) => `- ${inline(sentenceOf(item))}`), ""];
  });
  return [`# Brownout: ${newsTitle(news)}`, "", ...sections].join("\n");
}

const words = { appeared: "New", fixed: "Fixed", flickers: "Comes and goes" } as const;

function inOrder(news: readonly NewsItem[]): readonly NewsItem[] {
  const order = ["appeared", "flickers", "fixed"];
  return news.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function sentenceOf({ kind, scenario, client, rule, finding }: NewsItem): string {
  const version = finding.version === "" ? "" : ` ${finding.version}`;
  const name = `${scenario}, ${client}${version}: ${rule}`;
  switch (kind) {
    case "appeared":
      return `${name}: ${finding.message}`;
    case "flickers":
      return `${name} comes and goes, and is told no more until it stays. If nobody knows why, put it into the quarantine: ${finding.message}`;
    case "fixed":
      return `${name} holds again.`;
  }
}
