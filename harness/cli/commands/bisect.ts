/**
 * `brownout bisect`: the first version of a client in which a rule says something else of a
 * scenario. Each version that is asked plays the scenario with the same seed; its journal stays.
 */
import { join, relative, resolve } from "node:path";
import { ruleById } from "../../rules/rules.ts";
import { HarnessError } from "../../core/errors.ts";
import { clientPackages } from "../../clients/registry.ts";
import {
  bisectionLines,
  triedLine,
  type TriedVersion,
} from "../../reporting/client-versions/bisect-text.ts";
import { type Bisection, bisect } from "../../reporting/client-versions/bisect-versions.ts";
import { createPaint, createProgress } from "../../reporting/formats/terminal.ts";
import { count } from "../../reporting/model/wording.ts";
import { brownoutVersion } from "../../core/version.ts";
import { readClientRange } from "../../clients/versions/version-spec.ts";
import { compareVersions } from "../../clients/versions/version-order.ts";
import type { Arguments, Options } from "../arguments.ts";
import { interruptedCodes } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { readSeed } from "../plan.ts";
import { isPath } from "../scenario-files.ts";
import { type Found, selectScenarios } from "../selection.ts";
import { cacheOption, openClientCache } from "../client-versions/cache-option.ts";
import { Interruption, tryVersion } from "../client-versions/try-version.ts";

/** The options of `brownout bisect`. */
export const bisectOptions = {
  rule: { value: "RULE", says: "the rule whose verdict changed, such as retry-after" },
  seed: { value: "N", says: "where chance begins, a whole number (default: 1)" },
  out: { value: "DIR", says: "where the journals go (default: reports/out/bisect)" },
  cache: cacheOption,
  client: {
    value: "FILE",
    says: "a file has none of the published versions that it asks",
    refused:
      "Ask the commits of your own client: git bisect run npx brownout run SCENARIO --client FILE",
  },
  json: { says: "print what was found as JSON" },
} as const satisfies Options;

/** 0 when a version was found, 3 when both ends say the same, 2 when an end could not be played. */
export async function bisectCommand(
  { values, positionals }: Arguments<typeof bisectOptions>,
  io: Io,
): Promise<number> {
  const { name, range } = readNames(positionals);
  if (values.rule === undefined) throw wrong("no rule is named", "Name one: --rule retry-after.");
  const { id: rule } = ruleById(values.rule);
  if (isPath(range) && !range.startsWith("@")) {
    throw wrong(
      `"${range}" is a file, and bisect asks published versions of a client`,
      bisectOptions.client.refused,
    );
  }
  const { client, from, to } = readClientRange(range, [...clientPackages.keys()]);
  const seed = readSeed(values.seed, io.now);
  const found = await oneScenario(name, io.cwd);
  const out = resolve(io.cwd, values.out ?? join("reports", "out", "bisect"));
  const progress = createProgress(values.json === undefined ? io.stdout : io.stderr);
  const cache = openClientCache(values.cache, io, progress);
  const versions = await cache.between(client, from, to);
  if (versions.length < 2) throw tooFew(range, versions);
  const scenario = found.scenario.name;
  progress.line(
    `brownout ${brownoutVersion}: ${rule} of ${scenario} in ${count(versions.length, "version")} of ${client}, ${versions[0]} to ${versions.at(-1)}, seed ${seed}`,
  );

  const tried: TriedVersion[] = [];
  const ask = async (version: string): Promise<string | undefined> => {
    const folder = await cache.provide(client, version);
    const one = await tryVersion(folder, io, { found, out, seed, rule });
    tried.push(one);
    progress.line(triedLine(client, one));
    return "verdict" in one ? one.verdict : undefined;
  };
  const bisection = await bisect(versions, ask).catch((error: unknown) => {
    if (error instanceof Interruption) return error;
    throw error;
  });
  if (bisection instanceof Interruption) return interruptedCodes[bisection.signal];

  const about = { client, rule, scenario, tried: tried.toSorted(byVersion) };
  if (values.json !== undefined) {
    const facts = { schema: "brownout/bisect/1", brownout: brownoutVersion, seed, ...about };
    io.stdout.write(`${JSON.stringify({ ...facts, versions, ...bisection }, null, 2)}\n`);
  }
  const paint = createPaint(io.stdout, io.environment);
  const journals = relative(io.cwd, out);
  const [answer = "", ...rest] = bisectionLines(bisection, about, journals);
  for (const line of [paint("bold", answer), ...rest]) progress.line(line);
  return exitCodes[bisection.kind];
}

const exitCodes: Readonly<Record<Bisection["kind"], number>> = {
  found: 0,
  same: 3,
  "unknown-end": 2,
};

function byVersion(a: TriedVersion, b: TriedVersion): number {
  return compareVersions(a.version, b.version);
}

function readNames(positionals: readonly string[]): {
  readonly name: string;
  readonly range: string;
} {
  const [name, range, ...more] = positionals;
  if (name !== undefined && range !== undefined && more.length === 0) return { name, range };
  throw wrong(
    `bisect needs a scenario and a range of versions, found ${count(positionals.length, "argument")}`,
    "Write: brownout bisect token-throttled --rule retry-after msal-node@6.0.1..7.2.1",
  );
}

async function oneScenario(name: string, cwd: string): Promise<Found> {
  const [found, ...more] = await selectScenarios([name], cwd);
  if (found !== undefined && more.length === 0) return { ...found, named: true };
  throw wrong(
    `"${name}" means ${count(more.length + 1, "scenario")}, and bisect takes one`,
    "Name it in full.",
  );
}

function tooFew(range: string, versions: readonly string[]): HarnessError {
  return versions.length === 1
    ? wrong(`${range} is one version, ${versions[0]}`, "Name two ends that differ.")
    : wrong(`${range} has no version in it`, "Write the older end first.");
}

function wrong(message: string, hint: string): HarnessError {
  return new HarnessError("bad-usage", message, { hint });
}
