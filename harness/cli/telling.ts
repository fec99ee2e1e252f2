/**
 * Tells the news of a session: in the output folder for the steps of a pipeline, and to a
 * webhook. What could not be told stays news, and the next session tells it.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { NewsItem } from "../reporting/archive/news.ts";
import { HarnessError } from "../core/errors.ts";
import { newsLines, newsTitle, writeNews } from "../reporting/formats/changes-text.ts";
import { writeWhole } from "../reporting/files/write-whole.ts";
import { brownoutVersion } from "../core/version.ts";
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

const NEWS_JSON = "news.json";
const NEWS_PAGE = "news.md";

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
  const url = new URL(address);
  // It would be refused later, and printed whole.
  if (url.username !== "" || url.password !== "") {
    throw new HarnessError("bad-usage", "it has a name or a password in it, which is not sent", {
      place,
      hint: "Let the secret stand in its path or behind a question mark, as the receiver has it.",
    });
  }
  return url;
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
  if (news.length === 0) {
    removeNews(out);
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
  writeWhole(join(out, NEWS_JSON), `${JSON.stringify(body, null, 2)}\n`);
  writeWhole(join(out, NEWS_PAGE), writeNews(news));
  const failure = webhook === undefined ? undefined : await post(webhook, body);
  if (failure !== undefined) return [...newsLines(news), failure];
  return [...newsLines(news), ...remember()];
}

/** Takes away what an earlier session told there: the steps of a pipeline would tell it again. */
export function removeNews(out: string): void {
  for (const name of [NEWS_JSON, NEWS_PAGE]) rmSync(join(out, name), { force: true });
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
