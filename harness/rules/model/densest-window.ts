import type { Exchange } from "./exchanges.ts";
/** The densest burst of requests, for the rules that limit requests per time. */

/** The longest sequence of these requests that began within less than `windowMs`; the first of several. */
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
