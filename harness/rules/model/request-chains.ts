/** Requests that follow one another without a pause, and the addresses that a loop goes round. */
import type { Exchange } from "./exchanges.ts";

/** The longest pause that still counts as none, ms: under a page that runs in the machine's time, nothing happens at once. */
const NO_PAUSE_MS = 50;

/** All requests of one client, or of one tab, in order. */
export interface Place {
  readonly all: readonly Exchange[];
  readonly positions: ReadonlyMap<Exchange, number>;
}

export function placeOf(all: readonly Exchange[]): Place {
  return { all, positions: new Map(all.map((one, position) => [one, position])) };
}

/** How many other requests may be between two similar ones of a loop: addresses that take turns are few, many people's are more. */
const TURNS_MAX = 8;

/**
 * Of similar requests the longest chain in which each began as soon as one before had ended, or
 * as soon as others of their place had that filled the time between; requests under way together
 * are one link.
 */
export function longestChain(similar: readonly Exchange[], place: Place): readonly Exchange[] {
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
    const from = last?.endedAt ?? -Infinity;
    const goesOn = isWithoutPause(place, next, from);
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

/** Whether the time before a request was filled by others, one after the other, since `from`, in ms since the Unix epoch. */
function isWithoutPause({ all, positions }: Place, next: Exchange, from: number): boolean {
  const position = positions.get(next) ?? 0;
  let filledFrom = next.began.at;
  let turns = 0;
  for (let index = position - 1; index >= 0 && turns < TURNS_MAX; index -= 1) {
    if (filledFrom - from <= NO_PAUSE_MS) return true;
    const { began, ended } = all[index] ?? next;
    // What is still under way leads to nothing.
    if (ended === undefined || ended.index > next.began.index || ended.at > filledFrom) continue;
    if (filledFrom - ended.at > NO_PAUSE_MS) return false;
    filledFrom = began.at;
    turns += 1;
  }
  return filledFrom - from <= NO_PAUSE_MS;
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
