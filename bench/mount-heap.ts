/**
 * What each mount keeps of an exchange that is over: bytes of heap, after collection,
 * divided by exchanges. A child process per mount, because a process has one mount.
 *
 *   node bench/mount-heap.ts [direct|msw|nock|https …]
 *
 * Aim: at most 50 bytes through `direct` and `https` (issue 2); see decision 0001 for the
 * others. The first exchanges are not counted: caches and compiled code settle in them.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createVirtualClock } from "../harness/core/time/virtual-clock.ts";
import { createResponse } from "../harness/core/http/message.ts";
import { type ProcessMount, processMounts } from "../harness/network/mount-names.ts";
import { loadMount } from "../harness/network/mounts.ts";

/** As many as the aim is stated for; fewer where a mount is slow and its figure is only printed. */
const exchanges: Readonly<Record<ProcessMount, number>> = {
  direct: 100_000,
  https: 100_000,
  msw: 5_000,
  nock: 5_000,
};

const WARM_UP_SHARE = 0.2;

function isProcessMount(name: string): name is ProcessMount {
  return (processMounts as readonly string[]).includes(name);
}

interface Measurement {
  readonly mount: ProcessMount;
  readonly exchanges: number;
  readonly heapBytesPerExchange: number;
  readonly microsecondsPerExchange: number;
}

const [first, ...rest] = process.argv.slice(2);
if (first === "--measure" && rest[0] !== undefined && isProcessMount(rest[0])) {
  process.stdout.write(JSON.stringify(await measure(rest[0])));
  process.exit(0);
}
const wanted = process.argv.slice(2).filter(isProcessMount);
console.log("mount    exchanges  heap bytes kept per exchange  µs per exchange");
for (const name of wanted.length === 0 ? processMounts : wanted) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--expose-gc", fileURLToPath(import.meta.url), "--measure", name],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  const result = JSON.parse(stdout) as Measurement;
  const columns = [
    name.padEnd(7),
    String(result.exchanges).padStart(10),
    result.heapBytesPerExchange.toFixed(1).padStart(29),
    result.microsecondsPerExchange.toFixed(0).padStart(16),
  ];
  console.log(columns.join(" "));
}

async function measure(name: ProcessMount): Promise<Measurement> {
  const mount = await loadMount(name);
  const clock = createVirtualClock({ startMs: Date.UTC(2026, 10, 21) });
  const headers: [string, string][] = [["Content-Type", "application/json"]];
  const service = {
    connect: () => Promise.resolve(),
    handle: () => Promise.resolve(createResponse('{"access_token":"x"}', { status: 200, headers })),
  };
  const mounted = await mount.start({ service, clock, gate: clock.gate });
  const run = async (count: number): Promise<void> => {
    for (let exchange = 0; exchange < count; exchange += 1) {
      const request = new Request("https://login.microsoftonline.com/t", {
        method: "POST",
        body: "a=1",
      });
      await (await mounted.fetch(request)).text();
    }
  };
  const count = exchanges[name];
  await run(count * WARM_UP_SHARE);
  const before = await heapUsed();
  const beganMs = performance.now();
  await run(count);
  const tookMs = performance.now() - beganMs;
  const after = await heapUsed();
  await mounted.stop();
  return {
    mount: name,
    exchanges: count,
    heapBytesPerExchange: (after - before) / count,
    microsecondsPerExchange: (tookMs * 1_000) / count,
  };
}

async function heapUsed(): Promise<number> {
  for (let round = 0; round < 6; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}
