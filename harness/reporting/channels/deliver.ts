/** Delivers what a channel has not taken yet, message by message. */
import type { Channels } from "../archive/add-to-archive.ts";
import type { Change, ChangeDetail } from "../archive/change.ts";
import type { Message, Sender } from "./message.ts";

/** A receiver of changes. */
export interface Channel {
  /** What the archive calls it; no secret. */
  readonly name: string;
  /** Changes of other kinds are not for it; default: all are. */
  readonly kinds?: readonly ChangeDetail["kind"][];
  /** What it shows stays until a later change ends it: nothing is for it that no archive follows. */
  readonly needsArchive?: true;
  readonly messagesOf: (changes: readonly Change[], sender: Sender) => readonly Message[];
  /** Resolves to why the receiver did not take the message, in a sentence without secrets, or to undefined. */
  readonly send: (message: Message) => Promise<string | undefined>;
}

/** What came of it. */
export interface Delivery {
  /** What to print. */
  readonly lines: readonly string[];
  /** How many changes it took, and how many wait for the next run. */
  readonly taken: number;
  readonly left: number;
}

/**
 * Sends what is pending. Each message is recorded as soon as it was
 * taken, so that one that ends midway repeats at most the message that was under way. After a
 * failure the rest waits for the next run.
 */
export async function deliver(
  { name, kinds, messagesOf, send }: Channel,
  channels: Channels,
  sender: Sender,
): Promise<Delivery> {
  const pending = channels.pending(name);
  const isFor = ({ detail }: Change): boolean => kinds?.includes(detail.kind) ?? true;
  const lines: string[] = [];
  const others = pending.filter((change) => !isFor(change));
  if (others.length > 0) lines.push(...channels.recordDelivered(name, others));
  let taken = 0;
  const messages = messagesOf(pending.filter(isFor), sender);
  for (const [index, message] of messages.entries()) {
    const failure = await send(message);
    if (failure !== undefined) {
      const left = messages.slice(index).flatMap(({ changes }) => changes);
      const recorded = channels.recordFailed(name, left, failure);
      return { lines: [...lines, failure, ...recorded], taken, left: left.length };
    }
    lines.push(...channels.recordDelivered(name, message.changes));
    taken += message.changes.length;
  }
  return { lines, taken, left: 0 };
}
