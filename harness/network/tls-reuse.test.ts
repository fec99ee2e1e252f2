/** Connections of real clients over the https mount: which of them resume a TLS session. */
import { once } from "node:events";
import https from "node:https";
import tls from "node:tls";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HOST, type MountBench, startBench } from "../../test/support/mount.ts";
import { NetworkFault } from "../core/http/network-fault.ts";

describe("TLS connections to the service", () => {
  const unpatched = tls.connect;
  let bench: MountBench;
  let resumed: boolean[];
  beforeEach(async () => {
    bench = await startBench("https");
    resumed = [];
    observe();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await bench.stop();
  });

  /** Notes of each connection from now on whether it resumed a session. */
  function observe(): void {
    const { connect } = tls as { connect: (...values: unknown[]) => tls.TLSSocket };
    const observed = (...values: unknown[]): tls.TLSSocket => {
      const socket = connect(...values);
      return socket.once("secureConnect", () => resumed.push(socket.isSessionReused()));
    };
    vi.spyOn(tls, "connect").mockImplementation(observed as typeof tls.connect);
  }

  const get = (options: https.RequestOptions, path = "/t"): Promise<void> =>
    bench.clock.drive(
      (async () => {
        // An agent of its own for each, so that none hands a session on.
        const agent = new https.Agent();
        const [answer] = (await once(
          https.get(`${HOST}${path}`, { agent, ...options }),
          "response",
        )) as [AsyncIterable<unknown>];
        for await (const _ of answer);
      })(),
    );

  it("resume the session of the first by fetch, one connection a request", async () => {
    for (const path of ["/one", "/two", "/three"])
      expect((await bench.send(path)).status).toBe(200);
    expect(resumed).toEqual([false, true, true]);
  });

  it("resume it only for the same host", async () => {
    await bench.send("/one");
    await bench.send("https://graph.microsoft.com/one");
    await bench.send("https://graph.microsoft.com/two");
    expect(resumed).toEqual([false, false, true]);
  });

  it("begin anew after the mount has", async () => {
    await bench.send("/one");
    vi.restoreAllMocks();
    await bench.restart();
    observe();
    await bench.send("/two");
    expect(resumed).toEqual([false, false]);
  });

  it.each([
    ["checks certificates itself", { checkServerIdentity: () => undefined }],
    ["checks none", { rejectUnauthorized: false }],
    ["names a protocol", { minVersion: "TLSv1.3" }],
  ] as const)("of a client that %s take no part in it", async (_, options) => {
    await get({});
    await get(options);
    await get({});
    expect(resumed).toEqual([false, false, true]);
  });

  it("are Node's own again after the mount", async () => {
    vi.restoreAllMocks();
    const { connect } = tls;
    await bench.mounted.stop();
    expect(tls.connect).not.toBe(connect);
    // The clock of the bench has its own in place, too.
    await bench.stop();
    expect(tls.connect).toBe(unpatched);
  });

  it("still fail for a certificate of another name", async () => {
    await bench.send("/one");
    bench.serve({
      connect: () =>
        Promise.reject(
          new NetworkFault("ERR_TLS_CERT_ALTNAME_INVALID", "login.microsoftonline.com"),
        ),
    });
    const { failure } = await bench.send("/two");
    expect(failure?.cause?.code).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });
});
