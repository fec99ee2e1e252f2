/**
 * One request of a browser and its answer, in their turn: several tabs at once would be served
 * in any order. Time stands still meanwhile, but for sleeps of the simulator.
 */
import type { Gate } from "../clock/gate.ts";
import { textOfRequest } from "../http/message.ts";
import type { WayInOptions } from "./browser-mount.ts";

/** What `ask` makes of the request, in the person's session, when it is the turn of its answer. Rejects as `ask` does. */
export async function askInTurn<T extends Response | undefined>(
  request: Request,
  { clock, gate, session }: Pick<WayInOptions, "clock" | "gate" | "session">,
  ask: () => Promise<T>,
): Promise<T> {
  const key = `${request.method} ${request.url} ${await textOfRequest(request)}`;
  await clock.turn?.(`request ${key}`);
  const response = await during(gate, ask);
  session.learn(new URL(request.url).host, response?.headers.getSetCookie() ?? []);
  await clock.turn?.(`answer ${key}`);
  return response;
}

/** Holds time while `work` goes on, but for its sleeps. */
export async function during<T>(gate: Gate, work: () => Promise<T>): Promise<T> {
  const hold = gate.hold();
  try {
    return await hold.run(work);
  } finally {
    hold.release();
  }
}
