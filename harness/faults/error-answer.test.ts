import { describe, expect, it } from "vitest";
import { createRequest, headersOf, textOfResponse } from "../core/http/message.ts";
import { estsHeaders } from "../entra/token-service/ests-headers.ts";
import type { FaultEffect, FaultSite, RetryAfter } from "./plan.ts";
import {
  answerTo,
  aWindow,
  breakService,
  createHealthyService,
  getRequest,
  HOST,
  STARTED_AT,
  TENANT,
  tokenRequest,
} from "../../test/support/fault.ts";

const JSON_TYPE = "application/json; charset=utf-8";

const busy: FaultEffect = {
  kind: "server-error",
  status: 503,
  body: { form: "aadsts", code: 90033 },
};

describe("an error of ESTS", () => {
  const correlation = "0a1b2c3d-1111-4222-8333-444455556666";

  it("has the envelope, field by field, in its order", async () => {
    const request = tokenRequest({}, { headers: { "client-request-id": correlation } });
    const response = await answerTo(busy, { request });
    const body = (await response.json()) as Record<string, unknown>;
    const trace = response.headers.get("x-ms-request-id");
    expect(response.status).toBe(503);
    expect(trace).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.entries(body)).toEqual([
      ["error", "temporarily_unavailable"],
      [
        "error_description",
        `AADSTS90033: A transient error has occurred. Please try again. Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: 2026-03-02 08:00:10Z`,
      ],
      ["error_codes", [90033]],
      ["timestamp", "2026-03-02 08:00:10Z"],
      ["trace_id", trace],
      ["correlation_id", correlation],
      ["error_uri", `https://${HOST}/error?code=90033`],
    ]);
    expect(response.headers.get("x-ms-clitelem")).toBe("1,90033,0,,");
  });

  it("has the headers of an error of the service itself, in their order", async () => {
    const headers = headersOf(await answerTo(busy, { request: tokenRequest() }));
    const own = estsHeaders({
      kind: "token",
      requestId: "any",
      contentType: JSON_TYPE,
      contentLength: 0,
      cors: [],
      openerPolicy: "absent",
      clitelem: "1,90033,0,,",
    });
    expect(headers.map(([name]) => name)).toEqual(own.map(([name]) => name));
    const serverOf = (pairs: typeof headers): string | undefined =>
      pairs.find(([name]) => name === "x-ms-ests-server")?.[1];
    expect(serverOf(headers)).toBe(serverOf(own));
  });

  it("takes the correlation id from the form, and makes one when the form has none that is valid", async () => {
    const correlationOf = async (request: Request): Promise<string> => {
      const body = (await (await answerTo(busy, { request })).json()) as { correlation_id: string };
      return body.correlation_id;
    };
    expect(await correlationOf(tokenRequest({ "client-request-id": correlation }))).toBe(
      correlation,
    );
    const made = await correlationOf(tokenRequest({ "client-request-id": "not a guid" }));
    expect(made).toMatch(/^[0-9a-f]{8}-/);
  });

  it("separates the lines of the description as the setting says", async () => {
    const body = await (await answerTo(busy, { errorSeparator: "crlf" })).text();
    expect(body).toContain(String.raw`try again.\r\nTrace ID: `);
  });

  it.each([
    [90041, 500, "server_error"],
    [50033, 503, "temporarily_unavailable"],
    [1234, 503, "temporarily_unavailable"],
    [1234, 500, "server_error"],
    [50196, 503, "invalid_grant"],
    [7000215, 503, "invalid_client"],
  ] as const)("AADSTS%i with status %i is a %s", async (code, status, error) => {
    const effect: FaultEffect = { kind: "server-error", status, body: { form: "aadsts", code } };
    const body = (await (await answerTo(effect)).json()) as Record<string, unknown>;
    expect(body).toMatchObject({ error, error_codes: [code] });
  });

  it("has the suberror of its code, as in a refusal by ESTS itself", async () => {
    const body = { form: "aadsts", code: 700082 } as const;
    const response = await answerTo({ kind: "server-error", status: 503, body });
    expect(await response.json()).toMatchObject({
      error: "invalid_grant",
      error_codes: [700082],
      suberror: "bad_token",
    });
  });

  it("is readable across origins on discovery, and elsewhere when a browser asks", async () => {
    const sharedWith = async (request: Request): Promise<string | null> =>
      (await answerTo(busy, { request })).headers.get("access-control-allow-origin");
    expect(await sharedWith(getRequest(`/${TENANT}/v2.0/.well-known/openid-configuration`))).toBe(
      "*",
    );
    expect(await sharedWith(tokenRequest())).toBeNull();
    expect(await sharedWith(tokenRequest({}, { headers: { origin: "https://app.test" } }))).toBe(
      "*",
    );
  });

  it("exposes Retry-After to pages where the world says so", async () => {
    const request = () => tokenRequest({}, { headers: { origin: "https://app.test" } });
    const exposedBy = async (options: { retryAfterExposed?: "yes" }): Promise<string> => {
      const { headers } = await answerTo(busy, { request: request(), ...options });
      return headers.get("access-control-expose-headers") ?? "";
    };
    expect(await exposedBy({})).not.toContain("Retry-After");
    expect(await exposedBy({ retryAfterExposed: "yes" })).toContain("Retry-After");
  });

  it("echoes the correlation id only when the request asks for it", async () => {
    const echoOf = async (headers: Record<string, string>): Promise<string | null> => {
      const request = tokenRequest(
        {},
        { headers: { "client-request-id": correlation, ...headers } },
      );
      return (await answerTo(busy, { request })).headers.get("client-request-id");
    };
    expect(await echoOf({})).toBeNull();
    expect(await echoOf({ "return-client-request-id": "true" })).toBe(correlation);
  });
});

