/**
 * Which runs a command line means: scenarios by name, glob or file, each with its clients,
 * cut into shards. Everything that a name can be wrong about is found here, before any
 * folder is made.
 */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { HarnessError, suggestNames } from "../core/errors.ts";
import { flowsUnknownTo, whyNotApplicable } from "../clients/registry.ts";
import { listScenarios, loadScenario } from "../../scenarios/find-scenario.ts";
import {
  browserMounts,
  type MountName,
  mountNames,
  processMounts,
  programMounts,
} from "../network/mount-names.ts";
import { isBrowserMount, isProgramMount, whyNoBrowser } from "../network/mounts.ts";
import { ownAppOf } from "../clients/own-app.ts";
import { describeEachScenario } from "./worker/describe-files.ts";
import type { Flow } from "../history/event.ts";
import type { ScenarioSummary } from "../runner/scenario-summary.ts";
import type { ClientUnderTest } from "../clients/client.ts";
import type { ClientCache } from "../clients/versions/client-cache.ts";
import { placeClient, type PlacedClient } from "../clients/versions/place-client.ts";
import { checkAsserts } from "../reporting/model/judge-run.ts";
import { findOwnClient, type OwnClient } from "./own-client.ts";
import { filesMatching, isPath, isPattern } from "./scenario-files.ts";

/** One run to be: a scenario with one client, under one mount. */
export interface Selected {
  readonly scenario: ScenarioSummary;
  /** Absolute path of the scenario's file; absent for one of the library. */
  readonly file?: string;
  /** `NAME` or `NAME@VERSION`, as in the worker's task. */
  readonly client: string;
  readonly version: string;
  /** A folder with its package, when it is not the one beside Brownout. */
  readonly clientFolder?: string;
  readonly mount: MountName;
  /** The file of the user's own client, absolute. */
  readonly clientFile?: string;
  /** The client is the user's own code. */
  readonly isOwn?: true;
  /** Its files in the output folder are called `<name>.jsonl` and `<name>.har`. */
  readonly name: string;
}

export interface Selection {
  readonly runs: readonly Selected[];
  readonly skipped: readonly Skipped[];
  /** Files with which nothing can be run; they stop no other. */
  readonly unusable: readonly UnusableFile[];
}

/** A scenario file that cannot be loaded, or that names what is not there. */
export interface UnusableFile {
  /** Absolute. */
  readonly file: string;
  readonly error: HarnessError;
}

/** A scenario that is left out: its client does not know what it needs or cannot meet its faults, is a package that is not installed, or cannot run here or under the mount that is named. */
export interface Skipped {
  readonly scenario: string;
  readonly client: string;
  readonly missing?: HarnessError;
  /** Why it says nothing about the client. */
  readonly notApplicable?: NotApplicable;
  /** The flows that the scenario needs and the client does not know. */
  readonly unknownFlows?: readonly Flow[];
}

/** Why a scenario says nothing about a client, and who says so: the scenario, as its faults cannot meet it, or the file of the client. */
export interface NotApplicable {
  readonly why: string;
  readonly by: "scenario" | "client";
}

/** Which runs are wanted. */
interface Wanted {
  readonly filters: readonly string[];
  readonly client?: string;
  /** As it was named; else each client has its own. */
  readonly mount?: MountName;
  /** Versions of clients that are not installed beside Brownout. */
  readonly cache?: Pick<ClientCache, "newest" | "resolve" | "provide">;
  readonly cwd: string;
}

/**
 * The runs that `filters` and `--client` mean; all of the library without filters. A file that is
 * no use stops the others only when nothing else is left to run: then its error is thrown.
 */
export async function selectRuns(wanted: Wanted): Promise<Selection> {
  const runs = new Map<string, Selected>();
  const skipped: Skipped[] = [];
  const placeOf = createPlaces(wanted.mount);
  const named = await findNamed(wanted);
  const { found, unusable: unloaded } = await findScenarios(wanted.filters, wanted.cwd);
  const unusable = [...unloaded];
  for (const one of found) {
    try {
      const selected = await selectFor(one, wanted, { named, placeOf });
      for (const run of selected.runs) {
        const namesake = selected.runs.find((other) => other !== run && other.name === run.name);
        checkName(run, runs.get(run.name) ?? namesake);
      }
      for (const run of selected.runs) runs.set(run.name, run);
      skipped.push(...selected.skipped);
    } catch (error) {
      if (one.file === undefined || !(error instanceof HarnessError)) throw error;
      unusable.push({ file: one.file, error });
    }
  }
  const [first] = unusable;
  if (runs.size === 0) throw first === undefined ? nothingToRun(skipped) : first.error;
  return { runs: [...runs.values()], skipped, unusable };
}

/** A client that `--client` names. */
interface NamedClient {
  readonly name: string;
  /** It is the user's own, and this its file. */
  readonly own?: OwnClient;
}

