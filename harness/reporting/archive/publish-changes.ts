/**
 * Publishes what changed in a session: as files in the output folder, for the steps of a
 * pipeline, and to a webhook. What could not be published is published by the next session.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { brownoutVersion } from "../../core/version.ts";
import { writeWhole } from "../files/write-whole.ts";
import { changeLines, changesTitle, writeChanges } from "../formats/changes-text.ts";
import type { ArchivedResults } from "./add-to-archive.ts";
import type { FindingChange } from "./reported-changes.ts";

const CHANGES_JSON = "news.json";
const CHANGES_PAGE = "news.md";

/**
 * Writes `news.json` and `news.md`, or removes those of an earlier session, and posts the changes;
 * resolves to what to print. `post` resolves to why the receiver did not take them, or to
 * undefined; the changes are marked as reported unless it did not.
 */
export async function publishChanges(
  { changes, id, markReported }: ArchivedResults,
  {
    out,
    post,
    label,
  }: {
    readonly out: string;
    readonly post?: (body: object) => Promise<string | undefined>;
    readonly label?: string;
  },
): Promise<readonly string[]> {
  if (changes.length === 0) {
    removePublishedChanges(out);
    return [];
  }
  const body = {
    schema: "brownout/news/1",
    // What chat rooms show.
    text: [`Brownout: ${changesTitle(changes)}`, ...changeLines(changes)].join("\n"),
    brownout: brownoutVersion,
    ...(id === undefined ? {} : { run: id }),
    ...(label === undefined ? {} : { label }),
    news: changes.map(itemOf),
  };
  writeWhole(join(out, CHANGES_JSON), `${JSON.stringify(body, null, 2)}\n`);
  writeWhole(join(out, CHANGES_PAGE), writeChanges(changes));
  const failure = await post?.(body);
  if (failure !== undefined) return [...changeLines(changes), failure];
  return [...changeLines(changes), ...markReported()];
}

/** Removes what an earlier session published there: the steps of a pipeline would report it again. */
export function removePublishedChanges(out: string): void {
  for (const name of [CHANGES_JSON, CHANGES_PAGE]) rmSync(join(out, name), { force: true });
}

function itemOf({ kind, scenario, client, rule, finding }: FindingChange) {
  const { version, message } = finding;
  return { kind, scenario, client, version, rule, message };
}
