/**
 * Whether this machine can serve a simulation at all: else each run would fail, and look as if the
 * application had. One look before the first run, for the mounts that need it.
 */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { HarnessError } from "../core/errors.ts";
import type { MountName } from "../network/mount-names.ts";

/** Mounts whose clients connect to a server of ours on this machine. */
const OVER_SOCKETS: readonly MountName[] = ["https", "proxy"];

/** How long a connection to this machine itself may take, real ms. */
const CONNECT_MAX_MS = 10_000;

/** Rejects `unfit-machine` where the mounts cannot work; `now` is the machine's clock, ms. */
export async function probeMachine(mounts: Iterable<MountName>, now: () => number): Promise<void> {
  if (![...mounts].some((mount) => OVER_SOCKETS.includes(mount))) return;
  checkClock(now());
  await checkLoopback("127.0.0.1");
}

/** The certificates of the simulation are of a time, and clients check them by the machine's clock. */
export function checkClock(nowMs: number): void {
  const path = fileURLToPath(new URL("../../fixtures/tls/service.cert.pem", import.meta.url));
  const { validFromDate, validToDate } = new X509Certificate(readFileSync(path));
  if (nowMs >= validFromDate.getTime() && nowMs < validToDate.getTime()) return;
  const [from, to, now] = [validFromDate, validToDate, new Date(nowMs)].map((date) =>
    date.toISOString().slice(0, 10),
  );
  throw new HarnessError(
    "unfit-machine",
    `the clock of this machine says ${now}, and the certificates of the simulation hold from ${from} to ${to}`,
    { hint: "Set the clock, or use a mount without TLS: --mount msw." },
  );
}

/** Connects to a server of its own at that address. */
export async function checkLoopback(host: string): Promise<void> {
  const server = createServer((socket) => void socket.on("error", () => undefined).end());
  try {
    server.listen(0, host);
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const client = connect({ port, host, signal: AbortSignal.timeout(CONNECT_MAX_MS) });
    await once(client, "connect");
    client.destroy();
  } catch (error) {
    const reason = error instanceof Error ? error.message : "no connection";
    throw new HarnessError("unfit-machine", `this machine cannot reach itself: ${reason}`, {
      place: host,
      hint: "Is the loopback interface up? Try: ip link set lo up. Or use a mount without sockets: --mount msw.",
      cause: error,
    });
  } finally {
    server.close();
  }
}
