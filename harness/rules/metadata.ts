/**
 * Rule `metadata`: a process does not fetch the same discovery document again within a day, and
 * a process that has read it does not fail because it is unavailable. In a browser the process is
 * a page: a reload loses what it has read, unless the browser's own cache has it.
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted, endingOf } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { tenantKeyOf } from "./model/identifiers.ts";
import { isDiscovery } from "./model/similar-requests.ts";
import { exchangesOf, operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { faultSpansOf } from "./model/fault-windows.ts";
import { usesEntra } from "./model/entra-use.ts";
import { isToSignInService, statusOf } from "./model/exchange-outcomes.ts";
import { tokenSentBy } from "./model/shown-tokens.ts";
import { hasSucceeded, hasToken } from "./model/success.ts";
import { isReadWithoutKey } from "./model/withheld-keys.ts";

/** Judges `metadata`. */
export const metadata: Rule = {
  id: "metadata",
  says: "A process reads the same discovery document at most once in 24 hours, and a process that has read it works without it.",
  source:
    "Cache-Control: max-age=86400, as the discovery endpoints send it; MSAL caches metadata for as long",
  fix: "Keep one client instance for the lifetime of the process, or give it the metadata by configuration (authorityMetadata).",
  excuses: [
    { id: "keys-rotated", says: "The signing keys changed since the last read of the keys." },
    {
      id: "unknown-key",
      says: "The keys are read again, at the soonest after thirty seconds, for a token that is then refused.",
    },
    {
      id: "failed-read",
      says: "Earlier reads of the document failed, or a fault left the signing key out of them.",
    },
    { id: "shared-failure", says: "The read that was under way failed." },
    { id: "rounding", says: "The document is read again in the last second of its day." },
    {
      id: "another-document",
      says: "Another address or parameter; ids that name a request or client do not count.",
    },
    {
      id: "another-process",
      says: "Another process, or another load of a page, reads it for itself.",
    },
    {
      id: "no-token-before",
      says: "The process had no token of that tenant before its call failed.",
    },
    { id: "token-requested", says: "The failed call did get to the token endpoint." },
    { id: "refused-document", says: "The service says by a 400 that there is no such document." },
  ],
  judge,
};

const CACHED_FOR_MS = 86_400_000;
/** How soon a validator may read the keys again for a key that it does not know: jose, the quickest, waits so long. */
const UNKNOWN_KEY_AGAIN_MS = 30_000;
/** Clients count whole seconds. */
const ROUNDING_MS = 1_000;

function judge(history: History): Judgement {
  const reads = exchangesOf(history).filter(isDiscovery);
  const warm = warmCallsOf(history);
  const failed = warm.flatMap((operation) => {
    const missing = missingDocumentOf(operation);
    return missing === undefined ? [] : [{ operation, missing }];
  });
  const [first] = failed;
  if (first !== undefined) {
    const { invoked } = first.operation;
    return fails(
      `${invoked.client} had a token before, but failed a call because it requested ${first.missing.began.endpoint} again and got ${endingOf(first.missing)}${andMore(failed)}.`,
      failed.flatMap(({ operation: { invoked: call, completed }, missing: { began, ended } }) => [
        ended ?? began,
        completed ?? call,
      ]),
    );
  }
  return judgeRepeats(history, reads, succeededWithoutDiscovery(history, warm));
}

/** Whether a process that had a token failed a call because a discovery document failed. */
export function isFailedByDiscovery(history: History): boolean {
  return warmCallsOf(history).some((operation) => missingDocumentOf(operation) !== undefined);
}

