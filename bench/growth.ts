/**
 * How the time of a run grows with clients and with hours: exponents, 1 is linear.
 * Aim: 1.05 or less (issue 2).
 *
 *   node bench/growth.ts
 */
import { hours } from "../harness/core/time/duration.ts";
import { keepProcessClock } from "../harness/core/time/process-clock.ts";
import { growthExponent, median, timed } from "./measure.ts";
import { type Polling, runPolling } from "./polling.ts";

keepProcessClock();
await runPolling({ clients: 20, hours: 24, everyMs: hours(1) });

console.log(
  `clients  ${(await exponentOver([1, 10, 100, 1_000], (clients) => ({ clients, hours: 24, everyMs: hours(1) }))).toFixed(2)}  (aim: 1.05 or less)`,
);
console.log(
  `hours    ${(await exponentOver([24, 72, 216, 648], (span) => ({ clients: 10, hours: span, everyMs: hours(0.25) }))).toFixed(2)}  (aim: 1.05 or less)`,
);
process.exit(0);

async function exponentOver(
  sizes: readonly number[],
  pollingOf: (size: number) => Polling,
): Promise<number> {
  const points: (readonly [number, number])[] = [];
  for (const size of sizes) {
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1)
      times.push(await timed(() => runPolling(pollingOf(size))));
    points.push([size, median(times)]);
    console.log(`  ${String(size).padStart(5)}  ${median(times).toFixed(0)} ms`);
  }
  return growthExponent(points);
}
