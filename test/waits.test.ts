/**
 * Virtual time stands still for what this process waits for, and passes for its own waits: a
 * sample of the table of waits, some rows a process. `waits.walk.test.ts` plays all of it.
 */
import { asyncWrapProviders } from "node:async_hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allRows, groups, withoutRow } from "./support/waits/all-rows.ts";
import { expected, outcomeOf, type Peer, playRows, startPeer } from "./support/waits/play-rows.ts";

/** One of each kind; each was seen failing on a clock that does not wait for it. */
const sample = {
  https: [
    "crypto.pbkdf2, promisified before",
    "crypto.hkdf behind a full thread pool",
    "crypto.scrypt",
    "synchronous functions of crypto leave nothing to wait for",
    "work of a native add-on",
    "WebAssembly.compile",
    "child_process.execFile, promisified before",
    "a child that answers by IPC again",
    "a living worker thread that answers again",
    "a port into a living worker thread, as pools have it",
    "an hour after a message in this thread",
    "an hour beside a worker thread that was never waited for",
    "an hour beside the worker thread of a compiler",
    "a TCP server that answers in 5 ms",
    "a TLS server",
    "Redis, whose reply comes in parts",
    "PostgreSQL, whose rows come in parts",
    "an hour beside a subscription at Redis",
    "fetch of server-sent events",
    "http2",
    "a datagram",
    "a race of a server of 300 ms and a timer of 100 ms",
    "an HTTP server of this process",
    "a proxy of this process before a server of it",
    "timers/promises setInterval keeps the ticks of a slow loop",
    "timers/promises scheduler.wait",
    "process.hrtime",
    "performance.measure from a mark",
    "Intl.DateTimeFormat without an argument",
    "timers without a delay until a second has passed",
    "setImmediate until a second has passed",
    "reading the clock until a second has passed",
    "the option timeout, and an answer after 20 s",
    "the option timeout of an agent, and no answer",
    "socket.setTimeout, and a body that stalls",
    "setTimeout of an HTTP/2 session",
    "node:http to a server that never answers",
  ],
  msw: [
    "node:http",
    "the option timeout, and an answer after 5 s",
    "request.setTimeout, and no answer",
    "the option timeout of an agent, and a body that stalls",
    "a time-out that each sign of life puts off",
  ],
  nock: [
    "request.setTimeout, and an answer after 20 s",
    "the option timeout of an agent, and no answer",
    "a time-out that each sign of life puts off",
  ],
} as const;

/** Node's fetch gives up after 300 s; nothing may do so in the place of a client that does not. */
const patient = [
  "node:https without a time-out, and an answer after 20 minutes",
  "node:https without a time-out, and a body that stalls for 20 minutes",
];

let peer: Peer;
beforeAll(async () => {
  peer = await startPeer();
});
afterAll(() => peer.stop());

describe("virtual time", () => {
  it.each(Object.entries(sample))(
    "stands still for the machine, and ends time-outs when they are due, under the mount %s",
    async (mount, names) => expect(await outcomes(names, mount)).toEqual(shouldBe(names)),
  );

  it.each(Object.keys(sample))(
    "ends no request of node:https that has no time-out, under the mount %s",
    async (mount) => expect(await outcomes(patient, mount)).toEqual(shouldBe(patient)),
  );

  it("has a row for each kind of resource that Node names, or a reason why there is none", () => {
    const covered = new Set(Object.values(allRows).flatMap(({ covers = [] }) => covers));
    const open = Object.keys(asyncWrapProviders).filter(
      (name) => !covered.has(name) && !(name in withoutRow),
    );
    expect(open).toEqual([]);
  });

  it("has no name twice in the table", () => {
    const names = Object.values(groups).flatMap((rows) => Object.keys(rows));
    expect(names.length).toBe(Object.keys(allRows).length);
  });
});

/** What each of the rows comes to in one process. */
async function outcomes(names: readonly string[], mount: string): Promise<readonly unknown[]> {
  const played = { mount: mount as keyof typeof sample, peer: peer.ports };
  const results = await playRows(names, played);
  return names.map((name) => [name, outcomeOf(rowOf(name), results.get(name))]);
}

function shouldBe(names: readonly string[]): readonly unknown[] {
  return names.map((name) => [name, expected(rowOf(name))]);
}

function rowOf(name: string) {
  const row = allRows[name];
  if (row === undefined) throw new Error(`there is no row "${name}"`);
  return row;
}
