/** Archives a finished session and publishes its changes. */
import { join, resolve } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { days } from "../core/time/duration.ts";
import { parseDuration } from "../core/time/parse-duration.ts";
import { addToArchive } from "../reporting/archive/add-to-archive.ts";
import { publishChanges, removePublishedChanges } from "../reporting/archive/publish-changes.ts";
import { sessionFactsOf } from "../reporting/archive/session-facts.ts";
import type { Results } from "../reporting/model/results.ts";
import type { RunFacts } from "../reporting/model/run-facts.ts";
import type { Options } from "./arguments.ts";
import type { Io } from "./io.ts";
import { runName } from "./selection.ts";
import { postWebhook } from "./post-webhook.ts";

/** The options of commands that add to the archive. */
export const archiveOptions = {
  archive: {
    value: "DIR",
    says: 'where earlier runs are kept (default: reports/archive); "none" keeps nothing',
  },
} as const satisfies Options;

/** The options of commands that publish changes. */
export const webhookOptions = {
  webhook: {
    value: "URL",
    says: "post what is new or fixed there, as JSON (default: the variable BROWNOUT_WEBHOOK)",
  },
  heartbeat: {
    value: "DURATION",
    says: 'when nothing has changed for so long, report that the job is alive (default: 7d); "none" never does',
  },
} as const satisfies Options;

/** Where a session is archived and its changes are published. */
export interface ArchiveTarget {
  /** Absolute; absent when nothing is kept. */
  readonly folder?: string;
  readonly webhook?: URL;
  readonly label?: string;
  /** Real ms; absent for no heartbeat. */
  readonly heartbeatMs?: number;
}

/** Reads it from the arguments; throws `bad-usage` for a webhook that is not an address. */
export function readArchiveTarget(
  values: {
    readonly archive?: string;
    readonly webhook?: string;
    readonly label?: string;
    readonly heartbeat?: string;
  },
  io: Io,
): ArchiveTarget {
  const heartbeatMs = readHeartbeat(values.heartbeat);
  const folder = archiveFolder(values.archive, io.cwd);
  const webhook = readWebhook(values.webhook, io);
  const label =
    values.label ?? io.environment["GITHUB_SHA"] ?? io.environment["BUILD_SOURCEVERSION"];
  return {
    ...(folder === undefined ? {} : { folder }),
    ...(webhook === undefined ? {} : { webhook }),
    ...(label === undefined || label === "" ? {} : { label }),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  };
}

function readHeartbeat(named: string | undefined): number | undefined {
  if (named === "none") return undefined;
  return named === undefined ? days(7) : parseDuration(named, "--heartbeat");
}

/** The folder that `--archive` names, absolute; undefined for `none`. */
export function archiveFolder(named: string | undefined, cwd: string): string | undefined {
  if (named === "none") return undefined;
  return resolve(cwd, named ?? join("reports", "archive"));
}

/** Archives a session and publishes its changes; resolves to what to print, and never rejects because of the archive. */
export async function archiveRun(
  results: Results,
  {
    target,
    facts,
    out,
    io,
  }: {
    readonly target: ArchiveTarget;
    readonly facts: RunFacts;
    readonly out: string;
    readonly io: Io;
  },
): Promise<readonly string[]> {
  const { folder, webhook, label, heartbeatMs } = target;
  if (folder === undefined) {
    removePublishedChanges(out);
    return [];
  }
  const labelled = label === undefined ? {} : { label };
  const recordedAt = new Date(io.now()).toISOString();
  const archived = addToArchive(results, {
    folder,
    cwd: io.cwd,
    recordedAt,
    ...labelled,
    facts: sessionFactsOf(facts),
    journalOf: ({ scenario, client }) =>
      join(out, "journals", `${runName(scenario, client)}.jsonl`),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  });
  const posting =
    webhook === undefined
      ? {}
      : {
          webhook: {
            channel: `webhook at ${webhook.host}`,
            post: (body: object) => postWebhook(webhook, body),
          },
        };
  return [...archived.lines, ...(await publishChanges(archived, { out, ...posting, ...labelled }))];
}

function readWebhook(named: string | undefined, { environment }: Io): URL | undefined {
  const address = named ?? environment["BROWNOUT_WEBHOOK"];
  if (address === undefined || address === "") return undefined;
  const place = named === undefined ? "BROWNOUT_WEBHOOK" : "--webhook";
  if (!URL.canParse(address) || !/^https?:/.test(address)) {
    throw new HarnessError("bad-usage", "expected the address of a webhook", {
      place,
      hint: "Write all of it, such as https://example.com/hooks/brownout.",
    });
  }
  const url = new URL(address);
  // It would be refused later, and printed whole.
  if (url.username !== "" || url.password !== "") {
    throw new HarnessError("bad-usage", "it has a user name or a password, which is not sent", {
      place,
      hint: "Put the secret into its path or behind a question mark, as the receiver expects it.",
    });
  }
  return url;
}
