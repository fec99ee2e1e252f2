/**
 * Remembers what pages showed, to distinguish an application from what stands in its place: a text
 * such as "Come back later" matches no pattern of an error, but nothing on it was there before.
 */
import type { Page } from "@playwright/test";
import { unlessLeaving } from "./navigating-frames.ts";

/** What is on a page, as far as it can be recognized. */
export interface PageContent {
  /** Without fragments other than routes, and without the query. */
  readonly address: string;
  /** Headings, links, buttons and names of fields, lower case, numbers replaced. */
  readonly labels: readonly string[];
  readonly words: readonly string[];
  /** Whether it is only a short text, with a heading and a button at most. */
  readonly isBare: boolean;
}

/** What is on a page now; `undefined` while it changes, or is gone. */
export function contentOf(page: Page): Promise<PageContent | undefined> {
  return unlessLeaving(page, () => page.evaluate(readContent));
}

/** It runs in the page, as text. */
function readContent(): PageContent {
  const all = (selector: string): HTMLElement[] =>
    [...document.querySelectorAll<HTMLElement>(selector)].filter((element) =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
    );
  const plain = (text: string): string =>
    text.replaceAll(/\s+/g, " ").trim().toLowerCase().replaceAll(/\d+/g, "#").slice(0, 80);
  const body = document.body as HTMLElement | null;
  const text = body?.innerText ?? "";
  const labels = all("h1, h2, h3, a, button, label, legend, th, [role=tab], [role=menuitem]")
    .map((element) => plain(element.innerText))
    .filter((label) => label !== "");
  const tools = all("a, input, select, textarea, table, img, svg, canvas, video, nav, ul, ol");
  return {
    address:
      location.origin + location.pathname + (/^#!?\//.test(location.hash) ? location.hash : ""),
    labels: [...new Set(labels)].slice(0, 100),
    words: [...new Set(text.toLowerCase().match(/\p{L}{3,}/gu) ?? [])].slice(0, 500),
    isBare: tools.length === 0 && all("button").length <= 1 && text.length <= 500,
  };
}

interface Known {
  readonly labels: Set<string>;
  readonly words: Set<string>;
}

/** The most labels and words that are remembered of an address. */
const KNOWN_MAX = 5_000;

/** Creates the memory of one browser context, and of what each of its windows shows now. */
export function createContentMemory(): (window: object, content: PageContent) => boolean {
  const byAddress = new Map<string, Known>();
  const current = new WeakMap<
    object,
    { readonly content: PageContent; readonly isUnlike: boolean }
  >();
  /** Whether a page is bare and has hardly anything of what was at its address before. */
  return (window, content) => {
    const before = current.get(window);
    // The same page, with a word more or less, goes on being what it was.
    if (
      before?.content.address === content.address &&
      isAlike(content, knownOf([before.content]))
    ) {
      current.set(window, { content, isUnlike: before.isUnlike });
      remember(byAddress, content, before.isUnlike);
      return before.isUnlike;
    }
    if (before !== undefined) remember(byAddress, before.content, false);
    const known = byAddress.get(content.address);
    const isUnlike = content.isBare && known !== undefined && !isAlike(content, known);
    current.set(window, { content, isUnlike });
    remember(byAddress, content, isUnlike);
    return isUnlike;
  };
}

function knownOf(contents: readonly PageContent[]): Known {
  return {
    labels: new Set(contents.flatMap(({ labels }) => labels)),
    words: new Set(contents.flatMap(({ words }) => words)),
  };
}

/** What is unlike is remembered only once something else has taken its place. */
function remember(byAddress: Map<string, Known>, content: PageContent, isUnlike: boolean): void {
  if (isUnlike) return;
  const known = byAddress.get(content.address) ?? knownOf([]);
  byAddress.set(content.address, known);
  for (const label of content.labels) if (known.labels.size < KNOWN_MAX) known.labels.add(label);
  for (const word of content.words) if (known.words.size < KNOWN_MAX) known.words.add(word);
}

/** Whether two pages share a label, or half of the words of the first. */
function isAlike({ labels, words }: PageContent, known: Known): boolean {
  if (labels.some((label) => known.labels.has(label))) return true;
  return words.filter((word) => known.words.has(word)).length * 2 >= words.length;
}
