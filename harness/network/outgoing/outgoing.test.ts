/** What leaves a process apart from its TCP connections: datagrams and look-ups of names. */
import dgram from "node:dgram";
import dns, { lookup as namedLookup } from "node:dns";
import { resolve4 as namedResolve } from "node:dns/promises";
import { once } from "node:events";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HarnessError } from "../../core/errors.ts";
import { installNetworkGuard, type NetworkGuard } from "../network-guard.ts";

/** As modules do at their beginning. */
const taken = { lookup: promisify(dns.lookup), resolve4: promisify(dns.resolve4) };

let guard: NetworkGuard;
let reported: HarnessError[];
let socket: dgram.Socket;

beforeEach(() => {
  reported = [];
  guard = installNetworkGuard({
    suite: { allow: ["metrics.example.org", "*.example.net"] },
    onHarnessError: (error) => void reported.push(error),
  });
  socket = dgram.createSocket("udp4");
});
afterEach(() => {
  socket.close();
  guard.restore();
});

const sent = (send: (done: (error: Error | null) => void) => void): Promise<Error | null> =>
  new Promise((resolve) => {
    send(resolve);
  });

describe("a datagram", () => {
  it.each([
    ["to a name", (done) => socket.send("x", 8125, "stats.example.org", done)],
    ["to an address", (done) => socket.send("x", 53, "192.0.2.53", done)],
    ["of a part", (done) => socket.send(Buffer.from("abc"), 1, 1, 514, "log.example.org", done)],
    ["to everyone", (done) => socket.send("x", 1900, "239.255.255.250", done)],
    [
      "on a connected socket",
      (done) => socket.connect(123, "time.example.org", done as () => void),
    ],
  ] as const satisfies readonly (readonly [
    string,
    (done: (error: Error | null) => void) => void,
  ])[])("%s is stopped by name", async (_, send) => {
    const error = await sent(send);
    expect(error).toMatchObject({
      code: "unmocked-request",
      message: expect.stringMatching(/^a datagram to the unmocked host \S+:\d+ was stopped$/),
    });
    expect(reported).toEqual([error]);
  });

  it("is an event of its socket when no one waits for it", async () => {
    const failed = once(socket, "error");
    socket.send("x", 8125, "stats.example.org");
    expect(await failed).toEqual(reported);
    socket.removeAllListeners("error");
    socket.send("x", 8125, "stats.example.org");
    await new Promise((resolve) => void setImmediate(resolve));
    expect(reported).toHaveLength(2);
  });

  it("reaches this machine", async () => {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const { port } = socket.address();
    const arrived = once(socket, "message");
    expect(await sent((done) => socket.send("here", port, "localhost", done))).toBeNull();
    expect(String((await arrived)[0])).toBe("here");
    expect(await sent((done) => socket.send("here", port, done))).toBeNull();
    expect(reported).toEqual([]);
  });
});

describe("a look-up", () => {
  it.each<readonly [string, (name: string) => Promise<unknown>]>([
    ["dns.lookup", (name) => promisify(dns.lookup)(name)],
    ["a lookup that was imported by name", (name) => promisify(namedLookup)(name)],
    ["dns.promises.lookup", (name) => dns.promises.lookup(name)],
    ["dns.resolve", (name) => promisify(dns.resolve)(name)],
    ["dns.resolveSrv", (name) => promisify(dns.resolveSrv)(name)],
    ["dns.promises.resolve4, imported by name", (name) => namedResolve(name)],
    ["a resolver", (name) => new dns.promises.Resolver().resolveTxt(name)],
    [
      "a resolver with callbacks",
      (name) =>
        new Promise((resolve, reject) => {
          new dns.Resolver().resolve4(name, (error) => {
            if (error === null) resolve(0);
            else reject(error);
          });
        }),
    ],
  ])("by %s is stopped by name", async (_, lookUp) => {
    await expect(lookUp("login.microsoftonline.com")).rejects.toMatchObject({
      code: "unmocked-request",
      message: "a look-up of the name login.microsoftonline.com was stopped",
    });
    expect(reported).toHaveLength(1);
  });

  it.each([
    ["promisify(dns.lookup)", taken.lookup],
    ["dns.resolve4", taken.resolve4],
  ])("by a function that was taken before is reported: %s", async (_, lookUp) => {
    await lookUp("unknown.invalid").catch(() => undefined);
    await lookUp("localhost").catch(() => undefined);
    expect(reported.map(({ message }) => message)).toEqual([
      "a look-up of the name unknown.invalid left this machine",
    ]);
  });

  it("of an address's name is stopped", async () => {
    await expect(dns.promises.reverse("192.0.2.1")).rejects.toMatchObject({ place: "192.0.2.1" });
  });

  it("of this machine passes, and so does an address", async () => {
    expect(await dns.promises.lookup("localhost")).toMatchObject({ address: expect.any(String) });
    expect(await dns.promises.lookup("192.0.2.1")).toEqual({ address: "192.0.2.1", family: 4 });
    expect(reported).toEqual([]);
  });

  it("passes for hosts that the suite allows", async () => {
    for (const name of ["metrics.example.org", "a.example.net"]) {
      const error = await dns.promises.lookup(name).catch((reason: unknown) => reason);
      expect(error).not.toMatchObject({ code: "unmocked-request" });
    }
    expect(reported).toEqual([]);
  });

  it("reaches a name server of the test's own on loopback", async () => {
    const server = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    await once(server, "listening");
    const asked = once(server, "message");
    const resolver = new dns.promises.Resolver({ timeout: 50, tries: 1 });
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    const answer = resolver
      .resolve4("login.microsoftonline.com")
      .catch((reason: unknown) => reason);
    await asked;
    resolver.cancel();
    expect(await answer).not.toMatchObject({ code: "unmocked-request" });
    server.close();
  });

  it("is Node's own again afterwards", () => {
    const guarded = [dns.lookup, dns.Resolver.prototype.resolve4, dgram.Socket.prototype.send];
    guard.restore();
    const own = [dns.lookup, dns.Resolver.prototype.resolve4, dgram.Socket.prototype.send];
    for (const [index, method] of own.entries()) expect(method).not.toBe(guarded[index]);
    guard = installNetworkGuard({});
  });
});
