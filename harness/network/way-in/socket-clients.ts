/** Who is at the other end of a socket. */
import type { Socket } from "node:net";
import { createProcessFinder } from "./client-process.ts";
import type { ClientConnection } from "./client-connection.ts";

/** Finds the client of a connection to this process. */
export type SocketClients = (
  socket: Socket,
) => Promise<Pick<ClientConnection, "process" | "address">>;

/** Creates the look-up, which remembers the processes that it has met. */
export function createSocketClients(): SocketClients {
  const find = createProcessFinder();
  return async ({ remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 }) => ({
    process: await find({ remoteAddress, remotePort, localAddress, localPort }),
    address: remoteAddress,
  });
}
