/**
 * Which application runs on which machine, with the environment variables that the machine's
 * identity source sets. A process has one `process.env`, so all machines of a run are of one
 * source; `close` restores the variables.
 */
import type { AppRegistration, Machine, World } from "../../entra/directory/world.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { environmentOf, identityVariables } from "../../entra/managed-identity/environment.ts";

export interface MachinePlacements {
  /** Places an application, by its name in the history, on a machine; throws `bad-scenario` or `unknown-name`. */
  readonly place: (client: string, app: AppRegistration, machine: string) => Machine;
  /** Says on which machine the rest of this process runs; throws `unknown-name`. */
  readonly runOn: (machine: string) => void;
  /** The machine of an application, or of the code around it. */
  readonly of: (client: string | undefined) => Machine | undefined;
  /** Restores the environment variables. */
  readonly close: () => void;
}

type Environment = ReturnType<typeof environmentOf>;

/** Placements in a world, with no application on a machine yet. */
export function createMachinePlacements(world: World): MachinePlacements {
  const positions = new Map<string, Machine>();
  let own: Machine | undefined;
  let restore: (() => void) | undefined;
  let first: { readonly machine: Machine; readonly environment: Environment } | undefined;

  const enter = (machine: Machine, environment: Environment): void => {
    if (first === undefined) {
      restore = setEnvironment(environment);
      first = { machine, environment };
    }
    if (JSON.stringify(first.environment) === JSON.stringify(environment)) return;
    throw bad(
      `${machine.name} (${machine.source}) and ${first.machine.name} (${first.machine.source}) need different environments, and a process has one`,
      "Open all applications of a scenario on machines of one source; write a scenario for each source.",
    );
  };

  return {
    place(client, app, name) {
      const machine = machineNamed(world, name, "open.machine");
      const here = appsOn(world, machine);
      if (!here.includes(app)) {
        const known = here.map((candidate) => candidate.name);
        throw bad(
          `${app.name} is not on the machine ${name}`,
          suggestNames(
            app.name,
            known,
            `There ${known.length === 1 ? "is" : "are"} ${known.join(", ")}.`,
          ),
        );
      }
      enter(machine, environmentOf(machine, systemAssigned(here)));
      positions.set(client, machine);
      return machine;
    },
    runOn(name) {
      own = machineNamed(world, name, "machine");
      enter(own, environmentOf(own, systemAssigned(appsOn(world, own))));
    },
    of: (client) => (client === undefined ? own : (positions.get(client) ?? own)),
    close: () => restore?.(),
  };
}

function systemAssigned(apps: readonly AppRegistration[]): AppRegistration | undefined {
  return apps.find(({ managedIdentity }) => managedIdentity?.assigned === "system");
}

function machineNamed({ machines = [] }: World, name: string, place: string): Machine {
  const found = machines.find((machine) => machine.name === name);
  if (found !== undefined) return found;
  const known = machines.map((machine) => machine.name);
  throw new HarnessError("unknown-name", `there is no machine "${name}" in this world`, {
    place,
    hint: suggestNames(name, known, `There are ${known.join(", ")}.`),
  });
}

function appsOn({ tenants }: World, { tenant, identities }: Machine): readonly AppRegistration[] {
  const apps = tenants.find(({ name }) => name === tenant)?.apps ?? [];
  return apps.filter(({ name }) => identities.includes(name));
}

function setEnvironment(environment: Environment): () => void {
  const before = identityVariables.map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const name of identityVariables) set(name, environment[name]);
  return () => before.forEach(([name, value]) => set(name, value));
}

function bad(message: string, hint: string): HarnessError {
  return new HarnessError("bad-scenario", message, { place: "open.machine", hint });
}
