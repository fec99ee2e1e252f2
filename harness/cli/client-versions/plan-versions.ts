/**
 * Plans which scenarios each version of a client plays: those that are for its client, in a
 * folder of its own below the output folder. What a version cannot play is left out with a reason.
 */
import { join } from "node:path";
import type { ClientUnderTest } from "../../clients/client.ts";
import { HarnessError } from "../../core/errors.ts";
import {
  defaultClientNames,
  flowsUnknownTo,
  loadClient,
  supportsAllFlows,
  whyNotApplicable,
} from "../../clients/registry.ts";
import { ownAppOf } from "../../clients/own-app.ts";
import type { ScenarioSummary } from "../../runner/scenario-summary.ts";
import type { ClientFolder } from "../../clients/versions/client-cache.ts";
import type { MountName } from "../../network/mount-names.ts";
import type { RunTask } from "../worker/protocol.ts";
import { checkAsserts } from "../../reporting/model/judge-run.ts";
import type { OwnClient } from "../own-client.ts";
import { createPlaces, type Found, runName } from "../selection.ts";

/** What is played: a client's package in one version, a driver with what is installed on this machine, or the user's own client of a file. */
export type PlayedClient =
  | ClientFolder
  | { readonly client: string; readonly version: string; readonly installed: true }
  | { readonly client: string; readonly version: string; readonly own: OwnClient };

/** One scenario with one version. */
export interface VersionRun {
  readonly of: PlayedClient;
  readonly scenario: ScenarioSummary;
  readonly task: RunTask;
  /** Where its journal is below the output folder, with slashes. */
  readonly journal: string;
}

/** A version with the runs that it plays. */
export interface VersionPlan {
  readonly of: PlayedClient;
  readonly runs: readonly VersionRun[];
  /** Scenarios that are for the client, and that this version cannot play, each with the reason. */
  readonly skipped: readonly { readonly scenario: string; readonly why: string }[];
}

/** Plans the runs of each version; rejects with `no-browser` where one is needed, and with `bad-usage` where nothing is for a client, or the client cannot live under the mount. */
export async function planVersions(
  versions: readonly PlayedClient[],
  {
    found,
    out,
    seed,
    mount: named,
  }: {
    readonly found: readonly Found[];
    readonly out: string;
    readonly seed: string;
    /** Default: that over real sockets, for each client its own. */
    readonly mount?: MountName;
  },
): Promise<readonly VersionPlan[]> {
  const placeOf = createPlaces(named);
  const plans: VersionPlan[] = [];
  for (const version of versions) {
    const runs: VersionRun[] = [];
    const skipped: { scenario: string; why: string }[] = [];
    for (const one of found.filter((candidate) => isFor(version, candidate))) {
      const { scenario, file } = one;
      checkAsserts(scenario.asserts, file ?? `scenario ${scenario.name}`);
      const client = await loaded(version, scenario);
      if (client instanceof HarnessError) {
        skipped.push({ scenario: scenario.name, why: client.message });
        continue;
      }
      const why = whyNotPlayed(scenario, client, version);
      if (why !== undefined) {
        skipped.push({ scenario: scenario.name, why });
        continue;
      }
      const mount = await placeOf(client);
      if (mount instanceof HarnessError) throw mount;
      const journal = `${folderName(version)}/journals/${runName(scenario.name, version.client)}.jsonl`;
      const task: RunTask = {
        scenario: file ?? scenario.name,
        ...whereIs(version),
        mount,
        seed,
        journalFile: join(out, ...journal.split("/")),
      };
      runs.push({ of: version, scenario, task, journal });
    }
    if (runs.length === 0 && skipped.length === 0) throw nothingFor(version.client, found);
    plans.push({ of: version, runs, skipped });
  }
  return plans;
}

/** Where a worker finds the client. */
function whereIs(version: PlayedClient): Pick<RunTask, "client" | "clientFolder" | "clientFile"> {
  if ("own" in version) return { client: version.client, clientFile: version.own.file };
  const client = `${version.client}@${version.version}`;
  return "installed" in version ? { client } : { client, clientFolder: version.folder };
}

/** Why the scenario says nothing about the client; undefined when it can be played. */
function whyNotPlayed(
  scenario: ScenarioSummary,
  client: Pick<ClientUnderTest, "name" | "flows">,
  version: PlayedClient,
): string | undefined {
  const missing = flowsUnknownTo(client, scenario);
  if (missing.length > 0) return `it does not know ${missing.join(", ")}`;
  const declared = "own" in version ? version.own.whyNot(scenario.name) : undefined;
  if (declared !== undefined) return `its file leaves it out: ${declared}`;
  const notApplicable = whyNotApplicable(client, scenario);
  return notApplicable === undefined ? undefined : `its faults cannot meet it: ${notApplicable}`;
}

/** The name of a version's folder in the output folder. */
export function folderName({ client, version }: Pick<PlayedClient, "client" | "version">): string {
  return `${client}-${version}`;
}

/** A scenario is for the clients that `brownout run` runs it with; one that is named by itself, and each for a client of the user's own and for a driver, for every client that can play it. */
function isFor(version: PlayedClient, { scenario, named }: Found): boolean {
  const { client } = version;
  if ("own" in version) return supportsAllFlows(version.own.client, scenario) || named === true;
  if (named === true || "installed" in version) return scenario.needs.length > 0;
  return defaultClientNames(scenario).includes(client);
}

async function loaded(
  played: PlayedClient,
  scenario: ScenarioSummary,
): Promise<Pick<ClientUnderTest, "name" | "flows" | "inBrowser"> | HarnessError> {
  if ("own" in played) return played.own.client;
  const { client, version } = played;
  const folder = "folder" in played ? played.folder : undefined;
  try {
    return await loadClient(`${client}@${version}`, scenario, folder);
  } catch (error) {
    if (error instanceof HarnessError && error.code === "client-not-supported") return error;
    throw error;
  }
}

function nothingFor(client: string, found: readonly Found[]): HarnessError {
  const own = found.find(({ scenario }) => ownAppOf(scenario) !== undefined);
  if (own !== undefined) {
    return new HarnessError(
      "bad-usage",
      `${own.scenario.name} runs your own code with the ${client} that it has, and not one of ours`,
      {
        hint: "Run it, install the other version in your project, run it again; then: brownout compare",
      },
    );
  }
  return new HarnessError("bad-usage", `none of these scenarios is for ${client}`, {
    hint: 'See with "brownout list --json" what scenarios need; one that is named in full is run with every client that can.',
  });
}