/** The clients that `--client` names, with commas between; undefined when it names none. */
async function findNamed({ client, cwd }: Wanted): Promise<readonly NamedClient[] | undefined> {
  if (client === undefined) return undefined;
  // A file may have a comma in its name.
  const names = existsSync(resolve(cwd, client)) ? [client] : client.split(",");
  const found: NamedClient[] = [];
  for (const name of new Set(names)) {
    const own = await findOwnClient(name, cwd);
    found.push({ name, ...(own === undefined ? {} : { own }) });
  }
  return found;
}

/** The runs of one scenario, with each of its clients. */
async function selectFor(
  { scenario, file }: Found,
  wanted: Wanted,
  {
    named,
    placeOf,
  }: {
    readonly named: readonly NamedClient[] | undefined;
    readonly placeOf: ReturnType<typeof createPlaces>;
  },
): Promise<Omit<Selection, "unusable">> {
  const runs: Selected[] = [];
  const skipped: Skipped[] = [];
  // `run.ts` would find it too, but in a worker, when folders are made.
  checkAsserts(scenario.asserts, file ?? `scenario ${scenario.name}`);
  // A package, or a browser, that only some scenarios of the library are for.
  const isOptional = wanted.client === undefined && file === undefined;
  const leaveOut = (client: string, missing: HarnessError): void => {
    if (!isOptional) throw missing;
    skipped.push({ scenario: scenario.name, client, missing });
  };
  for (const { name, own } of named ?? clientsOf(scenario)) {
    const placed = own ?? (await placeClient(name, scenario, wanted.cache).catch(missingOf));
    if (placed instanceof HarnessError) {
      leaveOut(name ?? placed.place ?? "its client", placed);
      continue;
    }
    const { client } = placed;
    const unknownFlows = flowsUnknownTo(client, scenario);
    if (unknownFlows.length > 0) {
      skipped.push({ scenario: scenario.name, client: client.name, unknownFlows });
      continue;
    }
    const notApplicable = whyLeftOut(scenario, client, own);
    if (notApplicable !== undefined) {
      skipped.push({ scenario: scenario.name, client: client.name, notApplicable });
      continue;
    }
    const mount = await placeOf(client);
    if (mount instanceof HarnessError) {
      leaveOut(client.name, mount);
      continue;
    }
    runs.push({
      scenario,
      ...(file === undefined ? {} : { file }),
      ...whereIs(placed),
      version: client.version,
      mount,
      ...(own !== undefined || ownAppOf(scenario)?.name === client.name
        ? { isOwn: true as const }
        : {}),
      name: runName(scenario.name, client.name),
    });
  }
  return { runs, skipped };
}

function whyLeftOut(
  scenario: ScenarioSummary,
  client: Pick<ClientUnderTest, "name">,
  own: OwnClient | undefined,
): NotApplicable | undefined {
  const declared = own?.whyNot(scenario.name);
  if (declared !== undefined) return { why: declared, by: "client" };
  const why = whyNotApplicable(client, scenario);
  return why === undefined ? undefined : { why, by: "scenario" };
}

/** Where a worker finds the client. */
function whereIs(
  placed: PlacedClient | OwnClient,
): Pick<Selected, "client" | "clientFolder" | "clientFile"> {
  const { name } = placed.client;
  if ("file" in placed) return { client: name, clientFile: placed.file };
  const { folder } = placed;
  return { client: placed.name ?? name, ...(folder === undefined ? {} : { clientFolder: folder }) };
}

/** What the files of a run are called, without their ends. */
export function runName(scenario: string, client: string): string {
  return `${scenario}--${client.replace(/[^\w.@-]+/g, "-")}`;
}

/** Finds the mount of a client, the named or its usual one, or why there is none; the browser is looked for once. */
export function createPlaces(
  named: MountName | undefined,
): (client: {
  readonly name: string;
  readonly inBrowser?: true;
  readonly isProgram?: true;
}) => Promise<MountName | HarnessError> {
  let search: ReturnType<typeof whyNoBrowser> | undefined;
  return async ({ name, inBrowser = false, isProgram = false }) => {
    const fits = (mount: MountName): boolean =>
      isBrowserMount(mount) === inBrowser && isProgramMount(mount) === isProgram;
    if (named !== undefined && !fits(named)) return misfit({ name, inBrowser, isProgram }, named);
    if (isProgram) return "program";
    // Over real sockets, each in its own way: clients use their own transport.
    if (!inBrowser) return named ?? "https";
    return (await (search ??= whyNoBrowser())) ?? named ?? "proxy";
  };
}

function misfit(
  {
    name,
    inBrowser,
    isProgram,
  }: { readonly name: string; readonly inBrowser: boolean; readonly isProgram: boolean },
  mount: MountName,
): HarnessError {
  const [what, others] = isProgram
    ? ["is a program of its own", programMounts]
    : inBrowser
      ? ["is a page in a browser", browserMounts]
      : ["lives in a process", processMounts];
  return new HarnessError("bad-usage", `${name} ${what}, where the mount ${mount} is not`, {
    place: `--mount ${mount}`,
    hint: `Leave --mount out, or name one of ${others.join(", ")}.`,
  });
}

/** The mount of that name. */
export function namedMount(name: string): MountName {
  const mount = mountNames.find((known) => known === name);
  if (mount !== undefined) return mount;
  throw new HarnessError("unknown-mount", `there is no mount "${name}"`, {
    hint: suggestNames(name, mountNames, `There are ${mountNames.join(", ")}.`),
  });
}

