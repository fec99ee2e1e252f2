import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HarnessError } from "../core/errors.ts";
import { installNetworkGuard, type NetworkGuard } from "./network-guard.ts";

describe("the network guard", () => {
  let guard: NetworkGuard;
  let reported: HarnessError[];
  beforeEach(() => {
    reported = [];
    guard = installNetworkGuard({ onHarnessError: (error) => void reported.push(error) });
  });
  afterEach(() => guard.restore());

  it.each([
    ["net, by port and host", () => net.connect(5432, "db.example.org"), "db.example.org:5432"],
    ["net, by options", () => net.connect({ port: 443, host: "a.example.org" }), "a.example.org"],
    ["net, by address", () => new net.Socket().connect(443, "192.0.2.1"), "192.0.2.1"],
    ["tls", () => tls.connect({ port: 443, host: "b.example.org" }), "b.example.org"],
    ["http", () => http.get("http://c.example.org/x"), "c.example.org:80"],
  ])("stops %s and names the host", async (_what, connect, place) => {
    const [error] = (await once(connect(), "error").catch((reason: unknown) => [reason])) as [
      HarnessError,
    ];
    expect(error).toMatchObject({ code: "unmocked-request", place });
    expect(reported).toEqual([error]);
  });

  it("stops a session of HTTP/2 to a simulated host, and says what to do", async () => {
    const session = http2.connect("https://login.microsoftonline.com");
    const [error] = (await once(session, "error").catch((reason: unknown) => [reason])) as [
      HarnessError,
    ];
    expect(error).toMatchObject({
      code: "unmocked-request",
      place: "login.microsoftonline.com",
      message: "a request over HTTP/2 to login.microsoftonline.com was stopped",
      hint: expect.stringContaining("HTTP/1.1"),
    });
    expect(reported).toEqual([error]);
  });

  it("says which mount reaches what no mock intercepts", async () => {
    const socket = tls.connect({ port: 443, host: "login.microsoftonline.com" });
    const [error] = (await once(socket, "error").catch((reason: unknown) => [reason])) as [
      HarnessError,
    ];
    expect(error.hint).toContain('useEntra({ mount: "https" })');
  });

  it("stops the global fetch", async () => {
    await expect(fetch("https://d.example.org/x")).rejects.toMatchObject({
      cause: { code: "unmocked-request", place: "d.example.org" },
    });
  });

  it("lets connections of this machine pass", async () => {
    const server = http
      .createServer((_request, response) => void response.end("here"))
      .listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("here");
    expect(await (await fetch(`http://localhost:${port}/`)).text()).toBe("here");
    expect(reported).toEqual([]);
    server.close();
    server.closeAllConnections();
  });

  it("puts connect back as it was", () => {
    const guarded = net.Socket.prototype.connect;
    guard.restore();
    expect(net.Socket.prototype.connect).not.toBe(guarded);
    guard = installNetworkGuard({});
  });
});
