/** The options of the commands that serve other programs, read and checked. */
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { parseWith } from "../core/validation.ts";
import { createWorld } from "../entra/directory/create-world.ts";
import { someSettingsSchema } from "../entra/directory/settings-schema.ts";
import type { ServiceSettings } from "../entra/directory/service-settings.ts";
import type { World } from "../entra/directory/world.ts";
import type { WorldSketch } from "../entra/directory/world-sketch.ts";
import { checkFaultPlan } from "../faults/validate.ts";
import { AUTHORITY_FOLDER, projectAuthority } from "../network/way-in/authority.ts";
import type { ServedClock, ServeOptions } from "../serve/serve-options.ts";
import type { ListenAddress } from "../network/way-in/way-in.ts";
import type { Options } from "./arguments.ts";
import type { Io } from "./io.ts";
import { readHosts } from "./host-option.ts";
import { readReceiver } from "./otlp-option.ts";
import { readUpstream } from "./upstream-option.ts";
import { readTextFile } from "./text-file.ts";

/** What both `serve` and `exec` take. */
export const simulatorOptions = {
  world: { value: "FILE", says: "the world, or a sketch of one, as JSON (default: contoso)" },
  settings: { value: "FILE", says: "what differs from the world's settings, as JSON" },
  plan: { value: "FILE", says: "faults from the start, as JSON: a list of windows" },
  machine: { value: "NAME", says: "the machine of the world on which the programs run" },
  app: { value: "NAME", says: "the name of what is tested, for findings (default: app)" },
  seed: { value: "SEED", says: "the chance of the simulator (default: a random one)" },
  journal: { value: "FILE", says: "write the journal there, as things happen" },
  host: {
    value: "NAME=URL",
    says: "a host of yours that leads to a server of this machine, with a certificate of brownout ca init; several with commas",
  },
  upstream: {
    value: "URL",
    says: "another emulator or identity provider, which answers what no fault takes, such as http://127.0.0.1:8080",
  },
  otlp: {
    value: "URL",
    says: "send traces there, for OpenTelemetry (OTLP over HTTP, JSON), such as http://127.0.0.1:4318",
  },
  state: {
    value: "FILE",
    says: "keep sessions, codes and changes of the world there, for the next start (SQLite)",
  },
} as const satisfies Options;

/** The values of `simulatorOptions` that were given. */
export type SimulatorValues = { readonly [Name in keyof typeof simulatorOptions]?: string };

/** How many events stay in memory: some hundred megabytes at most. */
const EVENTS_KEPT = 50_000;

/** Reads the files and checks what is in them; throws a `HarnessError` for the first that is wrong. */
export function readSimulatorOptions(
  values: SimulatorValues,
  { cwd, environment }: Pick<Io, "cwd" | "environment">,
): Omit<ServeOptions, "listen" | "clock" | "onProblem"> {
  const { world, settings, plan, machine, app = "app", seed, journal, state, otlp, host } = values;
  const { upstream } = values;
  const authority = projectAuthority(resolve(cwd, AUTHORITY_FOLDER));
  return {
    ...(authority === undefined ? {} : { authority }),
    ...(world === undefined ? {} : { world: readWorld(world, cwd) }),
    ...(settings === undefined ? {} : { settings: readSettings(settings, cwd) }),
    ...(plan === undefined ? {} : { plan: checkFaultPlan(readJson(plan, cwd), plan) }),
    ...(machine === undefined ? {} : { machine }),
    ...(journal === undefined ? {} : { journal: resolve(cwd, journal) }),
    ...(host === undefined ? {} : { ownHosts: readHosts(host, authority) }),
    ...(upstream === undefined ? {} : { upstream: readUpstream(upstream) }),
    ...(otlp === undefined ? {} : { otlp: readReceiver(otlp, environment) }),
    ...(state === undefined ? {} : { state: resolve(cwd, state) }),
    app,
    seed: seed ?? randomBytes(6).toString("hex"),
    ...(seed === undefined ? { seedIsRandom: true } : {}),
    eventsKept: EVENTS_KEPT,
  };
}

/** A secret for the control API. */
export function createToken(): string {
  return randomBytes(24).toString("base64url");
}

function readWorld(file: string, cwd: string): World {
  const given = readJson(file, cwd);
  const isWhole = typeof given === "object" && given !== null && "tenants" in given;
  // It is checked where it is used.
  return isWhole ? (given as World) : createWorld(given as WorldSketch);
}

function readSettings(file: string, cwd: string): Partial<ServiceSettings> {
  return parseWith(someSettingsSchema, readJson(file, cwd), {
    what: "settings",
    code: "bad-world",
    place: file,
  }) as Partial<ServiceSettings>;
}

function readJson(file: string, cwd: string): unknown {
  const text = readTextFile(resolve(cwd, file), file);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HarnessError("bad-usage", `expected JSON: ${reason}`, {
      place: file,
      hint: /\.[cm]?[jt]s$/.test(file)
        ? "Write what it exports to a file: JSON.stringify(world)."
        : "Look for a comma too many, or a comment.",
      cause: error,
    });
  }
}

/** `real`, `stepped`, or `x60` for sixty times as fast. */
export function readClock(text = "real"): ServedClock {
  if (text === "real") return { kind: "flowing", rate: 1 };
  if (text === "stepped") return { kind: "stepped" };
  const rate = Number(/^x(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  if (rate > 0 && rate <= RATE_MAX) return { kind: "flowing", rate };
  throw new HarnessError(
    "bad-usage",
    `expected real, stepped, or x and a number up to ${RATE_MAX}, got "${text}"`,
    { place: "--clock", hint: "Write --clock x60 for an hour in a minute." },
  );
}

const RATE_MAX = 10_000;

/** `127.0.0.1:8443`, `:8443` or `8443`; default: a free port of 127.0.0.1. */
export function readListen(text = "127.0.0.1:0", option = "--listen"): ListenAddress {
  const [, host, port] = /^(?:(.*):)?(\d{1,5})$/.exec(text) ?? [];
  const number = Number(port);
  if (port === undefined || number > 65_535) {
    throw new HarnessError("bad-usage", `expected an address and a port, got "${text}"`, {
      place: option,
      hint: `Write ${option} 127.0.0.1:8443, or port 0 for a free one.`,
    });
  }
  const name = (host ?? "").replace(/^\[(.*)\]$/, "$1");
  return { host: name === "" ? "127.0.0.1" : name, port: number };
}
