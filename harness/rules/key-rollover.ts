/**
 * Rule `key-rollover`: a service that validates tokens follows the signing keys. An application
 * that requests the key set is taken for such a service. After a rollover it reads the keys again
 * for a key that it does not know, and accepts tokens of the old key for as long as that is
 * published; it does not read the keys for each token. Which key has signed a token is not in a
 * history, so a service is judged by what it refuses: calls that had succeeded before.
 * Source: `docs/sources.md#h`, 2021-03-15, and the document on signing key rollover.
 */
import { formatDuration, hours, seconds } from "../core/time/duration.ts";
import type { FaultBegan, History } from "../history/event.ts";
import type { WorldChanged } from "../history/world-changed.ts";
import type { Judgement, Rule } from "./rule.ts";
import { isServiceFailure, statusOf } from "./model/exchange-outcomes.ts";
import { exchangesOf, operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { faultSpansOf, isTotalOutage } from "./model/fault-windows.ts";
import { andMore, counted, sinceStart } from "./model/messages.ts";
import { purposeIn } from "./model/purposes.ts";
import { addressOf } from "./model/request-chains.ts";
import { fails, inconclusive, passes } from "./model/verdicts.ts";
import { hasSucceeded } from "./model/success.ts";
import { isReadWithoutKey, MAY_WAIT_FOR_KEYS_MS } from "./model/withheld-keys.ts";

/** Judges `key-rollover`. */
export const keyRollover: Rule = {
  id: "key-rollover",
  says: "A service that validates tokens reads the signing keys again for an unknown key, accepts each published key, and does not read them for each token.",
  source:
    "Signing key rollover in the Microsoft identity platform (https://learn.microsoft.com/entra/identity-platform/signing-key-rollover)",
  fix: "Choose the key by the kid of the token among all published keys, keep the set for a day, and read it again, at most every few minutes, for a kid that is not in it. Use the validation of your framework, or jose's createRemoteJWKSet(url, { cacheMaxAge: 86_400_000 }): its default is ten minutes, after which an API refuses every token while the keys cannot be read.",
  excuses: [
    { id: "may-wait", says: "The keys were read less than five minutes before." },
    {
      id: "keys-unavailable",
      says: "The last request for the keys failed less than five minutes before, or was answered without the key that signs, or would fail now.",
    },
    { id: "token-over", says: "Every token that was issued had expired." },
    { id: "key-withdrawn", says: "The old keys are no longer published." },
    { id: "never-succeeded", says: "No such call had succeeded before the keys changed." },
    { id: "other-failure", says: "Another service failed in the same call." },
    { id: "unknown-keys", says: "Reads for tokens that are then refused." },
  ],
  judge,
};

/** Reads that follow one another sooner are for one token each: jose, the quickest, waits 30 s. */
const SOON_MS = seconds(30);
const SOON_READS_MAX = 3;
/** So many accepted tokens in a row may each have led to a request for the keys. */
const READS_IN_A_ROW_MAX = 4;
/** How long the old key stays published unless the script says otherwise. */
const OVERLAP_MS = hours(24);

interface Refusal {
  readonly rotation: WorldChanged;
  readonly call: Operation;
  /** The last good read of the keys since the rotation. */
  readonly read: Exchange | undefined;
}

function judge(history: History): Judgement {
  const reads = exchangesOf(history).filter(({ began }) => began.endpoint === "keys");
  const byClient = Map.groupBy(reads, ({ client }) => client);
  if (byClient.size === 0) return inconclusive("No service requested the signing keys.");
  // Services for several tenants have several key sets.
  const storm = [
    ...[...Map.groupBy(reads, keySetOf).values()].map(stormIn),
    ...[...byClient.keys()].map((client) => perToken(history, client)),
  ].find((found) => found.length > 0);
  const [first] = storm ?? [];
  if (first !== undefined && storm !== undefined) {
    return fails(
      `${first.client} read the keys ${counted(storm.length, "time")} within ${formatDuration((storm.at(-1)?.began.at ?? 0) - first.began.at)}, as if for each token.`,
      storm.map(({ began }) => began),
    );
  }
  const rotations = history.events.filter(isRotation);
  const [rotation] = rotations;
  if (rotation === undefined) return inconclusive("The signing keys did not change.");
  const refusals = [...byClient].flatMap(([client, own]) =>
    refusalsOf(history, { client, reads: own, rotations }),
  );
  if (refusals.length > 0) return refused(history, refusals);
  const followed = [...byClient].flatMap(([client, own]) =>
    acceptedAfter(history, { client, reads: own, rotation }),
  );
  const [accepted] = followed;
  if (accepted === undefined)
    return inconclusive("No service accepted or refused a token after the signing keys changed.");
  return passes(
    `${counted(followed.length, "call")} succeeded after the signing keys had changed, and the services read them again.`,
    [rotation, ...followed.map(({ invoked }) => invoked)],
  );
}

function isRotation(event: History["events"][number]): event is WorldChanged {
  return event.kind === "world-changed" && event.change === "keys-rotated";
}

/** The same for reads of one key set by one process. */
function keySetOf(read: Exchange): string {
  return `${read.process} ${addressOf(read)}`;
}

/** Reads of which each came right after the one before; empty when there were few. */
function stormIn(reads: readonly Exchange[]): readonly Exchange[] {
  let chain: Exchange[] = [];
  let worst: readonly Exchange[] = [];
  for (const read of reads) {
    const last = chain.at(-1);
    const isSoon = last !== undefined && read.began.at - last.began.at < SOON_MS;
    chain = isSoon ? [...chain, read] : [read];
    if (chain.length > worst.length) worst = chain;
  }
  return worst.length > SOON_READS_MAX ? worst : [];
}

/** The reads of calls in a row that each read the keys and succeeded, soon after one another: with the keys that the calls before had read, they would have, too. */
function perToken(history: History, client: string): readonly Exchange[] {
  const chains = new Map<string, readonly Exchange[]>();
  for (const call of operationsOf(history, client)) {
    const read = call.exchanges.find(
      (one) => one.began.endpoint === "keys" && statusOf(one) === 200,
    );
    if (read === undefined || !hasSucceeded(history, call)) {
      chains.clear();
      continue;
    }
    const before = chains.get(keySetOf(read)) ?? [];
    const last = before.at(-1);
    const isSoon = last !== undefined && read.began.at - last.began.at < MAY_WAIT_FOR_KEYS_MS;
    const chain = isSoon ? [...before, read] : [read];
    if (chain.length > READS_IN_A_ROW_MAX) return chain;
    chains.set(keySetOf(read), chain);
  }
  return [];
}

interface Service {
  readonly client: string;
  readonly reads: readonly Exchange[];
}

function refusalsOf(
  history: History,
  { client, reads, rotations }: Service & { readonly rotations: readonly WorldChanged[] },
): readonly Refusal[] {
  const calls = operationsOf(history, client);
  return calls.flatMap((call): Refusal[] => {
    const rotation = rotations.findLast(({ index }) => index < call.invoked.index);
    const { completed } = call;
    if (rotation === undefined || completed?.outcome !== "fail") return [];
    if (!hadSucceeded(history, calls, call, rotation) || !hasGoodToken(history, call, rotation))
      return [];
    const since = reads.filter(
      ({ began }) => began.index > rotation.index && began.index < completed.index,
    );
    const own = since.filter(({ operation }) => operation?.operation === call.invoked.operation);
    // A call that reads no keys does not show which key set it needs.
    const lastReads = [...Map.groupBy(own.length > 0 ? own : since, addressOf).values()];
    if (lastReads.some((same) => cannotRead(history, same.at(-1), completed.at))) return [];
    const last = reads.findLast(({ began }) => began.index < completed.index);
    if (
      since.length === 0 &&
      last !== undefined &&
      completed.at - last.began.at < MAY_WAIT_FOR_KEYS_MS
    )
      return [];
    if (call.exchanges.some(isOtherFailure)) return [];
    const isGood = (read: Exchange): boolean =>
      statusOf(read) === 200 && !isReadWithoutKey(history, read);
    return [{ rotation, call, read: since.findLast(isGood) }];
  });
}

/** Whether a request failed that may be the reason for a refusal: one to another service than the one for keys. */
function isOtherFailure(exchange: Exchange): boolean {
  return exchange.began.endpoint !== "keys" && isServiceFailure(exchange);
}

/** Whether a service cannot know the keys after its last request for them: that failed, and it may wait before it asks again, or would ask in vain. */
function cannotRead(history: History, last: Exchange | undefined, atMs: number): boolean {
  if (last === undefined) return false;
  if (!isServiceFailure(last) && !isReadWithoutKey(history, last)) return false;
  if (atMs - (last.ended?.at ?? atMs) < MAY_WAIT_FOR_KEYS_MS) return true;
  return faultSpansOf(history).some(
    ({ window, beganAt, endedAt = Infinity }) =>
      failsReadsLike(window, last) && beganAt <= atMs && atMs < endedAt,
  );
}

/** Whether a fault window fails every read such as this one while it is open. */
function failsReadsLike({ where, ...window }: FaultBegan["window"], { ended }: Exchange): boolean {
  const isMet = where === undefined || ended?.faults?.includes(window.id) === true;
  return isMet && isTotalOutage(window, "keys");
}

/** Whether the service had accepted such a call before the keys changed. */
function hadSucceeded(
  history: History,
  calls: readonly Operation[],
  { invoked }: Operation,
  rotation: WorldChanged,
): boolean {
  return calls.some(
    (call) =>
      purposeIn(history, call.invoked) === purposeIn(history, invoked) &&
      call.invoked.tenant === invoked.tenant &&
      call.completed !== undefined &&
      call.completed.index < rotation.index &&
      hasSucceeded(history, call),
  );
}

/** Whether some token that was issued was valid, and its key still published. */
function hasGoodToken(history: History, { invoked }: Operation, rotation: WorldChanged): boolean {
  const overlapEnds = rotation.at + (rotation.overlapMs ?? OVERLAP_MS);
  return exchangesOf(history).some(({ ended }) => {
    const token = ended?.issued?.token;
    if (ended === undefined || token === undefined || ended.at > invoked.at) return false;
    const isPublished = ended.index > rotation.index || invoked.at < overlapEnds;
    return isPublished && token.expiresAt > invoked.at;
  });
}

function refused(history: History, refusals: readonly Refusal[]): Judgement {
  const [first] = refusals;
  if (first === undefined) return inconclusive("No token was refused.");
  const { rotation, call, read } = first;
  const { invoked, completed } = call;
  const when = `${formatDuration(invoked.at - rotation.at)} after the signing keys had changed`;
  const why =
    read === undefined
      ? "without having read them again"
      : "although it had read them since, and all that it accepted before are still published";
  return fails(
    `${invoked.client} refused a call ${sinceStart(history, invoked.at)} into the run, ${when}, ${why}${andMore(refusals)}.`,
    [
      rotation,
      completed ?? invoked,
      ...(read === undefined ? [] : [read.began]),
      ...refusals.map((one) => one.call.completed ?? one.call.invoked),
    ],
  );
}

/** The calls that succeeded after the service had read the keys again. */
function acceptedAfter(
  history: History,
  { client, reads, rotation }: Service & { readonly rotation: WorldChanged },
): readonly Operation[] {
  const read = reads.find((one) => one.began.index > rotation.index && statusOf(one) === 200);
  if (read === undefined) return [];
  return operationsOf(history, client).filter(
    (call) =>
      call.completed !== undefined &&
      call.completed.index > (read.ended?.index ?? Infinity) &&
      hasSucceeded(history, call),
  );
}
