/**
 * What the harness costs: operations a second of processor time in a 72-hour scenario through the direct
 * mount, as a ratio to the bare loop over the same MSAL calls. Aim: 0.8 or better (issue 2).
 *
 *   node bench/harness-tax.ts
 */
import { keepProcessClock } from "../harness/core/time/process-clock.ts";
import { minutes } from "../harness/core/time/duration.ts";
import { runBarePolling } from "./bare-polling.ts";
import { inTurn, processorTimed } from "./measure.ts";
import { runPolling } from "./polling.ts";

keepProcessClock();
await compare("tokens that live a day  ", 86_400);
await compare("tokens that live an hour", 3_600);
process.exit(0);

async function compare(title: string, tokenSeconds: number): Promise<void> {
  const polling = { clients: 10, hours: 72, everyMs: minutes(5), tokenSeconds };
  const counts = { harness: await runPolling(polling), bare: await runBarePolling(polling) };
  const times = await inTurn(
    { harness: () => runPolling(polling), bare: () => runBarePolling(polling) },
    7,
    processorTimed,
  );
  const harness = (counts.harness / times.harness) * 1_000;
  const bare = (counts.bare / times.bare) * 1_000;
  const ratio = (harness / bare).toFixed(2);
  console.log(
    `${title}  bare ${bare.toFixed(0)}/s, harness ${harness.toFixed(0)}/s, ratio ${ratio}  (aim: 0.8)`,
  );
}
