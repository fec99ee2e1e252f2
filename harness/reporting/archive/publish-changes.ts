/**
 * Publishes what changed: as files in the output folder, for the steps of a pipeline, and to other
 * channels. Each has a memory of its own: what one could not take, it gets with the next session.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../files/write-whole.ts";
import { changeLines, writeChanges } from "../formats/change-text.ts";
import { type Channel, deliver } from "../channels/deliver.ts";
import { emailText } from "../channels/email-text.ts";
import type { Sender } from "../channels/message.ts";
import { newsOf } from "../channels/plain-news.ts";
import type { ArchivedResults, Channels } from "./add-to-archive.ts";

const CHANGES_JSON = "news.json";
const CHANGES_PAGE = "news.md";
const CHANGES_EMAIL = "news.txt";

/** The channel of the files in the output folder. */
const FILES = "files";

/**
 * Delivers to each receiver, and writes `news.json`, `news.md` and `news.txt`, or removes those of an earlier
 * session; resolves to what to print: what this session changed, and what could not be delivered.
 */
export async function publishChanges(
  { changes, id, channels, problem }: ArchivedResults,
  {
    out,
    receivers,
    sender,
  }: {
    readonly out: string;
    readonly receivers: readonly Channel[];
    readonly sender: Sender;
  },
): Promise<readonly string[]> {
  const lines = [...changeLines(changes)];
  const isUnarchived = problem !== undefined;
  const from = { ...sender, ...(id === undefined ? {} : { run: id }) };
  // The files last: that a receiver is down is said in those of the same session.
  if (channels !== undefined) {
    const able = receivers.filter(({ needsArchive }) => !isUnarchived || needsArchive !== true);
    lines.push(...(await deliverToAll(able, channels, from)));
  }
  const pending = channels?.pending(FILES) ?? [];
  if (pending.length === 0) {
    removePublishedChanges(out);
    return lines;
  }
  writeWhole(join(out, CHANGES_JSON), `${JSON.stringify(newsOf(pending, from), null, 2)}\n`);
  writeWhole(join(out, CHANGES_PAGE), writeChanges(pending));
  writeWhole(join(out, CHANGES_EMAIL), emailText(pending, from));
  return [...lines, ...(channels?.recordDelivered(FILES, pending) ?? [])];
}

/** Delivers to each; that one of them is down is for those as well that were served before it. */
async function deliverToAll(
  receivers: readonly Channel[],
  channels: Channels,
  sender: Sender,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const served: Channel[] = [];
  for (const receiver of receivers) {
    const done = await deliver(receiver, channels, sender);
    lines.push(...done.lines);
    if (done.left === 0) served.push(receiver);
  }
  for (const receiver of served)
    if (channels.pending(receiver.name).length > 0)
      lines.push(...(await deliver(receiver, channels, sender)).lines);
  return lines;
}

/** Removes what an earlier session published there: the steps of a pipeline would report it again. */
export function removePublishedChanges(out: string): void {
  for (const name of [CHANGES_JSON, CHANGES_PAGE, CHANGES_EMAIL])
    rmSync(join(out, name), { force: true });
}
