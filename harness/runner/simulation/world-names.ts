/**
 * The names by which a fault plan may mean tenants, users and apps of a world, and the hosts that
 * requests can go to. A slice that matches none of them would break nothing.
 */
import { sharedTenants } from "../../entra/directory/identifiers.ts";
import { editDistance, suggestNames } from "../../core/errors.ts";
import {
  acrossFields,
  expected,
  parseWith,
  type ReportProblem,
  schema,
} from "../../core/validation.ts";
import { azureRegions } from "../../entra/directory/azure-regions.ts";
import { loginClouds } from "../../entra/directory/clouds.ts";
import type { World } from "../../entra/directory/world.ts";
import { machineOrigins } from "../../entra/request/machine-address.ts";
import type { FaultPlan, FaultSlice } from "../../faults/plan.ts";
import type { AliasesOf } from "../../faults/window.ts";
import { isServedHost } from "../../network/served-hosts.ts";

/** A tenant, user or app: what requests call it, and what people call it. All in lower case. */
interface Named {
  readonly sent: readonly string[];
  readonly names: readonly string[];
}

/** The other names of what a request names, so that a fault plan may use any of them. */
export function createAliases(world: World): AliasesOf {
  const aliases = new Map<string, string[]>();
  for (const { sent, names } of [...tenantsOf(world), ...usersOf(world), ...appsOf(world)])
    for (const name of sent) aliases.set(name, [...(aliases.get(name) ?? []), ...names]);
  return (name) => aliases.get(name.toLowerCase()) ?? [];
}

/**
 * Throws `bad-fault-plan` for a slice that names a tenant, user, app or host that the world does
 * not have, with the nearest name. `place` is where the plan came from; default: none.
 */
export function checkSliceNames(plan: FaultPlan, world: World, place?: string): void {
  const checks = { tenant: tenantsOf(world), user: usersOf(world), app: appsOf(world) } as const;
  const report = (slice: FaultSlice, problem: ReportProblem): void => {
    for (const field of ["tenant", "user", "app"] as const)
      reportUnknown(slice, { field, known: checks[field], world }, problem);
    reportUnknownHosts(slice, world, problem);
    reportMisspeltRegions(slice, world, problem);
  };
  const planInWorld = schema((z) =>
    z.custom<FaultPlan>().check(
      acrossFields<FaultPlan>((windows, problem) =>
        windows.forEach(({ where }, index) => {
          const below: ReportProblem = (path, ...rest) =>
            problem([index, "where", ...path], ...rest);
          if (where !== undefined) report(where, below);
        }),
      ),
    ),
  );
  parseWith(planInWorld, plan, { what: "faults", code: "bad-fault-plan", place });
}

function reportUnknown(
  slice: FaultSlice,
  {
    field,
    known,
    world,
  }: {
    readonly field: "tenant" | "user" | "app";
    readonly known: readonly Named[];
    readonly world: World;
  },
  report: ReportProblem,
): void {
  const names = new Set(known.flatMap((one) => one.names));
  const all = field === "tenant" ? [...names, ...sharedTenants] : [...names];
  forEachName(slice[field], (name, path) => {
    if (all.includes(name.toLowerCase())) return;
    const readable = all.filter((one) => !/^[-0-9a-f.]{36,}$/.test(one));
    report(
      [field, ...path],
      expected(`${article(field)} ${field} of the world ${world.name}, by ${WAYS[field]}`, name),
      suggestNames(name, readable, `There are ${readable.slice(0, NAMES_SHOWN).join(", ")}.`),
    );
  });
}

const NAMES_SHOWN = 12;

const WAYS = {
  tenant: "name, id or domain",
  user: "UPN, its first part or object id",
  app: "name or client id",
} as const;

function article(word: string): string {
  return /^[aeio]/.test(word) ? "an" : "a";
}

function reportUnknownHosts(slice: FaultSlice, world: World, report: ReportProblem): void {
  const machines = machineOrigins.map((origin) => new URL(origin).hostname);
  const apis = world.resources.flatMap(({ hosts }) => hosts);
  const asked = [...loginClouds.flatMap(({ aliases }) => aliases), ...apis, ...machines];
  forEachName(slice.host, (name, path) => {
    if (isServedHost(name) || asked.includes(name.toLowerCase())) return;
    report(
      ["host", ...path],
      expected("a host that the simulator serves", name),
      suggestNames(
        name,
        asked,
        'It serves the login hosts, "*.contoso.example" and the hosts of the world\'s APIs.',
      ),
    );
  });
}

/** So many letters of a name may be wrong, missing or too many. */
const SLIPS_MAX = 2;

/** There are newer regions than those that are known here: only what is nearly the name of one is refused. */
function reportMisspeltRegions(
  slice: FaultSlice,
  { machines = [] }: World,
  report: ReportProblem,
): void {
  const known = [...azureRegions, ...machines.map(({ region }) => region)];
  forEachName(slice.region, (name, path) => {
    const wanted = name.toLowerCase();
    // A next one of a place differs in its number only.
    const isKnown = known.includes(wanted) || known.includes(wanted.replace(/\d+$/, ""));
    const isMisspelt = known.some((one) => editDistance(wanted, one) <= SLIPS_MAX);
    if (isKnown || !isMisspelt) return;
    report(
      ["region", ...path],
      expected("a region of Azure", name),
      suggestNames(wanted, known, ""),
    );
  });
}

function forEachName(
  names: string | readonly string[] | undefined,
  visit: (name: string, path: readonly number[]) => void,
): void {
  if (typeof names === "string") visit(names, []);
  else names?.forEach((name, index) => visit(name, [index]));
}

function tenantsOf({ tenants }: World): readonly Named[] {
  return tenants.map(({ id, name, domains }) => named([id, name, ...domains], []));
}

function usersOf({ tenants }: World): readonly Named[] {
  return tenants.flatMap(({ id: tenantId, users }) =>
    users.map(({ id, upn }) => named([id, upn], [upn.replace(/@.*$/, ""), `${id}.${tenantId}`])),
  );
}

function appsOf({ tenants }: World): readonly Named[] {
  return tenants.flatMap(({ apps }) => apps.map(({ name, clientId }) => named([clientId], [name])));
}

function named(sent: readonly string[], more: readonly string[]): Named {
  const lower = (names: readonly string[]): readonly string[] =>
    names.map((name) => name.toLowerCase());
  return { sent: lower(sent), names: lower([...sent, ...more]) };
}
