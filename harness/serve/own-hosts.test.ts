/** Hosts of the user's own, and names for programs without a proxy. */
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { textOf } from "../core/thrown.ts";
import { initAuthority, projectAuthority } from "../network/way-in/authority.ts";
import { ask, control, METADATA, serve } from "../../test/support/serve.ts";
import type { Serving } from "./start-serving.ts";

const HOST = "api.contoso.test";

/** An API of the user, which answers with what it was asked. */
async function api(): Promise<string> {
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { method, url, headers } = request;
      const { host, "x-forwarded-proto": scheme, "x-own": own } = headers;
      response.writeHead(418, { "x-answer": "yes" });
      response.end(JSON.stringify({ method, url, host, scheme, own, body }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function authority() {
  const folder = mkdtempSync(join(tmpdir(), "brownout-hosts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  initAuthority(folder);
  const made = projectAuthority(folder);
  if (made === undefined) throw new Error("it was not made");
  return made;
}

describe("a host of the user's own", () => {
  it.each(["direct", "proxy"] as const)("is reached %s under its name, over TLS", async (way) => {
    const ownHosts = new Map([[HOST, await api()]]);
    const serving = await serve({ authority: authority(), ownHosts });
    const { status, headers, text } = await ask(serving, {
      url: `https://${HOST}/orders?last=1`,
      form: { id: "7" },
      headers: { "X-Own": "kept" },
      way,
    });
    expect({ status, answer: headers["x-answer"] }).toEqual({ status: 418, answer: "yes" });
    expect(JSON.parse(text)).toEqual({
      method: "POST",
      url: "/orders?last=1",
      host: HOST,
      scheme: "https",
      own: "kept",
      body: "id=7",
    });
    expect(serving.supervisor.current().live.recorder.events).toEqual([]);
    expect(await ask(serving, { url: METADATA, way })).toMatchObject({ status: 200 });
  });

  it("whose server is not there is a 502 that says so", async () => {
    const ownHosts = new Map([[HOST, "http://127.0.0.1:1"]]);
    const serving = await serve({ authority: authority(), ownHosts });
    const { status, text } = await ask(serving, { url: `https://${HOST}/` });
    expect(status).toBe(502);
    expect(text).toContain(`hands ${HOST} on to http://127.0.0.1:1, which fails`);
  });

  it("is another than one that no one has named", async () => {
    const ownHosts = new Map([[HOST, await api()]]);
    const serving = await serve({ authority: authority(), ownHosts });
    const other = { url: "https://other.contoso.test/", way: "proxy" } as const;
    await expect(ask(serving, other)).rejects.toThrow("CONNECT 403");
  });
});

function resolverOf({ ready }: Serving): Resolver {
  const resolver = new Resolver();
  resolver.setServers([ready.dns ?? ""]);
  return resolver;
}

describe("the name server", () => {
  const dns = { host: "127.0.0.1", port: 0 };

  it("leads simulated hosts and the user's own to the way in, and no other", async () => {
    const said: string[] = [];
    const serving = await serve({
      dns,
      ownHosts: new Map([[HOST, "http://127.0.0.1:1"]]),
      onProblem: (error) => said.push(textOf(error)),
    });
    const resolver = resolverOf(serving);
    expect(await resolver.resolve4("login.microsoftonline.com")).toEqual([serving.ready.host]);
    expect(await resolver.resolve4(HOST)).toEqual([serving.ready.host]);
    await expect(resolver.resolve6(HOST)).rejects.toMatchObject({ code: "ENODATA" });
    await expect(resolver.resolve4("example.com")).rejects.toMatchObject({ code: "ENOTFOUND" });
    expect(said.join()).toContain("example.com");
  });

  it("has real outages: a name that does not exist, an address where nothing listens", async () => {
    const serving = await serve({ dns });
    const resolver = resolverOf(serving);
    const name = "login.microsoftonline.com";
    await control(serving, "POST", "/outages", { preset: "name-lookup-down" });
    await expect(resolver.resolve4(name)).rejects.toMatchObject({ code: "ENOTFOUND" });
    await control(serving, "DELETE", "/outages");
    await control(serving, "POST", "/outages", { preset: "unreachable" });
    expect(await resolver.resolve4(name)).not.toEqual([serving.ready.host]);
    await control(serving, "DELETE", "/outages");
    expect(await resolver.resolve4(name)).toEqual([serving.ready.host]);
    const kinds = serving.supervisor
      .current()
      .live.recorder.events.flatMap((event) =>
        event.kind === "exchange-ended" && event.end.kind === "network-fault" ? event.end.code : [],
      );
    expect(kinds).toEqual(["ENOTFOUND", "ECONNREFUSED"]);
  });

  it("is refused where it cannot listen", async () => {
    await expect(serve({ dns: { host: "203.0.113.1", port: 0 } })).rejects.toMatchObject({
      code: "bad-usage",
    });
  });
});
