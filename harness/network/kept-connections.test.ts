/** Connections of the https mount that carry many requests, where no fault breaks connections. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import https from "node:https";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NetworkFault } from "../core/http/network-fault.ts";
import { answerWith, HOST, type MountBench, startBench } from "../../test/support/mount.ts";

let bench: MountBench;
let connections: number;
const count = (): void => {
  connections += 1;
};

beforeEach(() => {
  connections = 0;
  subscribe("net.server.socket", count);
});
afterEach(async () => {
  unsubscribe("net.server.socket", count);
  await bench.stop();
});

const post: RequestInit = { method: "POST", body: "grant_type=client_credentials" };

/** Until the connection of the last answer is free. */
const rest = (): Promise<void> => bench.clock.drive(bench.clock.sleep(1_000));

async function readAll(answer: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of answer) text += String(chunk);
  return text;
}

describe("connections without faults", () => {
  beforeEach(async () => {
    bench = await startBench("https", { keepsConnections: true });
  });

  it.each([
    ["at once", 0],
    ["after five minutes", 300_000],
  ])("carry the next request of fetch %s", async (_, pauseMs) => {
    for (let request = 0; request < 8; request += 1) {
      expect((await bench.send("/t", post)).status).toBe(200);
      await bench.clock.drive(bench.clock.sleep(pauseMs));
    }
    // undici opens a second one when the first is not yet free at the end of its answer.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it("carry one request of an agent of https after the other", async () => {
    const agent = new https.Agent({ keepAlive: true });
    const get = async (path: string): Promise<string> => {
      const [answer] = (await once(https.get(`${HOST}${path}`, { agent }), "response")) as [
        AsyncIterable<unknown>,
      ];
      return readAll(answer);
    };
    bench.serve({ handle: (request) => answerWith(new URL(request.url).pathname)(request) });
    expect(await bench.clock.drive(get("/one"))).toBe("/one");
    expect(await bench.clock.drive(get("/two"))).toBe("/two");
    expect(connections).toBe(1);
    agent.destroy();
  });

  it("serve requests that are made at once in their order, on open connections and new ones", async () => {
    const order: string[] = [];
    bench.serve({
      handle: (request) => {
        order.push(new URL(request.url).pathname);
        return answerWith("{}")(request);
      },
    });
    await bench.send("/zero");
    await rest();
    // Requests with a body reach their connection a little later than those without.
    const paths = ["/one", "/two", "/three", "/four"];
    await Promise.all(paths.map((path, at) => bench.send(path, at % 2 === 0 ? post : {})));
    expect(order).toEqual(["/zero", ...paths]);
    expect(connections).toBe(4);
    expect(bench.clock.gate.awake()).toBe(0);
  });

  it.each([
    [1, ["/one", "/two", "/three", "/four"]],
    [2, ["/one", "/two", "/three", "/four", "/five"]],
  ])(
    "are asked for once for each of several requests at once, on the %d that are open and on new ones",
    async (open, paths) => {
      const attempts: string[] = [];
      bench.serve({
        connect: ({ url }) => Promise.resolve(void attempts.push(new URL(url).pathname)),
      });
      const before = ["/zero", "/nil"].slice(0, open);
      await Promise.all(before.map((path) => bench.send(path)));
      await rest();
      // Requests with a body reach their connection a little later than those without.
      await Promise.all(paths.map((path, at) => bench.send(path, at % 2 === 0 ? post : {})));
      expect(attempts.toSorted()).toEqual([...before, ...paths].toSorted());
    },
  );

  it("are asked for at the service for each request, and break when it refuses", async () => {
    await bench.send("/one");
    await rest();
    const attempts: string[] = [];
    let handled = 0;
    bench.serve({
      connect: ({ url, method }) => {
        attempts.push(`${method} ${url}`);
        return Promise.reject(new NetworkFault("ECONNREFUSED", "login.microsoftonline.com"));
      },
      handle: (request) => {
        handled += 1;
        return answerWith("{}")(request);
      },
    });
    expect((await bench.send("/two", post)).failure?.cause?.code).toBe("ECONNREFUSED");
    expect([attempts, handled]).toEqual([[`POST ${HOST}/two`], 0]);
    bench.serve({});
    expect((await bench.send("/three")).status).toBe(200);
    expect(connections).toBe(2);
  });

  it("show a bug in the service to the harness, and to the client that the connection is closed", async () => {
    await bench.send("/one");
    await rest();
    const bug = new Error("a bug in the service");
    bench.serve({ connect: () => Promise.reject(bug) });
    expect((await bench.send("/two")).failure?.cause?.code).toBe("UND_ERR_SOCKET");
    expect(bench.harnessErrors).toEqual([bug]);
  });

  it("end with the mount", async () => {
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((name) => /^(TCP|TLS)/.test(name)).length;
    await bench.restart();
    const before = sockets();
    for (let run = 0; run < 3; run += 1) {
      expect((await bench.send("/t")).status).toBe(200);
      await bench.restart();
    }
    expect(sockets()).toBe(before);
  });
});

it("a request makes a connection of its own where faults may break it", async () => {
  bench = await startBench("https");
  for (const path of ["/one", "/two", "/three"]) await bench.send(path, post);
  expect(connections).toBe(3);
});