describe("the headers of an error answer", () => {
  it.each<[FaultSite, boolean]>([
    ["primary", true],
    ["backup", true],
    ["edge", false],
    ["resource", false],
  ])("are those of ESTS at %s: %s", async (at, isEsts) => {
    const { headers } = await answerTo(busy, { at });
    const own = ["x-ms-request-id", "x-ms-ests-server", "strict-transport-security", "p3p"];
    expect(own.filter((name) => headers.has(name))).toEqual(isEsts ? own : []);
  });
});

describe("the CORS headers of an error answer", () => {
  const absent = { form: "absent" } as const;
  const empty = { form: "empty" } as const;
  const originOf = async (effect: FaultEffect, at: FaultSite, url?: string) => {
    const headers = { origin: "https://app.test" };
    const request =
      url === undefined ? tokenRequest({}, { headers }) : createRequest(url, { headers });
    return (await answerTo(effect, { at, request })).headers.get("access-control-allow-origin");
  };

  it.each<[FaultSite, string | null]>([
    ["primary", "*"],
    ["backup", "*"],
    ["resource", "*"],
    ["edge", null],
  ])("allow at %s by default: %s", async (at, shared) => {
    const url = at === "resource" ? "https://graph.microsoft.com/v1.0/me" : undefined;
    expect(await originOf(busy, at, url)).toBe(shared);
  });

  it.each<[string, (cors: "present" | "absent") => FaultEffect]>([
    ["an error", (cors) => ({ kind: "server-error", status: 503, body: empty, cors })],
    ["a throttle", (cors) => ({ kind: "throttle", retryAfter: absent, body: empty, cors })],
    ["an empty success", (cors) => ({ kind: "empty-success", cors })],
    [
      "a service over its capacity",
      (cors) => ({
        kind: "capacity",
        requests: 1,
        perMs: 60_000,
        collapsesTo: 0,
        regrowsPerMinute: 0,
        shed: { status: 503, retryAfter: absent, body: empty, cors },
      }),
    ],
  ])("are as the plan says, for %s", async (_, effectOf) => {
    for (const at of ["primary", "edge"] as const) {
      for (const [cors, shared] of [
        ["present", "*"],
        ["absent", null],
      ] as const) {
        const { service } = breakService([aWindow(effectOf(cors), { at })], {
          service: createHealthyService("", []),
        });
        const request = () => tokenRequest({}, { headers: { origin: "https://app.test" } });
        if (effectOf(cors).kind === "capacity") await service.handle(request());
        const { headers } = await service.handle(request());
        expect([at, cors, headers.get("access-control-allow-origin")]).toEqual([at, cors, shared]);
      }
    }
  });

  it("are absent for endpoints that users are sent to", async () => {
    const url = `https://${HOST}/${TENANT}/oauth2/v2.0/authorize`;
    expect(await originOf(busy, "primary", url)).toBeNull();
  });
});

