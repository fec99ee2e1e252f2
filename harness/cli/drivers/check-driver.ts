/**
 * The conformance run of the driver protocol: a driver is greeted, opened and called in each flow
 * that it says it knows, against a healthy simulator, and every line that is not as the protocol
 * says is reported.
 */
import { HarnessError } from "../../core/errors.ts";
import { DriverClientError, type DriverProblem } from "../../clients/drivers/conversation.ts";
import {
  driverClient,
  type DriverOptions,
  greetDriver,
} from "../../clients/drivers/driver-client.ts";
import type { DriverHello } from "../../clients/drivers/protocol.ts";
import type { ClientUnderTest, TokenRequest, TokenResult } from "../../clients/client.ts";
import { textOf } from "../../core/thrown.ts";
import type { Flow } from "../../history/event.ts";
import { runScenario } from "../../runner/run.ts";
import type { ScriptContext } from "../../runner/scenario.ts";

/** What one step of the check found. */
export interface DriverCheck {
  readonly step: string;
  /** `unknown`: nothing came in the time that was given, which the machine may have decided. */
  readonly outcome: "ok" | "wrong" | "unknown";
  readonly message?: string;
}

/** Checks a driver, calling back as each step is done; resolves to all of them. */
export async function checkDriver(
  options: Pick<DriverOptions, "command" | "patienceMs">,
  onStep: (check: DriverCheck) => void,
): Promise<readonly DriverCheck[]> {
  const checks: DriverCheck[] = [];
  const report = (check: DriverCheck): void => {
    checks.push(check);
    onStep(check);
  };
  const onProblem = (problem: DriverProblem): void => report(wrongLine(problem));
  const given = { ...options, onProblem };
  const hello = await attempt("hello", report, () => greetDriver(given));
  if (hello === undefined) return checks;
  report({ step: "hello", outcome: "ok", message: saysOf(hello) });
  const client = driverClient(given, hello);
  for (const [step, script] of stepsFor(hello.flows)) {
    const done = await attempt(step, report, () => play(client, script));
    if (done === true) report({ step, outcome: "ok" });
    // Each further step would take as long.
    if (checks.some(({ outcome }) => outcome === "unknown")) break;
  }
  return checks;
}

function wrongLine({ line, message, text }: DriverProblem): DriverCheck {
  const quoted = text === undefined ? "" : `: ${text}`;
  return {
    step: line === undefined ? "process" : `line ${line}`,
    outcome: "wrong",
    message: `${message}${quoted}`,
  };
}

function saysOf({ name, version, flows, time }: DriverHello): string {
  return `${name} ${version}, ${time} time, flows: ${flows.join(", ")}`;
}

async function attempt<T>(
  step: string,
  report: (check: DriverCheck) => void,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const isLate = error instanceof HarnessError && error.code === "stuck";
    report({ step, outcome: isLate ? "unknown" : "wrong", message: textOf(error) });
    return undefined;
  }
}

type Script = (context: ScriptContext) => Promise<void>;

async function play(client: ClientUnderTest, script: Script): Promise<true> {
  let thrown: unknown;
  const { history } = await runScenario(
    {
      name: "driver-check",
      title: "A driver against a healthy simulator",
      story: { standsFor: "-", asserts: "-", failureMeans: "-", fix: "-" },
      needs: client.flows,
      asserts: [],
      faults: [],
      script: (context) =>
        script(context).catch((error: unknown) => {
          thrown = error;
        }),
    },
    { client, mount: "program", seed: "1" },
  );
  const late = history.events.find((event) => event.kind === "wait-abandoned");
  if (late !== undefined) {
    throw new HarnessError("stuck", `${late.what} has not come within ${late.limitMs / 1_000} s`);
  }
  if (thrown instanceof Error) throw thrown;
  return true;
}

const graph = ["https://graph.microsoft.com/User.Read"];
const daemon: TokenRequest = {
  flow: "client-credentials",
  scopes: ["https://graph.microsoft.com/.default"],
};

/** What is tried with a driver of those flows, in that order. */
function stepsFor(known: readonly Flow[]): ReadonlyMap<string, Script> {
  const steps = new Map<string, Script>();
  for (const [flow, script] of Object.entries(calls)) {
    if (known.includes(flow as Flow)) steps.set(flow, script);
  }
  if (!known.includes("client-credentials")) return steps;
  return steps
    .set("two calls at once", twoCalls)
    .set("an error of the client", refusedCall)
    .set("a restart with a saved cache", restarted);
}

const forUser =
  (app: string, flow: Flow): Script =>
  async ({ open, world }) => {
    const opened = await open({ app });
    usable(await opened.acquire({ flow, scopes: graph, user: world.user("adele") }));
  };

const calls: Readonly<Partial<Record<Flow, Script>>> = {
  "client-credentials": async ({ open }) =>
    usable(await (await open({ app: "nightly-daemon" })).acquire(daemon)),
  "authorization-code": forUser("portal", "authorization-code"),
  password: forUser("desk-app", "password"),
  "device-code": forUser("desk-app", "device-code"),
  "managed-identity": async ({ open }) => {
    const app = await open({ app: "web-vm-identity", machine: "web-vm" });
    usable(await app.acquire({ flow: "managed-identity", scopes: daemon.scopes }));
  },
};

async function twoCalls({ open }: ScriptContext): Promise<void> {
  const app = await open({ app: "nightly-daemon" });
  const results = await Promise.all([app.acquire(daemon), app.acquire(daemon)]);
  for (const result of results) usable(result);
}

async function refusedCall({ open }: ScriptContext): Promise<void> {
  const app = await open({ app: "nightly-daemon" });
  const result = await app.attempt({ ...daemon, scopes: ["api://nowhere/.default"] });
  if (result instanceof DriverClientError) return;
  if (result instanceof Error) throw result;
  throw new Error("the service refused the scope api://nowhere/.default, and the answer is ok");
}

async function restarted({ open }: ScriptContext): Promise<void> {
  const app = await open({ app: "nightly-daemon", cache: "persisted" });
  usable(await app.acquire(daemon));
  await app.restart();
  usable(await app.acquire(daemon));
}

function usable({ accessToken }: TokenResult): void {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(accessToken)) {
    throw new Error(
      `expected the access token that the service issued, found "${accessToken.slice(0, 40)}"`,
    );
  }
}