export interface Found {
  readonly scenario: ScenarioSummary;
  /** Absolute path of its file; absent for one of the library. */
  readonly file?: string;
  /** It was named by itself, and not by a glob or as one of all. */
  readonly named?: true;
}

/** Found, but for the scenario of a file that is not loaded yet. */
type ToFind = Omit<Found, "scenario"> & { readonly scenario: ScenarioSummary | undefined };

/**
 * The scenarios that names, globs and files mean; the whole library without any. Rejects with the
 * error of the first file that cannot be loaded.
 */
export async function selectScenarios(
  filters: readonly string[],
  cwd: string,
): Promise<readonly Found[]> {
  const { found, unusable } = await findScenarios(filters, cwd);
  if (unusable[0] !== undefined) throw unusable[0].error;
  return found;
}

/** The same, with the files that cannot be loaded beside those that can. */
async function findScenarios(
  filters: readonly string[],
  cwd: string,
): Promise<Pick<Selection, "unusable"> & { readonly found: readonly Found[] }> {
  const library = listScenarios();
  if (filters.length === 0)
    return { found: library.map((scenario) => ({ scenario })), unusable: [] };
  const found = new Map<string, ToFind>();
  for (const filter of filters) {
    if (isPath(filter) && isPattern(filter, cwd)) {
      for (const file of filesMatching(filter, cwd))
        if (!found.has(file)) found.set(file, { scenario: undefined, file });
    } else if (isPath(filter)) {
      const file = resolve(cwd, filter);
      found.set(file, { scenario: undefined, file, named: true });
    } else if (/[*?]/.test(filter)) {
      const matching = library.filter(({ name }) => globPattern(filter).test(name));
      if (matching.length === 0) throw nothingMatches(filter, library);
      for (const scenario of matching)
        if (!found.has(scenario.name)) found.set(scenario.name, { scenario });
    } else {
      const scenario = await loadScenario(filter);
      found.set(scenario.name, { scenario, named: true });
    }
  }
  return withFiles([...found.values()]);
}

/** The same, with the scenarios of the files among them. */
async function withFiles(
  found: readonly ToFind[],
): Promise<Pick<Selection, "unusable"> & { readonly found: readonly Found[] }> {
  const files = found.flatMap(({ file }) => file ?? []);
  const described = await describeEachScenario(files);
  const ofFile = new Map(files.map((file, index) => [file, described[index]]));
  const unusable: UnusableFile[] = [];
  const usable = found.flatMap(({ scenario, file, ...more }): readonly Found[] => {
    const known = scenario ?? (file === undefined ? undefined : ofFile.get(file));
    if (known instanceof HarnessError) {
      if (file !== undefined) unusable.push({ file, error: known });
      return [];
    }
    const where = file === undefined ? {} : { file };
    return known === undefined ? [] : [{ ...more, ...where, scenario: known }];
  });
  return { found: usable, unusable };
}

function globPattern(glob: string): RegExp {
  const pattern = RegExp.escape(glob).replaceAll("\\*", ".*").replaceAll("\\?", ".");
  return new RegExp(`^${pattern}$`);
}

function clientsOf({
  clients = [],
}: ScenarioSummary): readonly { readonly name: string | undefined; readonly own?: OwnClient }[] {
  if (clients.length === 0) return [{ name: undefined }];
  return clients.map((client) => ({ name: typeof client === "string" ? client : client.name }));
}

/** Two runs with one name would write the same files. */
function checkName(run: Selected, other: Selected | undefined): void {
  if (other === undefined) return;
  const places = [other, run].map(({ file }) => (file === undefined ? "the library" : file));
  throw new HarnessError("bad-usage", `two scenarios are called "${run.scenario.name}"`, {
    place: places.join(" and "),
    hint: "Both would write the same files: rename one of them, or run them one by one.",
  });
}

function nothingMatches(glob: string, library: readonly ScenarioSummary[]): HarnessError {
  const names = library.map(({ name }) => name);
  return new HarnessError("unknown-scenario", `no scenario matches "${glob}"`, {
    hint: suggestNames(basename(glob).replace(/[*?]/g, ""), names, 'See "brownout list".'),
  });
}

/** The error, where it says that a package is not installed. */
function missingOf(error: unknown): HarnessError {
  if (error instanceof HarnessError && error.code === "client-not-installed") return error;
  throw error;
}

function nothingToRun(skipped: readonly Skipped[]): HarnessError {
  const [first] = skipped;
  if (first?.missing !== undefined) return first.missing;
  const message =
    first === undefined
      ? "there is nothing to run"
      : first.notApplicable !== undefined
        ? `${first.scenario} says nothing about ${first.client}: ${first.notApplicable.why}`
        : `${first.client} cannot run ${first.scenario}, which needs what it does not know: ${(first.unknownFlows ?? []).join(", ")}`;
  return new HarnessError("bad-usage", message, {
    hint: 'See what scenarios need and clients know with "brownout list".',
  });
}
