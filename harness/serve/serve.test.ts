/** A served simulation, asked over real sockets. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { minutes } from "../core/time/duration.ts";
import { outage, throttled, unreachable } from "../faults/presets.ts";
import type { HistoryEvent } from "../history/event.ts";
import { parseJournal } from "../history/journal.ts";
import {
  answerTo,
  ask,
  control,
  daemonRequest,
  METADATA,
  serve,
} from "../../test/support/serve.ts";
import { authorityFile } from "../network/https-server.ts";
import { initAuthority, projectAuthority } from "../network/way-in/authority.ts";
import type { Serving } from "./start-serving.ts";

function began(serving: Serving) {
  return serving.supervisor
    .current()
    .live.recorder.events.filter((event) => event.kind === "exchange-began");
}

function lastFault(serving: Serving): string | undefined {
  const ended = serving.supervisor
    .current()
    .live.recorder.events.findLast((event) => event.kind === "exchange-ended");
  return ended?.end.kind === "network-fault" ? ended.end.code : undefined;
}

const tlsFailure = {
  id: "tls",
  at: "edge",
  on: "all",
  from: 0,
  for: minutes(5),
  effect: { kind: "tls-failure" },
} as const;

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "brownout-serve-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe("the way in", () => {
  it.each(["direct", "proxy"] as const)("serves a token %s, over TLS", async (way) => {
    const serving = await serve();
    const { status, text } = await ask(serving, { ...daemonRequest, way });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ token_type: "Bearer" });
    expect(began(serving)).toMatchObject([{ endpoint: "token", grant: "client_credentials" }]);
  });

  it("resets a connection that is refused, and records the refusal", async () => {
    const serving = await serve({ plan: [unreachable({ from: 0, for: minutes(5) })] });
    await expect(ask(serving, { url: METADATA })).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(lastFault(serving)).toBe("ECONNREFUSED");
  });

  it("answers CONNECT with 502 where a connection is refused", async () => {
    const serving = await serve({ plan: [unreachable({ from: 0, for: minutes(5) })] });
    await expect(ask(serving, { url: METADATA, way: "proxy" })).rejects.toThrow("CONNECT 502");
  });

  it.each(["direct", "proxy"] as const)("shows a wrong certificate %s", async (way) => {
    const serving = await serve({ plan: [tlsFailure] });
    await expect(ask(serving, { url: METADATA, way })).rejects.toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
  });

  it("breaks only the host that a fault names", async () => {
    const serving = await serve({
      plan: [{ ...tlsFailure, where: { host: "login.windows.net" } }],
    });
    await expect(ask(serving, { url: METADATA })).resolves.toMatchObject({ status: 200 });
    const other = METADATA.replace("login.microsoftonline.com", "login.windows.net");
    await expect(ask(serving, { url: other })).rejects.toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
  });

  it("refuses a host that is not simulated, and says which", async () => {
    const problems: unknown[] = [];
    const serving = await serve({ onProblem: (error) => problems.push(error) });
    const other = { url: "https://example.com/", way: "proxy" } as const;
    await expect(ask(serving, other)).rejects.toThrow("CONNECT 403");
    expect(problems).toMatchObject([{ message: expect.stringContaining("example.com") as string }]);
  });

  it("serves the identity endpoint of the machine over plain HTTP", async () => {
    // The endpoint takes a moment to answer.
    const serving = await serve({ machine: "web-vm", clock: { kind: "flowing", rate: 1 } });
    const { host, port } = serving.ready;
    const path =
      "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com/";
    const headers = { Metadata: "true" };
    const { status, text } = await answerTo(http.request({ host, port, path, headers }));
    expect({ status, text }).toMatchObject({ status: 200 });
    expect(JSON.parse(text)).toMatchObject({ token_type: "Bearer" });
  });
});

/** A client that keeps its connections, and how often it has made one. */
function keepingClient({ ready }: Serving) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  let connections = 0;
  return {
    connections: () => connections,
    get: (host = "login.microsoftonline.com") =>
      answerTo(
        https
          .get({
            agent,
            host: ready.host,
            port: ready.port,
            servername: host,
            path: new URL(METADATA).pathname,
            headers: { Host: host },
            ca: readFileSync(ready.ca),
          })
          .once("socket", (socket) => socket.once("secureConnect", () => (connections += 1))),
      ),
  };
}

