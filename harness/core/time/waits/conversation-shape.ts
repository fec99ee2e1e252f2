/** One connection of a client, in one protocol. */
export interface Conversation {
  sent(bytes: Uint8Array): void;
  received(bytes: Uint8Array): void;
  /** Whether an answer, or the rest of one, is still to come. */
  isOwed(): boolean;
}
