/**
 * Publishes what changed: as files in the output folder, for the steps of a pipeline, and to a
 * webhook. Each is a channel of its own: what one could not take, it gets with the next session.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { brownoutVersion } from "../../core/version.ts";
import { writeWhole } from "../files/write-whole.ts";
import { changeLines, changesTitle, writeChanges } from "../formats/change-text.ts";
import type { ArchivedResults } from "./add-to-archive.ts";
import type { Change } from "./change.ts";

const CHANGES_JSON = "news.json";
const CHANGES_PAGE = "news.md";

/** The channel of the files in the output folder. */
const FILES = "files";

/** A receiver of changes. */
export interface Webhook {
  /** What the archive calls it; no secret. */
  readonly channel: string;
  /** Resolves to why the receiver did not take the body, or to undefined. */
  readonly post: (body: object) => Promise<string | undefined>;
}

/**
 * Writes `news.json` and `news.md`, or removes those of an earlier session, and posts the changes;
 * resolves to what to print: what this session changed, and what could not be delivered.
 */
export async function publishChanges(
  { changes, id, channels }: ArchivedResults,
  {
    out,
    webhook,
    label,
  }: { readonly out: string; readonly webhook?: Webhook; readonly label?: string },
): Promise<readonly string[]> {
  const lines = [...changeLines(changes)];
  const bodyOf = (pending: readonly Change[]) => ({
    schema: "brownout/news/2",
    // What chat rooms show.
    text: [`Brownout: ${changesTitle(pending)}`, ...changeLines(pending)].join("\n"),
    brownout: brownoutVersion,
    ...(id === undefined ? {} : { run: id }),
    ...(label === undefined ? {} : { label }),
    news: pending,
  });
  // The webhook first: that it is down is said in the files of the same session.
  if (webhook !== undefined) lines.push(...(await postTo(webhook, channels, bodyOf)));
  const pending = channels?.pending(FILES) ?? [];
  if (pending.length === 0) {
    removePublishedChanges(out);
    return lines;
  }
  writeWhole(join(out, CHANGES_JSON), `${JSON.stringify(bodyOf(pending), null, 2)}\n`);
  writeWhole(join(out, CHANGES_PAGE), writeChanges(pending));
  return [...lines, ...(channels?.recordDelivered(FILES, pending) ?? [])];
}

async function postTo(
  { channel, post }: Webhook,
  channels: ArchivedResults["channels"],
  bodyOf: (pending: readonly Change[]) => object,
): Promise<readonly string[]> {
  const pending = channels?.pending(channel) ?? [];
  if (channels === undefined || pending.length === 0) return [];
  const failure = await post(bodyOf(pending));
  if (failure === undefined) return channels.recordDelivered(channel, pending);
  return [failure, ...channels.recordFailed(channel, pending, failure)];
}

/** Removes what an earlier session published there: the steps of a pipeline would report it again. */
export function removePublishedChanges(out: string): void {
  for (const name of [CHANGES_JSON, CHANGES_PAGE]) rmSync(join(out, name), { force: true });
}
