/**
 * Tells the news of a session: in the output folder for the steps of a pipeline, and to a
 * webhook. What could not be told stays news, and the next session tells it.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { NewsItem } from "../archive/news.ts";
import { HarnessError } from "../errors.ts";
import { newsLines, newsTitle, writeNews } from "../report/news-text.ts";
import { writeWhole } from "../report/write.ts";
import { brownoutVersion } from "../version.ts";
import type { Options } from "./arguments.ts";
import type { Archived } from "./archiving.ts";
import type { Io } from "./io.ts";

/** The options of commands that tell news. */
export const tellingOptions = {
  webhook: {
    value: "URL",
    says: "post what is new or fixed there, as JSON (default: the variable BROWNOUT_WEBHOOK)",
  },
} as const satisfies Options;

/** How long a receiver may take, real ms. */
const PATIENCE_MS = 10_000;

/** The address that is to be told; `bad-usage` when it is none. */
export function webhookOf(named: string | undefined, { environment }: Io): URL | undefined {
  const address = named ?? environment["BROWNOUT_WEBHOOK"];
  if (address === undefined || address === "") return undefined;
  const place = named === undefined ? "BROWNOUT_WEBHOOK" : "--webhook";
  if (!URL.canParse(address) || !/^https?:/.test(address)) {
    throw new HarnessError("bad-usage", "it is no address of a webhook", {
      place,
      hint: "Write all of it, such as https://example.com/hooks/brownout.",
    });
  }
  return new URL(address);
}

/** Writes `news.json` and `news.md`, or takes older ones away, and posts them; resolves to what there is to say. */
export async function tellNews(
  { news, id, remember }: Archived,
  {
    out,
    webhook,
    label,
  }: { readonly out: string; readonly webhook?: URL; readonly label?: string },
): Promise<readonly string[]> {
  const files = ["news.json", "news.md"].map((name) => join(out, name));
  const [json = "", markdown = ""] = files;
  if (news.length === 0) {
    for (const file of files) rmSync(file, { force: true });
    return [];
  }
  const body = {
    schema: "brownout/news/1",
    // What chat rooms show.
    text: [`Brownout: ${newsTitle(news)}`, ...newsLines(news)].join("\n"),
    brownout: brownoutVersion,
    ...(id === undefined ? {} : { run: id }),
    ...(label === undefined ? {} : { label }),
    news: news.map(itemOf),
  };
  writeWhole(json, `${JSON.stringify(body, null, 2)}\n`);
  writeWhole(markdown, writeNews(news));
  const failure = webhook === undefined ? undefined : await post(webhook, body);
  if (failure !== undefined) return [...newsLines(news), failure];
  return [...newsLines(news), ...remember()];
}

function itemOf({ kind, scenario, client, rule, finding }: NewsItem) {
  const { version, message } = finding;
  return { kind, scenario, client, version, rule, message };
}

/** Why it could not be told; nothing when it was. */
async function post(webhook: URL, body: object): Promise<string | undefined> {
  // The rest of an address is often a secret.
  const who = `The webhook at ${webhook.host}`;
  const later = "The next run tells it.";
  try {
    const response = await fetch(webhook, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `${who} answered ${response.status}. ${later}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return `${who} was not reached: ${reason}. ${later}`;
  }
}
