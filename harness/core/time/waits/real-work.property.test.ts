/** Work of the machine between the waits of a program leaves its virtual time as it is. */
import { execFile } from "node:child_process";
import { pbkdf2, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import net from "node:net";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Peer, startPeer } from "../../../../test/support/waits/play-rows.ts";
import { installClock, type InstalledClock } from "../install.ts";
import { createVirtualClock, type VirtualClock } from "../virtual-clock.ts";

let peer: Peer;
let clock: VirtualClock;
let installed: InstalledClock;

beforeAll(async () => {
  peer = await startPeer();
  clock = createVirtualClock({ startMs: Date.UTC(2026, 2, 2, 8) });
  installed = installClock(clock);
});

afterAll(() => {
  installed.restore();
  peer.stop();
});

const work = {
  child: () => promisify(execFile)("true"),
  hash: () => promisify(pbkdf2)("password", "salt", 20_000, 32, "sha256"),
  chance: () => promisify(randomBytes)(1e6),
  file: () => readFile("package.json"),
  zip: () => promisify(gzip)(Buffer.alloc(1e6)),
  turns: async () => {
    for (let count = 0; count < 20; count += 1)
      await new Promise<void>((resolve) => void setImmediate(resolve));
  },
  server: async () => {
    const socket = net.connect(peer.ports.tcp, "127.0.0.1");
    socket.write("3\n");
    await once(socket, "data");
    socket.destroy();
  },
} satisfies Record<string, () => Promise<unknown>>;

type Step =
  | { readonly kind: "sleep" | "timer" | "interval"; readonly ms: number }
  | { readonly kind: "work"; readonly what: keyof typeof work };

async function take(step: Step, machine: "works" | "rests"): Promise<void> {
  switch (step.kind) {
    case "sleep":
      return clock.sleep(step.ms);
    case "timer":
      return new Promise((resolve) => void setTimeout(resolve, step.ms));
    case "interval": {
      let count = 0;
      return new Promise((resolve) => {
        const interval = setInterval(() => {
          count += 1;
          if (count < 3) return;
          clearInterval(interval);
          resolve();
        }, step.ms);
      });
    }
    case "work":
      if (machine === "works") await work[step.what]();
  }
}

/** When each step of each task was over, ms since the start. */
async function play(
  tasks: readonly (readonly Step[])[],
  machine: "works" | "rests",
): Promise<readonly (readonly number[])[]> {
  const startedMs = clock.now();
  return clock.drive(
    Promise.all(
      tasks.map(async (steps) => {
        const ends: number[] = [];
        for (const step of steps) {
          await take(step, machine);
          ends.push(clock.now() - startedMs);
        }
        return ends;
      }),
    ),
  );
}

const waits = fc.record({
  kind: fc.constantFrom("sleep", "timer", "interval"),
  ms: fc.integer({ min: 1, max: 100_000 }),
});
const works = fc.record({
  kind: fc.constant("work"),
  what: fc.constantFrom(...(Object.keys(work) as (keyof typeof work)[])),
});
const programs: fc.Arbitrary<readonly (readonly Step[])[]> = fc.array(
  fc.array(fc.oneof(waits, works) as fc.Arbitrary<Step>, { minLength: 1, maxLength: 6 }),
  { minLength: 1, maxLength: 4 },
);

it("passes as if the machine took no time", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (tasks) => {
      const alone = await play(tasks, "rests");
      expect(await play(tasks, "works")).toEqual(alone);
    }),
    { numRuns: 25 },
  );
});
