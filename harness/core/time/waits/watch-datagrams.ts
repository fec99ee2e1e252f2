/** Datagrams: an answer may come at once, or never. Who does not listen for one is not waited for. */
import { Socket } from "node:dgram";
import type { Wait, WaitRegistry } from "./pending-work.ts";
import { callBefore, type Replace } from "./patching.ts";

/** Reports to `registry`. */
export function watchDatagrams(registry: WaitRegistry, replace: Replace): void {
  const waits = new WeakMap<Socket, { readonly wait: Wait; place: string }>();
  callBefore(replace, Socket.prototype, {
    method: "send",
    before: (socket, values) => {
      const { wait } = waitOf(socket, values);
      registry.begin(wait);
    },
  });
  callBefore(replace, Socket.prototype, {
    method: "emit",
    before: (socket, [event]) => {
      const known = waits.get(socket);
      if (known === undefined) return;
      if (event === "message" || event === "close") registry.end(known.wait);
    },
  });

  const waitOf = (socket: Socket, values: readonly unknown[]) => {
    const known = waits.get(socket);
    if (known !== undefined) {
      known.place = placeIn(values);
      return known;
    }
    const wait: Wait = {
      kind: "datagram",
      describe: () => `an answer by UDP from ${created.place}`,
      names: () => [created.place, created.place.replace(/^127\.0\.0\.1:/, "localhost:")],
      counts: () => socket.listenerCount("message") > 0,
    };
    const created = { wait, place: placeIn(values) };
    waits.set(socket, created);
    return created;
  };
}

/** The arguments are `msg, [offset, length,] [port] [, address] [, callback]`. */
function placeIn(values: readonly unknown[]): string {
  const address = values.slice(1).find((value) => typeof value === "string");
  const port = values.slice(1).findLast((value) => typeof value === "number");
  return `${address ?? "127.0.0.1"}:${port ?? "?"}`;
}
