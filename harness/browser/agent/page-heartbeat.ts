/**
 * Heartbeats of a document's WebSockets: a text that was sent before, and that the other side has
 * let pass in silence each time. Development servers keep their sockets open so, from every page,
 * every 30 s (Vite, Angular) or 2.5 s (Next.js with webpack); time that stopped for each would need
 * minutes of a busy machine for an hour. Sent to the browser as text (see `page-agent.ts`), so the
 * function may use nothing but what is inside it.
 */

/** Returns what says, of each message before it is sent, whether it is a heartbeat. */
export function installPageHeartbeats(): (socket: WebSocket, message: unknown) => boolean {
  /** So often a text must have been sent in silence. */
  const SILENCES = 2;
  interface Talk {
    last: unknown;
    sent: number;
    /** Texts after which something was heard. */
    readonly answered: Set<unknown>;
  }
  const talks = new WeakMap<WebSocket, Talk>();
  return (socket, message) => {
    let talk = talks.get(socket);
    if (talk === undefined) {
      const begun: Talk = { last: undefined, sent: 0, answered: new Set() };
      socket.addEventListener("message", () => begun.answered.add(begun.last));
      talks.set(socket, begun);
      talk = begun;
    }
    talk.sent = message === talk.last ? talk.sent + 1 : 1;
    talk.last = message;
    return typeof message === "string" && talk.sent > SILENCES && !talk.answered.has(message);
  };
}
