/** Where the server processes of a worker ask for the time, through all of its tests. */
import { createServer, type Socket } from "node:net";
import { HarnessError } from "../../core/errors.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import { whileTaken } from "./while-taken.ts";
import { createServerParticipant, type ServerParticipant } from "./server-participant.ts";

export interface ServerClocks {
  /** Resolves when a server is there; rejects `bad-usage` when none comes. */
  readonly present: () => Promise<void>;
  /** The latest time of all of them; ms since the Unix epoch, virtual. */
  readonly nowMs: () => Promise<number>;
  /** Puts them on the clock of a test, those that come later as well, until the returned function is called. */
  readonly join: (clock: Pick<VirtualClock, "join">, underway: () => number) => () => void;
  readonly stop: () => Promise<void>;
}

/** A server is there before the tests begin, and looks for them ten times a second; ms, the machine's. */
const COMES_WITHIN_MS = 20_000;

/** Listens on that port of this machine. */
export async function listenForServers(port: number): Promise<ServerClocks> {
  const there = new Map<Socket, ServerParticipant>();
  const arrived = Promise.withResolvers<void>();
  let onTest: { readonly join: (participant: ServerParticipant) => () => void } | undefined;
  const leaves = new Map<Socket, () => void>();
  let underway = (): number => 0;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    const { participant, greeted } = createServerParticipant(socket, () => underway());
    void greeted.then(() => {
      there.set(socket, participant);
      if (onTest !== undefined) leaves.set(socket, onTest.join(participant));
      arrived.resolve();
    });
    socket.once("close", () => {
      leaves.get(socket)?.();
      leaves.delete(socket);
      there.delete(socket);
    });
  });
  await listenSoon(server, port);
  return {
    async present() {
      const cancel = afterMachineMs(COMES_WITHIN_MS, () => arrived.reject(noServer()));
      await arrived.promise.finally(cancel);
    },
    async nowMs() {
      const all = await Promise.all([...there.values()].map((one) => one.nowMs()));
      return Math.max(0, ...all);
    },
    join(clock, requestsUnderway) {
      underway = requestsUnderway;
      onTest = { join: (participant) => clock.join(participant) };
      for (const [socket, participant] of there) leaves.set(socket, clock.join(participant));
      return () => {
        onTest = undefined;
        underway = () => 0;
        for (const leave of leaves.values()) leave();
        leaves.clear();
      };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of there.keys()) socket.destroy();
      }),
  };
}

function listenSoon(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return whileTaken(
    port,
    () =>
      new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", () => {
          server.off("error", reject);
          resolve();
        });
      }),
  );
}

function noServer(): HarnessError {
  return new HarnessError(
    "bad-usage",
    "no process of the web server follows the clock of the test",
    {
      place: "webServer",
      hint: 'A Node program needs Node 24.14 and must not drop NODE_OPTIONS. For one in another language: withEntra({ … }, { time: "machine" }).',
    },
  );
}
