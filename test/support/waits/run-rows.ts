/** Plays rows of the table in this process, under one mount, and prints what came of each. */
import type { ProcessMount } from "../../../harness/network/mount-names.ts";
import { waitKinds } from "../../../harness/core/time/waits/wait-limits.ts";
import { startBench } from "../mount.ts";
import { allRows } from "./all-rows.ts";
import type { PeerPorts, Row, RowContext } from "./row.ts";

/** What came of a row. */
export interface RowResult {
  readonly name: string;
  readonly tookMs: number;
  /** Which of the timers beside it fired, ms. */
  readonly fired: readonly number[];
  readonly abandoned: readonly string[];
  readonly value?: unknown;
  readonly error?: string;
}

/** Timers beside work of the machine, ms: a clock that leaps fires them. */
const BESIDE_MS = [10_000, 600_000];

/** No wait is this long, ms. */
const BACKSTOP_MS = 3_650_000;

/** What must be waited for to its end is, however busy the machine, ms of its time. */
const PATIENT = Object.fromEntries(waitKinds.map((kind) => [kind, 60_000]));

let onAbandoned = (_what: string): void => undefined;

async function play(name: string, row: Row, context: RowContext): Promise<RowResult> {
  const { clock } = context.bench;
  const fired: number[] = [];
  const abandoned: string[] = [];
  // What the row before has left in flight ends first; its timers stay, and undici's among them.
  await clock.idle();
  onAbandoned = (what) => void abandoned.push(what);
  const startedMs = clock.now();
  const beside = row.takesMs === 0 ? BESIDE_MS : [BACKSTOP_MS];
  const timers = beside.map((ms) => setTimeout(() => void fired.push(ms), ms));
  let stop = (): void => undefined;
  const backstop = new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve("nothing ended it"), BACKSTOP_MS);
    stop = () => clearTimeout(timer);
  });
  const result = (): Omit<RowResult, "value" | "error"> => ({
    name,
    tookMs: clock.now() - startedMs,
    fired: [...fired],
    abandoned: [
      ...new Set(abandoned.map((what) => what.replace(/:\d{4,5}\b/, ":PORT"))),
    ].toSorted(),
  });
  try {
    const value = await clock.drive(Promise.race([row.run(context), backstop]));
    return { ...result(), value: typeof value === "object" ? undefined : value };
  } catch (error) {
    return { ...result(), error: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    stop();
  }
}

const { mount, names, peer } = JSON.parse(process.argv[2] ?? "{}") as {
  readonly mount: ProcessMount;
  readonly names: readonly string[];
  readonly peer: PeerPorts;
};
const bench = await startBench(mount);
for (const name of names) {
  const row = allRows[name];
  if (row === undefined) throw new Error(`there is no row "${name}"`);
  bench.clock.limitWaits({
    ...(row.abandons === undefined ? { limitsMs: PATIENT } : {}),
    onAbandoned: ({ what }) => onAbandoned(what),
  });
  const result = await play(name, row, { bench, peer });
  process.stdout.write(`@@${JSON.stringify(result)}\n`);
}
process.stdout.write("", () => process.exit(0));