describe("connections", () => {
  it("serve further requests, also when a fault answers them", async () => {
    const plan = [outage({ from: minutes(1), for: minutes(5) })];
    const serving = await serve({ plan });
    const client = keepingClient(serving);
    const statuses: number[] = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await client.get()).status);
    await control(serving, "POST", "/clock/advance", { by: "2m" });
    statuses.push((await client.get()).status);
    expect({ statuses, connections: client.connections() }).toEqual({
      statuses: [200, 200, 200, 503],
      connections: 1,
    });
  });

  it("are closed for faults that only a new one meets, and kept again afterwards", async () => {
    const serving = await serve();
    const client = keepingClient(serving);
    await client.get();
    await control(serving, "POST", "/outages", {
      preset: "unreachable",
      options: { from: "1m", for: "5m" },
    });
    await client.get();
    await control(serving, "POST", "/clock/advance", { by: "2m" });
    await expect(client.get()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(lastFault(serving)).toBe("ECONNREFUSED");
    await control(serving, "POST", "/clock/advance", { by: "10m" });
    const before = client.connections();
    await client.get();
    await client.get();
    expect(client.connections() - before).toBe(1);
  });

  it("are kept again as soon as such a fault is cleared", async () => {
    const serving = await serve();
    const client = keepingClient(serving);
    const later = { from: "1m", for: "5m" };
    await control(serving, "POST", "/outages", { preset: "unreachable", options: later });
    await control(serving, "POST", "/outages", { preset: "name-lookup-down", options: later });
    const madeBy = async (calls: number): Promise<number> => {
      const before = client.connections();
      for (let call = 0; call < calls; call += 1) await client.get();
      return client.connections() - before;
    };
    await control(serving, "DELETE", "/outages/unreachable");
    expect(await madeBy(3)).toBe(3);
    await control(serving, "DELETE", "/outages/name-lookup-down");
    expect(await madeBy(3)).toBe(1);
  });

  it("of one port of a client to two addresses are two", async () => {
    const other = await freePort();
    const reset = { ...tlsFailure, id: "reset", effect: { kind: "reset" } } as const;
    const serving = await serve({
      alsoAt: [{ host: "127.0.0.1", port: other }],
      plan: [reset],
    });
    const localPort = await freePort();
    const ends: string[] = [];
    const connectTo = async (port: number, name: string) => {
      const servername = "login.microsoftonline.com";
      const ca = readFileSync(serving.ready.ca);
      const raw = net.connect({ host: "127.0.0.1", port, localPort });
      const socket = tls.connect({ socket: raw, servername, ca });
      onTestFinished(() => void socket.destroy());
      await once(socket, "secureConnect");
      const closed = new Promise<void>((resolve) => {
        raw
          .on("error", () => undefined)
          .on("close", () => {
            ends.push(name);
            resolve();
          });
      });
      socket.on("error", () => undefined).resume();
      return { socket, closed };
    };
    const first = await connectTo(serving.ready.port, "first");
    await connectTo(other, "second");
    first.socket.write(
      "GET /common/discovery/keys HTTP/1.1\r\nHost: login.microsoftonline.com\r\n\r\n",
    );
    await first.closed;
    expect(ends).toEqual(["first"]);
  });
});

describe("an authority of a project's own", () => {
  it("signs for every simulated host, and is the only one to trust", async () => {
    const folder = temporaryFolder();
    const file = initAuthority(folder);
    const authority = projectAuthority(folder);
    if (authority === undefined) throw new Error("it was not made");
    const serving = await serve({ authority });
    expect(serving.ready.ca).toBe(file);
    for (const way of ["direct", "proxy"] as const)
      expect(await ask(serving, { url: METADATA, way })).toMatchObject({ status: 200 });
    const packaged = { ...serving, ready: { ...serving.ready, ca: authorityFile() } };
    await expect(ask(packaged, { url: METADATA })).rejects.toThrow(/certificate/);
  });

  it("is refused when its key is another", () => {
    const folder = temporaryFolder();
    initAuthority(folder);
    writeFileSync(join(folder, "ca.key.pem"), "no key");
    expect(() => projectAuthority(folder)).toThrow(/cannot be used/);
  });
});

