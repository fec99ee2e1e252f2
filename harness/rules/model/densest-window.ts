/** Where requests crowd: shared by the rules that bound requests in a stretch of time. */
import type { Exchange } from "./reading.ts";

/** The most of these requests, in order, that began within less than `windowMs`; the first such run. */
export function densestWindow(
  requests: readonly Exchange[],
  windowMs: number,
): readonly Exchange[] {
  let from = 0;
  let best = { from: 0, to: 0 };
  requests.forEach(({ began }, last) => {
    while (began.at - (requests[from]?.began.at ?? began.at) >= windowMs) from += 1;
    if (last + 1 - from > best.to - best.from) best = { from, to: last + 1 };
  });
  return requests.slice(best.from, best.to);
}
