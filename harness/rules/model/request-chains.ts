/** Requests that follow one another without a pause, and the addresses that a loop goes round. */
import type { Exchange } from "./exchanges.ts";

/** The longest pause that still counts as none, ms: under a page that runs in the machine's time, nothing happens at once. */
const NO_PAUSE_MS = 50;

/** Of similar requests the longest chain in which each began as soon as one before had ended; requests under way together are one link. */
export function longestChain(similar: readonly Exchange[]): readonly Exchange[] {
  const chains = new Map<Exchange, { readonly length: number; readonly before?: Exchange }>();
  const underway: Exchange[] = [];
  /** The longest chain that a request beginning now would go on with. */
  let last: { readonly exchange: Exchange; readonly endedAt: number } | undefined;
  let best: Exchange | undefined;
  for (const next of similar) {
    for (let index = underway.length - 1; index >= 0; index -= 1) {
      const exchange = underway[index];
      const end = exchange?.ended;
      if (exchange === undefined || end === undefined || end.index > next.began.index) continue;
      underway.splice(index, 1);
      const isLater = last === undefined || end.at - last.endedAt > NO_PAUSE_MS;
      if (isLater || lengthOf(chains, exchange) >= lengthOf(chains, last?.exchange))
        last = { exchange, endedAt: end.at };
    }
    const goesOn = last !== undefined && next.began.at - last.endedAt <= NO_PAUSE_MS;
    chains.set(
      next,
      goesOn && last !== undefined
        ? { length: lengthOf(chains, last.exchange) + 1, before: last.exchange }
        : { length: 1 },
    );
    if (lengthOf(chains, next) > lengthOf(chains, best)) best = next;
    underway.push(next);
  }
  const chain: Exchange[] = [];
  for (let one = best; one !== undefined; one = chains.get(one)?.before) chain.push(one);
  return chain.toReversed();
}

function lengthOf(
  chains: ReadonlyMap<Exchange, { readonly length: number }>,
  exchange: Exchange | undefined,
): number {
  return exchange === undefined ? 0 : (chains.get(exchange)?.length ?? 0);
}

/** Method, host and path of a request. */
export function addressOf({ began: { method, url } }: Exchange): string {
  return `${method} ${withoutQuery(url)}`;
}

/** The addresses that a client went round while it sent `loop`: those of its requests, and those that Entra sent it to. */
export function addressesBetween(
  exchanges: readonly Exchange[],
  loop: readonly Exchange[],
): readonly string[] {
  const [first] = loop;
  const lastIndex = loop.at(-1)?.began.index ?? 0;
  const counts = new Map<string, number>();
  for (const one of exchanges) {
    const { client, began, ended } = one;
    if (client !== first?.client || began.method === "OPTIONS") continue;
    if (began.index < first.began.index || began.index > lastIndex) continue;
    const target = ended?.end.kind === "response" ? locationOf(ended.end.headers) : undefined;
    for (const address of [addressOf(one), ...(target === undefined ? [] : [target])])
      counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return [...counts].flatMap(([address, count]) => (count * 3 >= loop.length ? [address] : []));
}

function locationOf(headers: readonly (readonly [string, string])[]): string | undefined {
  const location = headers.find(([name]) => name === "location")?.[1];
  return location === undefined ? undefined : withoutQuery(location);
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}