function judgeRepeats(
  history: History,
  reads: readonly Exchange[],
  succeeded: readonly Operation[],
): Judgement {
  const failedCalls = failedCallsOf(history);
  const repeats = [...Map.groupBy(reads, documentOf).values()].flatMap((same) =>
    repeatsOf(
      same.filter((read) => !isReadWithoutKey(history, read)),
      rotationsOf(history),
      failedCalls,
    ),
  );
  const overlapping = [...Map.groupBy(reads, documentOf).values()].flatMap(overlapsOf);
  const [other] = overlapping;
  if (other !== undefined) {
    return fails(
      `${other.client} read ${other.began.endpoint} while it was already reading it, ${counted(overlapping.length, "time")} in all: callers that need a document at once share one request.`,
      overlapping.map(({ began }) => began),
    );
  }
  const [again] = repeats;
  if (again !== undefined) {
    return fails(
      `${again.read.client} read ${again.read.began.endpoint} again ${formatDuration(again.afterMs)} after the last time, although it is valid for ${formatDuration(CACHED_FOR_MS)}${andMore(repeats)}.`,
      repeats.flatMap(({ known, read }) => [known.ended ?? known.began, read.began]),
    );
  }
  const lastUses = lastUsesOf(history);
  const kept = reads.filter(
    (read) =>
      isGood(read) &&
      (lastUses.get(memoryOf(read.client, read.page)) ?? 0) > (read.ended?.index ?? 0),
  );
  if (kept.length === 0 && succeeded.length === 0)
    return inconclusive(
      "No process read a discovery document and continued, and none with a token worked while discovery failed.",
    );
  return passes(
    `${counted(kept.length, "discovery document")} read once and kept; ${counted(succeeded.length, "call")} of processes with a token succeeded while discovery failed.`,
    [...kept.map(({ began }) => began), ...succeeded.map(({ invoked }) => invoked)],
  );
}

function isGood(exchange: Exchange): boolean {
  const end = exchange.ended?.end;
  return end?.kind === "response" && end.status === 200 && end.cut === undefined;
}

/** The same key for the same document read by the same instance; correlation ids in the query do not count. */
function documentOf({ client, page, began }: Exchange): string {
  const [place = "", query = ""] = began.url.split("?", 2);
  const asked = query
    .split("&")
    .filter((parameter) => !/^(x-)?client-/i.test(parameter))
    .sort();
  return [memoryOf(client, page), place.toLowerCase(), ...asked].join(" ");
}

interface Repeat {
  readonly known: Exchange;
  readonly read: Exchange;
  readonly afterMs: number;
}

/** The places in the history at which the signing keys changed. */
function rotationsOf({ events }: History): readonly number[] {
  return events.flatMap((event) =>
    event.kind === "world-changed" && event.change === "keys-rotated" ? [event.index] : [],
  );
}

/** The calls that failed after everything they had requested was answered: a validator has refused the token. */
function failedCallsOf(history: History): ReadonlySet<number> {
  const failed = operationsOf(history).filter(
    ({ completed, exchanges }) => completed?.outcome === "fail" && exchanges.every(isGood),
  );
  return new Set(failed.map(({ invoked }) => invoked.operation));
}

function repeatsOf(
  reads: readonly Exchange[],
  rotations: readonly number[],
  failedCalls: ReadonlySet<number>,
): readonly Repeat[] {
  const repeats: Repeat[] = [];
  const good: Exchange[] = [];
  for (const read of reads) {
    // One that is still under way is reported as such.
    const known = good.at(-1);
    const afterMs = read.began.at - (known?.ended?.at ?? 0);
    // A process that sees an unknown key has to fetch the keys: `docs/sources.md#h`, 2021-03-15.
    const isRotated =
      read.began.endpoint === "keys" &&
      rotations.some((index) => (known?.began.index ?? 0) < index && index < read.began.index);
    const isForUnknownKey =
      read.began.endpoint === "keys" &&
      afterMs >= UNKNOWN_KEY_AGAIN_MS &&
      failedCalls.has(read.operation?.operation ?? -1);
    if (
      known !== undefined &&
      !isRotated &&
      !isForUnknownKey &&
      afterMs < CACHED_FOR_MS - ROUNDING_MS
    )
      repeats.push({ known, read, afterMs });
    if (isGood(read)) good.push(read);
  }
  return repeats;
}

/** The reads of one document that began while another one, which succeeded, was under way. */
function overlapsOf(reads: readonly Exchange[]): readonly Exchange[] {
  return reads.filter((read, at) =>
    reads
      .slice(0, at)
      .some((earlier) => isGood(earlier) && (earlier.ended?.index ?? 0) > read.began.index),
  );
}

/** What has read a document: each instance in a process has a cache of its own, which a restart or a load of its page empties. */
function memoryOf(client: string, page: string): string {
  return `${client} ${page}`;
}

