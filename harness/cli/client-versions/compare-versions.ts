/**
 * Plays versions of clients through the same scenarios, and plays what differs once more with
 * another seed, so that chance is distinguished from change.
 */
import { join } from "node:path";
import { loadClient } from "../../clients/registry.ts";
import type { ClientCache } from "../../clients/versions/client-cache.ts";
import { compareVersions } from "../../clients/versions/version-order.ts";
import type { ClientVersions } from "../../clients/versions/version-spec.ts";
import { brownoutVersion } from "../../core/version.ts";
import type { MountName } from "../../network/mount-names.ts";
import type { FailedRun } from "../../reporting/model/results.ts";
import { count } from "../../reporting/model/wording.ts";
import {
  buildMatrix,
  type Matrix,
  type PlayedVersion,
  toPlayAgain,
} from "../../reporting/client-versions/version-matrix.ts";
import { plannedText, versionLine } from "../../reporting/client-versions/matrix-text.ts";
import type { InterruptSignal } from "../interrupt.ts";
import type { Io } from "../io.ts";
import type { OwnClient } from "../own-client.ts";
import type { Found } from "../selection.ts";
import {
  type PlayedClient,
  planVersions,
  type VersionPlan,
  type VersionRun,
} from "./plan-versions.ts";
import { playVersions, type VersionOutcome } from "./play-versions.ts";

/** What was played and what changed. */
export interface VersionComparison {
  readonly matrix: Matrix;
  /** The versions as they were played first. */
  readonly versions: readonly PlayedVersion[];
  /** Of both seeds. */
  readonly failures: readonly FailedRun[];
}

/** How versions are played. */
export interface CompareOptions {
  readonly found: readonly Found[];
  /** The user's own client, which is compared with the newest version of each other. */
  readonly own?: OwnClient;
  /** The output folder, absolute. */
  readonly out: string;
  /** A whole number in digits; differences are played again with the next. */
  readonly seed: string;
  readonly workers: number;
  /** As in `planVersions`. */
  readonly mount?: MountName;
  /** As in `playVersions`. */
  readonly resume: boolean;
  readonly cache: ClientCache;
  /** Called with each line that is worth printing. */
  readonly onLine: (text: string) => void;
  /** As in `playVersions`. */
  readonly onPlayed: NonNullable<Parameters<typeof playVersions>[2]["onPlayed"]>;
  /** Called with how many of how many runs are done, and which are under way. */
  readonly onProgress: (done: number, of: number, underWay: readonly string[]) => void;
}

/** Compares the versions that are wanted; resolves to the signal when one interrupted it. */
export async function compareClientVersions(
  wanted: readonly ClientVersions[],
  io: Pick<Io, "createPool" | "onInterrupt" | "now">,
  options: CompareOptions,
): Promise<VersionComparison | InterruptSignal> {
  const { seed, out, onLine, own } = options;
  const folders = await provideAll(wanted, options.cache);
  const played =
    own === undefined ? folders : [...folders, { ...own.client, client: own.client.name, own }];
  const plans = await planVersions(played, options);
  onLine(`brownout ${brownoutVersion}: ${plannedText(plans)}, seed ${seed}`);
  const play = (runs: readonly VersionRun[], onVersion: (line: string) => void) =>
    playVersions(runs, io, {
      workers: options.workers,
      resume: options.resume,
      onPlayed: options.onPlayed,
      onProgress: (done, underWay) => options.onProgress(done, runs.length, underWay),
      onVersion: (of, outcomes) =>
        onVersion(
          versionLine(
            of,
            outcomes.map(({ result }) => result?.result.verdict),
          ),
        ),
    });

  const first = await play(
    plans.flatMap(({ runs }) => runs),
    onLine,
  );
  if (first.interruptedBy !== undefined) return first.interruptedBy;
  const versions = plans.map((plan) => playedVersion(plan, first.outcomes));
  const again = String(BigInt(seed) + 1n);
  const differing = toPlayAgain(besideOwn(versions, own));
  const runsAgain = first.outcomes.flatMap(({ run, result }) =>
    result !== undefined && differing.has(result) ? [withSeed(run, again, out)] : [],
  );
  if (runsAgain.length > 0)
    onLine(`Again, as they differ: ${count(runsAgain.length, "run")}, seed ${again}`);
  const second = await play(runsAgain, () => undefined);
  if (second.interruptedBy !== undefined) return second.interruptedBy;
  const versionsAgain = plans.map((plan) => playedVersion(plan, second.outcomes));
  return {
    versions,
    matrix: buildMatrix(besideOwn(versions, own), besideOwn(versionsAgain, own), {
      brownout: brownoutVersion,
      seed,
      again,
    }),
    failures: [...versions, ...versionsAgain].flatMap(({ failures }) => failures),
  };
}

/** The versions with the user's own client as one more behind the newest of each other client. */
function besideOwn(
  versions: readonly PlayedVersion[],
  own: OwnClient | undefined,
): readonly PlayedVersion[] {
  if (own === undefined) return versions;
  const [mine = [], others = []] = [true, false].map((isOwn) =>
    versions.filter(({ client }) => (client === own.client.name) === isOwn),
  );
  return [...Map.groupBy(others, ({ client }) => client)].flatMap(([client, all]) => [
    ...all,
    ...mine.map((one) => ({
      ...one,
      client,
      version: `${one.client} ${one.version}`,
      own: true as const,
    })),
  ]);
}

async function provideAll(
  wanted: readonly ClientVersions[],
  cache: ClientCache,
): Promise<readonly PlayedClient[]> {
  const folders: PlayedClient[] = [];
  for (const { client, wanted: texts } of wanted) {
    if (texts.length === 0) {
      const { version } = await loadClient(client, { needs: [] });
      folders.push({ client, version, installed: true });
    }
    const resolved = new Map<string, string>();
    for (const text of texts) resolved.set(await cache.resolve(client, text), text);
    for (const version of [...resolved.keys()].sort(compareVersions))
      folders.push(await cache.provide(client, version));
  }
  return folders;
}

function playedVersion(plan: VersionPlan, outcomes: readonly VersionOutcome[]): PlayedVersion {
  const own = outcomes.filter(
    ({ run: { of } }) => of.client === plan.of.client && of.version === plan.of.version,
  );
  return {
    client: plan.of.client,
    version: plan.of.version,
    results: own.flatMap(({ result }) => result ?? []),
    skipped: plan.skipped,
    failures: own.flatMap(({ failure }) => failure ?? []),
  };
}

/** The same run with another seed; its journal stands in `again` beside the first. */
function withSeed(run: VersionRun, seed: string, out: string): VersionRun {
  const journal = run.journal.replace("/journals/", "/again/journals/");
  const task = { ...run.task, seed, journalFile: join(out, ...journal.split("/")) };
  return { ...run, journal, task };
}
