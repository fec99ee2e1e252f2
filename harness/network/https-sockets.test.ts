/** What only the mount with real sockets can show. */
import { once } from "node:events";
import https from "node:https";
import type { IncomingMessage } from "node:http";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createResponse } from "../core/http/message.ts";
import { NetworkFault } from "../core/http/network-fault.ts";
import { answerWith, HOST, type MountBench, startBench } from "../../test/support/mount.ts";

describe("the https mount, on its sockets", () => {
  let bench: MountBench;
  beforeAll(async () => {
    bench = await startBench("https");
  });
  afterAll(() => bench.stop());

  const get = (
    path: string,
    options: https.RequestOptions = {},
  ): Promise<{ answer: IncomingMessage; text: string }> =>
    bench.clock.drive(
      (async () => {
        const request = https.get(`${HOST}${path}`, options);
        const [answer] = (await once(request, "response")) as [IncomingMessage];
        let text = "";
        for await (const chunk of answer) text += String(chunk);
        return { answer, text };
      })(),
    );

  it("sends headers in the case and order of the service", async () => {
    const headers: [string, string][] = [
      ["Cache-Control", "no-store, no-cache"],
      ["x-ms-request-id", "aa11"],
      ["Set-Cookie", "fpc=1"],
      ["X-XSS-Protection", "0"],
      ["Set-Cookie", "stsservicecookie=2"],
    ];
    bench.serve({ handle: () => Promise.resolve(createResponse("{}", { status: 200, headers })) });
    const { answer } = await get("/t");
    expect(answer.rawHeaders.slice(0, 10)).toEqual(headers.flat());
  });

  it("answers clients of https, and holds the clock for them", async () => {
    const awake: number[] = [];
    bench.serve({
      handle: async (request) => {
        awake.push(bench.clock.gate.awake());
        await bench.clock.sleep(5_000, request.signal);
        expect([...request.headers.keys()].filter((name) => name.includes("brownout"))).toEqual([]);
        return answerWith('{"a":1}')(request);
      },
    });
    const beganMs = bench.clock.now();
    expect((await get("/t")).text).toBe('{"a":1}');
    expect(bench.clock.now() - beganMs).toBe(5_000);
    await bench.clock.idle();
    expect([awake, bench.clock.gate.awake()]).toEqual([[1], 0]);
  });

  it("knows the requests of a client that gives its headers as a list", async () => {
    bench.serve({ handle: (request) => answerWith(request.headers.get("x-mine") ?? "")(request) });
    const headers = ["Host", "login.microsoftonline.com", "X-Mine", "yes"] as never;
    expect((await get("/t", { headers })).text).toBe("yes");
  });

  it("serves more requests than an agent has sockets", async () => {
    bench.serve({ handle: answerWith("{}") });
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const texts = await bench.clock.drive(
      Promise.all(
        [1, 2, 3].map(async () => {
          const [answer] = (await once(https.get(`${HOST}/t`, { agent }), "response")) as [
            IncomingMessage,
          ];
          let text = "";
          for await (const chunk of answer) text += String(chunk);
          return text;
        }),
      ),
    );
    expect(texts).toEqual(["{}", "{}", "{}"]);
    agent.destroy();
  });

  it.each([
    ["ECONNREFUSED", { syscall: "connect" }],
    ["ENOTFOUND", { syscall: "getaddrinfo", hostname: "login.microsoftonline.com" }],
    ["ETIMEDOUT", { syscall: "connect" }],
    ["ERR_TLS_CERT_ALTNAME_INVALID", { host: "login.microsoftonline.com" }],
  ] as const)("fails clients of https with %s", async (code, fields) => {
    bench.serve({
      connect: () => Promise.reject(new NetworkFault(code, "login.microsoftonline.com")),
    });
    await expect(get("/t")).rejects.toMatchObject({ code, ...fields });
    await bench.clock.idle();
    expect(bench.clock.gate.awake()).toBe(0);
  });

  it("shows a handler that throws to the harness, and a reset to the client", async () => {
    const bug = new Error("a bug in the service");
    bench.serve({ handle: () => Promise.reject(bug) });
    expect((await bench.send("/t")).failure?.cause?.code).toBe("ECONNRESET");
    expect(bench.harnessErrors).toEqual([bug]);
  });

  it("carries a body that is larger than any buffer", async () => {
    const text = "x".repeat(3_000_000);
    bench.serve({ handle: answerWith(text) });
    expect((await bench.send("/keys")).body.length).toBe(text.length);
  });

  it("trusts the fixture authority, and gives trust and network back", async () => {
    expect(tls.getCACertificates("default")).toHaveLength(1);
    const connect = net.Socket.prototype.connect;
    await bench.mounted.stop();
    expect(tls.getCACertificates("default").length).toBeGreaterThan(1);
    expect(net.Socket.prototype.connect).not.toBe(connect);
    await bench.restart();
    expect((await bench.send("/t")).status).toBe(200);
  });

  it("leaves no socket behind after many runs in one process", async () => {
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((name) => /^(TCP|TLS)/.test(name)).length;
    await bench.restart();
    const before = sockets();
    for (let run = 0; run < 5; run += 1) {
      await bench.send("/t");
      await bench.restart();
    }
    expect(sockets()).toBe(before);
  });

  it("keeps undici's time-outs alive after earlier runs", async () => {
    for (let run = 0; run < 3; run += 1) {
      bench.serve({
        handle: (request) => bench.clock.sleep(900_000, request.signal).then(neverAnswers),
      });
      const { failure } = await bench.send("/hang");
      expect(failure?.cause?.code).toBe("UND_ERR_HEADERS_TIMEOUT");
      bench.serve({ handle: answerWith("{}", { kind: "stalled", bytes: 1, forMs: 700 }) });
      await bench.send("/ends-between-two-ticks");
      await bench.restart();
    }
  });
});

function neverAnswers(): never {
  throw new Error("the client waited for longer than its time-out");
}