/** The index of the last request or call of each instance, which shows whether it needed what it had read. */
function lastUsesOf(history: History): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  const uses = [
    ...exchangesOf(history).map(({ client, page, began }) => ({
      memory: memoryOf(client, page),
      index: began.index,
    })),
    ...operationsOf(history).map(({ page, invoked }) => ({
      memory: memoryOf(invoked.client, page),
      index: invoked.index,
    })),
  ];
  for (const { memory, index } of uses) last.set(memory, Math.max(last.get(memory) ?? 0, index));
  return last;
}

/** The document whose failure kept a failed call from requesting a token. */
function missingDocumentOf({ completed, exchanges }: Operation): Exchange | undefined {
  if (completed?.outcome !== "fail") return undefined;
  if (exchanges.some(({ began }) => began.endpoint === "token")) return undefined;
  const last = exchanges.findLast(isDiscovery);
  return last !== undefined && !isGood(last) && statusOf(last) !== 400 ? last : undefined;
}

/** Calls of instances that had a token of the tenant before, and so have the documents that they need. */
function warmCallsOf(history: History): readonly Operation[] {
  const warmSince = new Map<string, number>();
  for (const operation of operationsOf(history)) {
    const { completed } = operation;
    if (completed === undefined || !hasSucceeded(history, operation)) continue;
    if (!isServed(history, operation)) continue;
    for (const key of [...cachesOf(operation), anyCacheOf(operation)])
      warmSince.set(key, Math.min(warmSince.get(key) ?? Infinity, completed.index));
  }
  return operationsOf(history).filter((operation) => {
    const caches = cachesOf(operation);
    // Own code that asks for nothing does not show of which tenant its token is.
    const keys = caches.length === 0 ? [anyCacheOf(operation)] : caches;
    return keys.some((key) => operation.invoked.index > (warmSince.get(key) ?? Infinity));
  });
}

/** Whether a call that succeeded shows that its instance has the documents: it was served by the sign-in service, or by a token from before. */
function isServed(history: History, operation: Operation): boolean {
  const { exchanges } = operation;
  if (hasToken(operation)) return true;
  if (exchanges.some((exchange) => tokenSentBy(exchange) !== undefined)) return true;
  const asked = exchanges.filter(isToSignInService);
  return asked.length === 0 ? usesEntra(history, operation) : asked.some(isGood);
}

function anyCacheOf({ page, invoked }: Operation): string {
  return memoryOf(invoked.client, page);
}

/** The metadata that a call needs: of its tenant, or of own code of the tenants that it asks, by each of their names. */
function cachesOf(operation: Operation): readonly string[] {
  const { invoked, exchanges } = operation;
  const tenants =
    invoked.flow === "custom"
      ? exchanges.flatMap((exchange) => [
          tenantKeyOf(exchange),
          exchange.began.tenant ?? "",
          tenantInQuery(exchange),
        ])
      : [invoked.tenant];
  const named = new Set(
    tenants.filter((tenant) => tenant !== "").map((name) => name.toLowerCase()),
  );
  return [...named].map((tenant) => `${anyCacheOf(operation)} ${tenant}`);
}

/** The tenant that a request for the metadata of an instance is about: it names an authority of it. */
function tenantInQuery({ began: { endpoint, url } }: Exchange): string {
  if (endpoint !== "instance-discovery") return "";
  const authority = URL.parse(url)?.searchParams.get("authorization_endpoint") ?? "";
  return URL.parse(authority)?.pathname.split("/")[1] ?? "";
}

/** Calls of processes with a token that succeeded while a fault broke a discovery endpoint. */
function succeededWithoutDiscovery(
  history: History,
  warm: readonly Operation[],
): readonly Operation[] {
  const spans = faultSpansOf(history).filter(
    ({ window: { on, at } }) =>
      at !== "resource" &&
      (on === "all" || on.includes("openid-configuration") || on.includes("instance-discovery")),
  );
  return warm.filter(
    (call) =>
      hasSucceeded(history, call) &&
      spans.some(
        ({ beganAt, endedAt = Infinity }) =>
          beganAt <= call.invoked.at && call.invoked.at < endedAt,
      ),
  );
}
