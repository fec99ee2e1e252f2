/**
 * What every mount owes, written once: one tiny test file per mount calls it, because a
 * process has one mount (msw and nock hang together).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { ConfidentialClientApplication, type INetworkModule } from "@azure/msal-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createResponse, textOfRequest } from "../../harness/core/http/message.ts";
import { NetworkFault } from "../../harness/core/http/network-fault.ts";
import {
  describeBodies,
  describeNetworkFaults,
  type MountExceptions,
} from "./mount-fault-suite.ts";
import type { MountName } from "../../harness/network/mount-names.ts";
import { answerWith, HOST, type MountBench, startBench } from "./mount.ts";

/** Declares the common tests for one mount, with what its stack is known to report otherwise. */
export function mountSuite(name: MountName, exceptions: MountExceptions = {}): void {
  describe(`the ${name} mount`, () => {
    let bench: MountBench;
    beforeAll(async () => {
      bench = await startBench(name);
    });
    afterAll(() => bench.stop());

    describeExchanges(() => bench);
    describeTimeAndOrder(() => bench);
    describeNetworkFaults(() => bench, exceptions);
    describeBodies(() => bench);
    describeClient(() => bench);
  });
}

function describeExchanges(bench: () => MountBench): void {
  it("brings status, headers and body of an answer", async () => {
    bench().serve({
      handle: () =>
        Promise.resolve(
          createResponse('{"error":"temporarily_unavailable"}', {
            status: 503,
            headers: [
              ["Content-Type", "application/json; charset=utf-8"],
              ["Retry-After", "7"],
              ["x-ms-request-id", "aa11"],
            ],
          }),
        ),
    });
    const sent = await bench().send("/common/oauth2/v2.0/token");
    expect([sent.status, sent.body]).toEqual([503, '{"error":"temporarily_unavailable"}']);
    expect(sent.headers?.get("content-type")).toBe("application/json; charset=utf-8");
    expect(sent.headers?.get("retry-after")).toBe("7");
    expect(sent.headers?.get("x-ms-request-id")).toBe("aa11");
    expect(sent.tookMs).toBe(0);
  });

  it.each([
    [204, "", null],
    [400, '{"error":"slow_down"}', "application/json"],
    [404, "", "text/plain"],
    [418, "short and stout", "text/plain"],
    [599, "odd", "text/plain"],
  ])("brings an answer with status %i", async (status, body, type) => {
    const headers: readonly (readonly [string, string])[] = [
      ...(type === null ? [] : [["Content-Type", type] as const]),
      ["X-Cache", "miss"],
      ...(status === 204 ? [] : [["Content-Length", String(body.length)] as const]),
    ];
    bench().serve({ handle: () => Promise.resolve(createResponse(body, { status, headers })) });
    const sent = await bench().send("/common/oauth2/v2.0/token");
    expect([sent.status, sent.body, sent.headers?.get("x-cache")]).toEqual([status, body, "miss"]);
  });

  it("brings method, address, headers and body of a request, and nothing of its own", async () => {
    const seen: Request[] = [];
    bench().serve({
      handle: (request) => {
        seen.push(request);
        return answerWith("{}")(request);
      },
    });
    const headers = {
      "Content-Type": "application/x-www-form-urlencoded",
      "X-AnchorMailbox": "Oid:a@b",
    };
    await bench().send("/contoso/oauth2/v2.0/token?x=1", {
      method: "POST",
      headers,
      body: "grant_type=a&scope=%C3%A9",
    });
    const [request] = seen;
    if (request === undefined) throw new Error("the service saw no request");
    expect([request.method, request.url]).toEqual([
      "POST",
      `${HOST}/contoso/oauth2/v2.0/token?x=1`,
    ]);
    expect(request.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    expect(request.headers.get("x-anchormailbox")).toBe("Oid:a@b");
    expect([...request.headers.keys()].filter((header) => header.includes("brownout"))).toEqual([]);
    expect(await textOfRequest(request)).toBe("grant_type=a&scope=%C3%A9");
  });

  it("opens a connection for each request, before it has a body or a header", async () => {
    const steps: string[] = [];
    bench().serve({
      connect: async (attempt) => {
        steps.push(
          `connect ${attempt.method} ${new URL(attempt.url).pathname} "${await textOfRequest(attempt)}"`,
        );
        expect([...attempt.headers]).toEqual([]);
      },
      handle: async (request) => {
        steps.push(`handle "${await textOfRequest(request)}"`);
        return answerWith("{}")(request);
      },
    });
    await bench().send("/t", { method: "POST", body: "a=1" });
    await bench().send("/t", { method: "POST", body: "a=2" });
    expect(steps).toEqual([
      'connect POST /t ""',
      'handle "a=1"',
      'connect POST /t ""',
      'handle "a=2"',
    ]);
  });

  it.each([
    "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01",
    "http://127.0.0.1:40342/metadata/identity/oauth2/token",
    "http://127.0.0.1:2579/metadata/identity/oauth2/token",
    "https://fabric-node.contoso.example:2377/metadata/identity/oauth2/token",
  ])("leads to the endpoint of a machine: %s", async (address) => {
    const seen: string[] = [];
    bench().serve({
      connect: (attempt) => Promise.resolve(void seen.push(attempt.url)),
      handle: (request) => {
        seen.push(`${request.url} ${request.headers.get("metadata") ?? ""}`);
        return answerWith('{"access_token":"t"}')(request);
      },
    });
    const sent = await bench().send(address, { headers: { Metadata: "true" } });
    expect([sent.status, sent.body]).toEqual([200, '{"access_token":"t"}']);
    expect(seen).toEqual([address, `${address} true`]);
    expect(bench().harnessErrors).toEqual([]);
  });

  it("stops plain HTTP to any other host", async () => {
    bench().serve({});
    for (const host of ["login.microsoftonline.com", "169.254.169.253"]) {
      const { failure } = await bench().send(`http://${host}/metadata/identity/oauth2/token`);
      expect(failure?.cause?.code).toBe("unmocked-request");
    }
  });

  it("does not follow redirects", async () => {
    bench().serve({
      handle: () =>
        Promise.resolve(
          createResponse("", {
            status: 302,
            headers: [["Location", "https://app.contoso.example/"]],
          }),
        ),
    });
    const sent = await bench().send("/authorize");
    expect([sent.status, sent.headers?.get("location")]).toEqual([
      302,
      "https://app.contoso.example/",
    ]);
  });

  it("stops a request to a host that is not simulated, and names it", async () => {
    bench().serve({});
    const { failure } = await bench().send("https://api.unknown.example/v1");
    expect(failure?.cause?.code).toBe("unmocked-request");
    expect(failure?.cause?.message).toContain("api.unknown.example");
    expect(bench().harnessErrors).toEqual([failure?.cause]);
  });
}

function describeTimeAndOrder(bench: () => MountBench): void {
  it("is awake while a request is under way, and not after", async () => {
    const awake: number[] = [];
    bench().serve({
      handle: (request) => {
        awake.push(bench().clock.gate.awake());
        return answerWith("{}")(request);
      },
    });
    await bench().send("/t");
    await bench().clock.idle();
    expect(awake).toEqual([1]);
    expect(bench().clock.gate.awake()).toBe(0);
  });

  it("hands requests over in the order in which they were made, in the context of their callers", async () => {
    const operation = new AsyncLocalStorage<number>();
    const seen: (number | undefined)[] = [];
    bench().serve({
      handle: (request) => {
        seen.push(operation.getStore());
        return answerWith("{}")(request);
      },
    });
    const calls = Array.from({ length: 10 }, (_, index) =>
      operation.run(index, async () =>
        (await bench().mounted.fetch(new Request(`${HOST}/t${index}`))).text(),
      ),
    );
    await bench().clock.drive(Promise.all(calls));
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("hands answers over in the same order every time", async () => {
    bench().serve({
      handle: async (request) => {
        await bench().clock.sleep(
          request.url.endsWith("7") || request.url.endsWith("2") ? 1_000 : 0,
          request.signal,
        );
        return answerWith("{}")(request);
      },
    });
    const once = async (): Promise<number[]> => {
      const order: number[] = [];
      const calls = Array.from({ length: 10 }, async (_, index) => {
        await (await bench().mounted.fetch(new Request(`${HOST}/t${index}`))).text();
        order.push(index);
      });
      await bench().clock.drive(Promise.all(calls));
      return order;
    };
    expect(await once()).toEqual([0, 1, 3, 4, 5, 6, 8, 9, 2, 7]);
    expect(await once()).toEqual([0, 1, 3, 4, 5, 6, 8, 9, 2, 7]);
  });

  it("waits for a slow service in virtual time, and gives up after 300 s as Node's fetch does", async () => {
    bench().serve({
      handle: async (request) => {
        await bench().clock.sleep(
          request.url.endsWith("hang") ? 3_600_000 : 30_000,
          request.signal,
        );
        return answerWith("{}")(request);
      },
    });
    expect(await bench().send("/late")).toMatchObject({ status: 200, tookMs: 30_000 });
    const { failure, tookMs } = await bench().send("/hang");
    expect(failure?.cause?.code).toBe("UND_ERR_HEADERS_TIMEOUT");
    // undici's clock ticks twice a second.
    expect(Math.abs(tookMs - 300_000)).toBeLessThanOrEqual(1_000);
  });

  it("lets the service know that the caller has given up", async () => {
    const { clock } = bench();
    const reasons: string[] = [];
    bench().serve({
      handle: async (request) => {
        await clock
          .sleep(60_000, request.signal)
          .catch(() => reasons.push(`after ${clock.now() - beganMs} ms`));
        throw new NetworkFault("ECONNRESET", "login.microsoftonline.com");
      },
    });
    const beganMs = clock.now();
    const caller = new AbortController();
    clock.setTimer(() => caller.abort(new Error("the caller's own reason")), 2_000);
    const { failure } = await bench().send("/hang", { signal: caller.signal });
    await clock.idle();
    expect(failure?.message).toBe("the caller's own reason");
    expect(reasons).toEqual(["after 2000 ms"]);
    expect(clock.gate.awake()).toBe(0);
  });
}

function describeClient(bench: () => MountBench): void {
  it("carries the real MSAL Node", async () => {
    const forms: string[] = [];
    bench().serve({
      handle: async (request) => {
        forms.push(await textOfRequest(request));
        return answerWith(
          '{"token_type":"Bearer","expires_in":3599,"access_token":"token-of-the-service"}',
        )(request);
      },
    });
    const { mounted, clock } = bench();
    const send = async (url: string, init: RequestInit) => {
      const response = await mounted.fetch(new Request(url, init));
      return { status: response.status, headers: {}, body: (await response.json()) as never };
    };
    const networkClient: INetworkModule = {
      sendGetRequestAsync: (url, options) => send(url, { headers: options?.headers ?? {} }),
      sendPostRequestAsync: (url, options) =>
        send(url, { method: "POST", headers: options?.headers ?? {}, body: options?.body ?? "" }),
    };
    const client = new ConfidentialClientApplication({
      auth: {
        clientId: "11111111-1111-4111-8111-111111111111",
        authority: `${HOST}/contoso`,
        clientSecret: "s3cret",
      },
      ...(mounted.reachesProcess ? {} : { system: { networkClient } }),
    });
    const request = { scopes: ["https://graph.microsoft.com/.default"] };
    const result = await clock.drive(client.acquireTokenByClientCredential(request));
    expect(result?.accessToken).toBe("token-of-the-service");
    expect(forms).toHaveLength(1);
    expect(new URLSearchParams(forms[0]).get("grant_type")).toBe("client_credentials");
  });
}
