/**
 * What a test of pages has forgotten, in one error with the lines to add: hosts that are not
 * simulated, and a registration that the world has not.
 */
import { HarnessError } from "../../core/errors.ts";
import type { World } from "../../entra/directory/world.ts";
import { joinProblems, quotedNames, withoutPort } from "../../runner/live/join-problems.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import { worldHint, worldLine } from "../../runner/live/refusal-hint.ts";
import type { Refusal } from "../../runner/live/refusals.ts";
import type { FailedRequest } from "./page-errors.ts";

export interface Missing {
  readonly session: Pick<LiveSimulation, "problems" | "directory">;
  /** Requests of pages to hosts that are not simulated. */
  readonly failedRequests: readonly FailedRequest[];
  /** Sign-ins that cannot succeed in this world, and that no function of the test has reported. */
  readonly refusals: readonly Refusal[];
  /** What has failed in pages that show nothing. */
  readonly dead: readonly string[];
  /** Hosts that the web server has asked. */
  readonly ofServer?: ReadonlySet<string> | undefined;
}

/** How an app of a Playwright suite gets a world of its own; the line is code. */
export function ownWorldLine(world: World, refusal: Refusal): string {
  return `test.use({ entraOptions: { world: ${worldLine(world, refusal)} } })`;
}

/** All of it in one error; undefined when nothing is missing. */
export function missingParts({
  session,
  failedRequests,
  refusals,
  dead,
  ofServer = new Set(),
}: Missing): Error | undefined {
  const problem = joinProblems(session.problems(), (hosts, originOf) =>
    linesFor(hosts, { failed: failedRequests, originOf, ofServer }),
  );
  const [first, ...more] = [
    inSuite(problem),
    refusalError(refusals, session),
    deadError(dead),
  ].filter((error) => error !== undefined);
  if (first === undefined || more.length === 0) return first;
  const own =
    first instanceof HarnessError ? first : more.find((one) => one instanceof HarnessError);
  if (own === undefined) return first;
  const { code, place } = own;
  return new HarnessError(code, first.message, {
    ...(place === undefined ? {} : { place }),
    hint: [
      ...hintLines(first),
      ...more.flatMap((error) => [error.message, ...hintLines(error)]),
    ].join("\n  "),
    cause: first,
  });
}

function hintLines(error: Error): readonly string[] {
  return error instanceof HarnessError && error.hint !== undefined ? [error.hint] : [];
}

/** A mount is chosen by an option here, and not by one of the command. */
function inSuite(problem: Error | undefined): Error | undefined {
  if (!(problem instanceof HarnessError)) return problem;
  const { code, message, place = "", hint = "", cause } = problem;
  return new HarnessError(code, message, {
    place,
    cause,
    hint: hint.replace("--mount proxy", 'test.use({ entraOptions: { mount: "proxy" } })'),
  });
}

function linesFor(
  hosts: readonly string[],
  {
    failed,
    originOf,
    ofServer,
  }: {
    readonly failed: readonly FailedRequest[];
    readonly originOf: (host: string) => string;
    readonly ofServer: ReadonlySet<string>;
  },
): string {
  const data = failed.filter(
    ({ host, resource }) => hosts.includes(host) && (resource === "fetch" || resource === "xhr"),
  );
  const ofData = new Set(data.map(({ host }) => host));
  const routes = hosts
    .filter((host) => !ofData.has(host) && !ofServer.has(withoutPort(host)))
    .map((host) => `await page.route("${originOf(host)}/**", (route) => route.fulfill());`);
  const names = [...new Set(hosts.map(withoutPort))];
  const answers = [
    ...data.map(({ address }) => `  entra.api("${address}", { … });`),
    ...routes.map((line) => `  ${line}`),
  ];
  const asked = hosts.map(withoutPort).filter((host) => ofServer.has(host));
  return [
    `No request leaves the computer.${answers.length > 0 ? " Answer these in the test, before the page asks:" : ""}`,
    ...answers,
    ...(asked.length > 0 ? [`The web server asks ${[...new Set(asked)].join(", ")}.`] : []),
    `${answers.length > 0 ? "or let" : "Let"} them through: test.use({ entraOptions: { allow: ${quotedNames(names)} } });`,
  ].join("\n  ");
}

function refusalError(
  refusals: readonly Refusal[],
  { directory }: Pick<LiveSimulation, "directory">,
): HarnessError | undefined {
  const [refusal] = refusals;
  if (refusal === undefined) return undefined;
  return new HarnessError("not-signed-in", `Entra refused a sign-in: ${refusal.text}`, {
    hint: [
      worldHint(directory.world, refusal),
      `For your own: ${ownWorldLine(directory.world, refusal)};`,
    ].join("\n  "),
  });
}

/** Of a page that died while it loaded. */
function deadError(dead: readonly string[]): HarnessError | undefined {
  if (dead.length === 0) return undefined;
  return new HarnessError(
    "page-not-loaded",
    "the page shows nothing, as it failed while it loaded",
    {
      hint: [
        ...dead,
        "Open it in a browser by hand, as it is served for the test; what it reads from the environment is in playwright.config.",
      ].join("\n  "),
    },
  );
}