describe("a plan for other programs", () => {
  it.each([
    [{ on: ["token"] }, "faults[0].on"],
    [{ where: { tenant: "contoso" } }, "faults[0].where.tenant"],
  ] as const)("is refused when a broken connection depends on %j", async (more, field) => {
    const plan = [{ ...tlsFailure, ...more }];
    await expect(serve({ plan })).rejects.toMatchObject({
      code: "bad-fault-plan",
      message: expect.stringContaining(`${field}: cannot narrow "tls-failure"`) as string,
    });
  });

  it("is refused when it is about the client's own device", async () => {
    const plan = [{ ...tlsFailure, at: "device", effect: { kind: "offline" } }] as const;
    await expect(serve({ plan })).rejects.toMatchObject({ code: "bad-fault-plan" });
  });
});

describe("an answer", () => {
  it("has the simulator's time in its header Date, also one of a fault", async () => {
    const serving = await serve();
    const { clock } = serving.supervisor.current().live;
    const dateNow = (): string => new Date(clock.now()).toUTCString();
    expect((await ask(serving, daemonRequest)).headers.date).toBe(dateNow());
    await control(serving, "POST", "/clock/advance", { by: "2d" });
    await control(serving, "POST", "/outages", { preset: "throttled" });
    const { status, headers } = await ask(serving, daemonRequest);
    expect([status, headers.date]).toEqual([429, dateNow()]);
  });
});

describe("the history of other programs", () => {
  it("keeps the User-Agent and the request id as they were sent", async () => {
    const serving = await serve();
    const headers = {
      "User-Agent": "job/1.2",
      "client-request-id": "6f0c9d2a-0000-4000-8000-00000000abcd",
    };
    await ask(serving, { url: METADATA, headers });
    const [request] = began(serving);
    expect(request?.headers).toEqual(
      expect.arrayContaining([
        ["user-agent", "job/1.2"],
        ["client-request-id", headers["client-request-id"]],
      ]),
    );
  });

  it("takes the user of the proxy's address for the name of the instance", async () => {
    const serving = await serve();
    await ask(serving, { url: METADATA, way: "proxy", proxyUser: "pod-a" });
    await ask(serving, { url: METADATA, way: "proxy", proxyUser: "pod-b" });
    await ask(serving, { url: METADATA, way: "proxy", proxyUser: "pod-a" });
    expect(began(serving).map(({ client }) => client)).toEqual(["pod-a-1", "pod-b-1", "pod-a-1"]);
  });

  it("stays bounded in memory, and can still be judged", async () => {
    const serving = await serve({
      eventsKept: 40,
      plan: [throttled({ from: 0, for: minutes(5) })],
    });
    for (let call = 0; call < 60; call += 1) await ask(serving, daemonRequest);
    const served = serving.supervisor.current();
    expect(served.live.recorder.events.length).toBeLessThanOrEqual(51);
    expect(served.eventsDropped()).toBeGreaterThan(60);
    const { events } = served.history();
    expect(events[0]?.kind).toBe("fault-began");
    expect(events.map(({ index }) => index)).toEqual(events.map((_event, at) => at));
    const { json } = await control(serving, "GET", "/findings");
    expect(json).toMatchObject({ verdict: "fail" });
  });
});

describe("the journal file", () => {
  it("is whole after the end, with every event and what is known only then", async () => {
    const journal = join(temporaryFolder(), "run.jsonl");
    const plan = [throttled({ from: minutes(60), for: minutes(5) })];
    const serving = await serve({ journal, plan });
    await ask(serving, daemonRequest);
    const before = parseJournal(readFileSync(journal, "utf8"), journal);
    expect(before.events).toHaveLength(2);
    await serving.stop();
    const { header, events } = parseJournal(readFileSync(journal, "utf8"), journal);
    expect(header).toMatchObject({ seed: "1", unmetFaults: [{ id: "throttled" }] });
    expect(events).toEqual(before.events);
  });

  it("has room for a header of any length", async () => {
    const journal = join(temporaryFolder(), "run.jsonl");
    const plan = Array.from({ length: 200 }, (_, index) => ({
      ...tlsFailure,
      id: `never-met-${index}`,
      from: minutes(60),
    }));
    const serving = await serve({ journal, plan });
    await ask(serving, daemonRequest);
    await serving.stop();
    const { header, events } = parseJournal(readFileSync(journal, "utf8"), journal);
    expect(header.unmetFaults).toHaveLength(200);
    expect(events.map(({ kind }: HistoryEvent) => kind)).toEqual([
      "exchange-began",
      "exchange-ended",
    ]);
  });

  it("is refused where it cannot be written", async () => {
    const file = join(temporaryFolder(), "run.jsonl");
    await expect(serve({ journal: join("/dev/null", file) })).rejects.toMatchObject({
      code: "unwritable",
    });
  });
});