describe("an error body", () => {
  it.each([
    [{ form: "json", value: { error: "x" } }, '{"error":"x"}', JSON_TYPE],
    [{ form: "text", text: "Too Many Requests" }, "Too Many Requests", "text/plain; charset=utf-8"],
    [
      { form: "text", text: "Zuviele Anfragen: später" },
      "Zuviele Anfragen: später",
      "text/plain; charset=utf-8",
    ],
    [{ form: "empty" }, "", null],
  ] as const)("%o is sent as it is, with its length in bytes", async (body, text, type) => {
    const response = await answerTo({ kind: "server-error", status: 502, body }, { at: "edge" });
    expect(response.status).toBe(502);
    expect(await textOfResponse(response)).toBe(text);
    // Fetch invents a type for a string body; only the declared one may go over the wire.
    expect(new Map(headersOf(response)).get("Content-Type") ?? null).toBe(type);
    expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
  });

  it("of a gateway is a page with its title, escaped", async () => {
    const body = { form: "html", title: "Down & <out>" } as const;
    const response = await answerTo({ kind: "server-error", status: 504, body }, { at: "edge" });
    const text = await response.text();
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(text).toContain("<title>Down &#38; &#60;out&#62;</title>");
    expect(text).toContain('<main role="alert"><h1>Down');
    expect(text).toContain("HTTP Error 504");
  });
});

describe("Retry-After", () => {
  const rawOf = async (retryAfter: RetryAfter): Promise<string | null> => {
    const effect: FaultEffect = { kind: "throttle", retryAfter, body: { form: "empty" } };
    const response = await answerTo(effect);
    expect(response.status).toBe(429);
    return response.headers.get("retry-after");
  };

  it.each<[RetryAfter, string | null]>([
    [{ form: "seconds", seconds: 120 }, "120"],
    [{ form: "seconds", seconds: 9_007_199_254_740_991 }, "9007199254740991"],
    [{ form: "http-date", seconds: 120 }, "Mon, 02 Mar 2026 08:02:10 GMT"],
    [{ form: "http-date", seconds: -60 }, "Mon, 02 Mar 2026 07:59:10 GMT"],
    [{ form: "zero" }, "0"],
    [{ form: "absent" }, null],
    [{ form: "garbage", text: "soon" }, "soon"],
  ])("in the form %o is sent as %s", async (retryAfter, raw) => {
    expect(await rawOf(retryAfter)).toBe(raw);
  });

  it("as a date is an HTTP date after the answer", async () => {
    const raw = await rawOf({ form: "http-date", seconds: 120 });
    expect(raw).toMatch(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
    expect(Date.parse(raw ?? "")).toBe(STARTED_AT + 10_000 + 120_000);
  });

  it("can be part of a 503 of either effect", async () => {
    const retryAfter = { form: "seconds", seconds: 5 } as const;
    const body = { form: "empty" } as const;
    for (const effect of [
      { kind: "throttle", status: 503, retryAfter, body },
      { kind: "server-error", status: 503, retryAfter, body },
    ] as const) {
      const response = await answerTo(effect);
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    }
  });
});
