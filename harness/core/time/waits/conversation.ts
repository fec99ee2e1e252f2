/**
 * Whether the other side of a connection still owes an answer. Of a protocol that is not known,
 * any byte counts as one, and more may follow for a few milliseconds. Of PostgreSQL and Redis the
 * answers are counted: they come in parts, and many questions may be under way at once.
 */
import type { Conversation } from "./conversation-shape.ts";
import { createPostgresConversation, isPostgresStart } from "./postgres-conversation.ts";
import { createRedisConversation, isRedisCommand } from "./redis-conversation.ts";

/** An answer may come in parts; ms of the machine's time after the last one, a guess. */
const REST_WITHIN_MS = 10;

/** A conversation that either side may begin; `now` is the machine's time, ms. */
export function createConversation(now: () => number): Conversation {
  let current: Conversation | undefined;
  const any = createUnknownConversation(now);
  return {
    sent(bytes) {
      if (bytes.length === 0) return;
      current ??= recognize(bytes) ?? any;
      current.sent(bytes);
    },
    received: (bytes) => (current ?? any).received(bytes),
    isOwed: () => (current ?? any).isOwed(),
  };
}

function recognize(bytes: Uint8Array): Conversation | undefined {
  if (isRedisCommand(bytes)) return createRedisConversation();
  return isPostgresStart(bytes) ? createPostgresConversation() : undefined;
}

function createUnknownConversation(now: () => number): Conversation {
  // Who has connected and says nothing waits for a greeting.
  let isAsked = true;
  let receivedAtMs = -Infinity;
  return {
    sent() {
      isAsked = true;
    },
    received() {
      isAsked = false;
      receivedAtMs = now();
    },
    isOwed: () => isAsked || now() - receivedAtMs < REST_WITHIN_MS,
  };
}
