/**
 * What the harness costs: operations per second of a 72-hour scenario through the direct
 * mount, as a ratio to the bare loop over the same MSAL calls. Aim: 0.8 or better (issue 2).
 *
 *   node bench/harness-tax.ts
 */
import { keepProcessClock } from "../harness/clock/process-clock.ts";
import { minutes } from "../harness/clock/duration.ts";
import { runBarePolling } from "./bare-polling.ts";
import { inTurn } from "./measure.ts";
import { runPolling } from "./polling.ts";

keepProcessClock();
const polling = { clients: 10, hours: 72, everyMs: minutes(5) };
const counts = { harness: await runPolling(polling), bare: await runBarePolling(polling) };
const { harness, bare } = await inTurn(
  { harness: () => runPolling(polling), bare: () => runBarePolling(polling) },
  7,
);
const perSecond = (count: number, ms: number): string => ((count / ms) * 1_000).toFixed(0);
console.log(`bare loop over MSAL   ${perSecond(counts.bare, bare)} operations/s`);
console.log(`through the harness   ${perSecond(counts.harness, harness)} operations/s`);
console.log(
  `ratio                 ${(counts.harness / harness / (counts.bare / bare)).toFixed(2)}  (aim: 0.8 or better)`,
);
process.exit(0);
