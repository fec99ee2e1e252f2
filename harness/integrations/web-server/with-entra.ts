/** `withEntra`: the server of a Playwright suite, with what leads it to the simulator of the test. */
import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { existsSync } from "node:fs";
import { HarnessError } from "../../core/errors.ts";
import { explaining } from "../../core/explain.ts";
import { parseWith, schemaOf } from "../../core/validation.ts";
import { authorityFile } from "../../network/https-server.ts";
import { reachVariables } from "../../serve/variables.ts";
import { prepareServers, preparedServers, type PreparedServer } from "./prepared-servers.ts";
import { CLOCK_PORT, WAY_IN_PORT } from "./server-variables.ts";

/**
 * What `withEntra` is given beside the server.
 *
 * @example
 * withEntra(server, { time: "machine" });
 */
export interface WebServerOptions {
  /**
   * `virtual` (default): Node programs of the server follow `entra.clock`, by a preload in
   * `NODE_OPTIONS`. `machine`: for a server of another language, whose time is the machine's;
   * `entra.clock.advance` is then refused.
   */
  readonly time?: "virtual" | "machine";
  /** Which worker's tests the server is for, from 0 (default): with several workers, each needs a server of its own. */
  readonly worker?: number;
}

/** The fields of Playwright's `webServer` that are read or written here. */
interface WebServer {
  readonly command?: string;
  readonly url?: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly reuseExistingServer?: boolean;
}

const optionsSchema = schemaOf<WebServerOptions>()((z) =>
  z.strictObject({
    time: z.enum(["virtual", "machine"]).optional(),
    worker: z.int().min(0).optional(),
  }),
);

/**
 * Puts the server of a Playwright suite under the same outage, clock and journal as the pages:
 * what it asks Entra reaches the simulator of the test that runs. Returns the entry for
 * `webServer` with environment variables added; the server itself stays as it is. Throws
 * `bad-usage` for an option that does not exist, and for a server without an address.
 *
 * @example
 * export default defineConfig({
 *   workers: 1,
 *   webServer: withEntra({ command: "npm start", url: "http://localhost:3000" }),
 * });
 */
export function withEntra<Server extends WebServer>(
  server: Server,
  options: WebServerOptions = {},
): Server & { readonly env: Record<string, string>; readonly reuseExistingServer: false } {
  return explaining(() => {
    parseWith(optionsSchema, options, { what: "withEntra", code: "bad-usage" });
    if (server.reuseExistingServer === true) {
      throw new HarnessError("bad-usage", "a server that runs already does not ask the simulator", {
        place: "webServer.reuseExistingServer",
        hint: "Leave it out: withEntra starts the server with variables of its own.",
      });
    }
    const { time = "virtual", worker = 0 } = options;
    const prepared = preparedFor({ origin: originOf(server), time, worker });
    return { ...server, reuseExistingServer: false, env: environmentOf(server, prepared) };
  });
}

function originOf({ url, port }: WebServer): string {
  const address = url ?? (port === undefined ? undefined : `http://localhost:${port}`);
  const origin = address === undefined ? undefined : URL.parse(address)?.origin;
  if (origin !== undefined) return origin;
  throw new HarnessError(
    "bad-usage",
    `expected the address of the server, got ${address ?? "none"}`,
    {
      place: "webServer.url",
      hint: 'Write url: "http://localhost:3000", where it answers when it has started.',
    },
  );
}

/** The same ports each time the configuration is read: by this process again, and by those of the tests. */
function preparedFor(wanted: Pick<PreparedServer, "origin" | "time" | "worker">): PreparedServer {
  const before = preparedServers();
  const same = before.find(
    ({ origin, worker }) => origin === wanted.origin && worker === wanted.worker,
  );
  if (same !== undefined) return same;
  const ofWorker = before.find(({ worker }) => worker === wanted.worker);
  const [wayInPort, clockPort] =
    ofWorker === undefined ? freePorts() : [ofWorker.wayInPort, ofWorker.clockPort];
  const prepared = { ...wanted, wayInPort, clockPort };
  prepareServers([...before, prepared]);
  return prepared;
}

const FIND_PORTS = `
const net = require("node:net");
const servers = [net.createServer(), net.createServer()];
let open = 0;
for (const server of servers)
  server.listen(0, "127.0.0.1", () => {
    if (++open < servers.length) return;
    console.log(servers.map((one) => one.address().port).join(" "));
    for (const one of servers) one.close();
  });
`;

/** Two that no one uses. By another process, because a configuration is not waited for. */
function freePorts(): readonly [number, number] {
  const { stdout } = spawnSync(process.execPath, ["-e", FIND_PORTS], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const [first = 0, second = 0] = stdout.trim().split(" ").map(Number);
  if (first > 0 && second > 0) return [first, second];
  throw new HarnessError("bad-usage", "no port of this machine is free", { place: "withEntra" });
}

function environmentOf(
  { env = {} }: WebServer,
  { wayInPort, clockPort, time }: PreparedServer,
): Record<string, string> {
  const proxy = `http://127.0.0.1:${wayInPort}`;
  const reach = reachVariables({ proxy, ca: authorityFile() });
  if (time === "machine") return { ...reach, ...env };
  const before = env["NODE_OPTIONS"] ?? process.env["NODE_OPTIONS"] ?? "";
  return {
    ...reach,
    [WAY_IN_PORT]: String(wayInPort),
    [CLOCK_PORT]: String(clockPort),
    ...env,
    NODE_OPTIONS: `${before} --import=${registerUrl()}`.trim(),
  };
}

/** In the repository the source, in the package its build. */
function registerUrl(): string {
  const file = fileURLToPath(new URL("../register", import.meta.url));
  return pathToFileURL(existsSync(`${file}.ts`) ? `${file}.ts` : `${file}.js`).href;
}
