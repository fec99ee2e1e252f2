/** The control API of a served simulation. */
import http from "node:http";
import { describe, expect, it, vi } from "vitest";
import { minutes } from "../../core/time/duration.ts";
import {
  answerTo,
  ask,
  control,
  daemonRequest,
  METADATA,
  serve,
} from "../../../test/support/serve.ts";
import { routes } from "./routes.ts";

describe("the control API", () => {
  it("says how it is without a token, and nothing else", async () => {
    const { ready } = await serve();
    const get = (path: string) => answerTo(http.request(new URL(path, ready.control)));
    expect(await get("/health")).toMatchObject({ status: 200 });
    for (const { method, path, open } of routes) {
      if (open === true || method !== "GET") continue;
      expect([path, (await get(path)).status]).toEqual([path, 401]);
    }
  });

  it.each([
    ["a name that was rebound to this machine", { Host: "attacker.example" }],
    ["a page of another site", { Origin: "https://attacker.example" }],
  ])("refuses %s, also with the token", async (_title, headers) => {
    const { ready } = await serve();
    const authorization = { Authorization: `Bearer ${ready.token}` };
    const url = new URL("/state", ready.control);
    const request = http.request(url, { headers: { ...authorization, ...headers } });
    expect(await answerTo(request)).toMatchObject({ status: 403 });
  });

  it("describes every operation in its OpenAPI document", async () => {
    const serving = await serve();
    const { json } = await control(serving, "GET", "/openapi.json");
    const { openapi, paths } = json as {
      readonly openapi: string;
      readonly paths: Readonly<Record<string, object>>;
    };
    expect(openapi).toBe("3.1.0");
    for (const { method, path } of routes) expect(paths[path]).toHaveProperty(method.toLowerCase());
  });

  it("starts an outage by preset and ends it", async () => {
    const serving = await serve();
    const { status, json } = await control(serving, "POST", "/outages", {
      preset: "throttled",
      options: { retryAfter: { form: "seconds", seconds: 7 } },
    });
    expect({ status, json }).toMatchObject({ status: 201, json: { ids: ["throttled"] } });
    expect(await ask(serving, daemonRequest)).toMatchObject({ status: 429 });
    await control(serving, "DELETE", "/outages/throttled");
    expect(await ask(serving, daemonRequest)).toMatchObject({ status: 200 });
    expect((await control(serving, "GET", "/outages")).json).toEqual([]);
  });

  it("counts for Prometheus", async () => {
    const serving = await serve();
    const metrics = async () => (await control(serving, "GET", "/metrics")).text;
    expect(await metrics()).toContain("brownout_faults_active 0\n");
    await control(serving, "POST", "/outages", { preset: "throttled" });
    await ask(serving, daemonRequest);
    await control(serving, "DELETE", "/outages/throttled");
    await ask(serving, daemonRequest);
    const text = await metrics();
    for (const line of [
      '{endpoint="token",served_by="primary",result="429"} 1',
      '{endpoint="token",served_by="primary",result="200"} 1',
      'brownout_tokens_issued_total{endpoint="token"} 1',
      'brownout_faults_met_total{fault="throttled"} 1',
      "brownout_faults_active 0",
      "brownout_requests_in_flight 0",
    ])
      expect(text).toContain(`${line}\n`);
    // Each line is a comment or a sample of the text format.
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)+\})? [\d.]+)$/);
  });

  it("ends a fault after its ttl by the machine's clock, when no one clears it", async () => {
    const serving = await serve();
    await control(serving, "POST", "/outages", { preset: "throttled", ttl: "300ms" });
    await vi.waitFor(
      async () => expect(await ask(serving, daemonRequest)).toMatchObject({ status: 200 }),
      { timeout: 30_000, interval: 100 },
    );
  });

  it("says how a fault is shown that this way in cannot show as it is", async () => {
    const serving = await serve();
    const { json } = await control(serving, "POST", "/outages", { preset: "unreachable" });
    expect(json).toMatchObject({
      shown: { unreachable: { direct: "reset in the TLS handshake", proxy: "502 to CONNECT" } },
    });
  });

  it.each([
    [{ preset: "throtled" }, 'did you mean \\"throttled\\"'],
    [{ preset: "throttled", plan: [] }, "either a preset or a plan"],
    [{ preset: "throttled", tll: "1m" }, "tll"],
    [{ plan: [{ id: "x" }] }, "plan"],
    [{ preset: "throttled", ttl: "soon" }, "ttl"],
  ])("refuses %j with what is wrong with it", async (body, said) => {
    const serving = await serve();
    const { status, text } = await control(serving, "POST", "/outages", body);
    expect(status).toBe(400);
    expect(text.toLowerCase()).toContain(said.toLowerCase());
  });

  it("moves a stepped clock, by which a token expires", async () => {
    const serving = await serve();
    const before = serving.supervisor.current().live.clock.now();
    const { json } = await control(serving, "POST", "/clock/advance", { by: "2h" });
    expect(json).toEqual({ now: before + minutes(120) });
  });

  it("does not move a clock that runs by itself", async () => {
    const serving = await serve({ clock: { kind: "flowing", rate: 1 } });
    expect(await control(serving, "POST", "/clock/advance", { by: "2h" })).toMatchObject({
      status: 400,
    });
  });

  it("lets time pass as many times as fast as asked", async () => {
    const serving = await serve({ clock: { kind: "flowing", rate: 10_000 } });
    const { live } = serving.supervisor.current();
    await vi.waitFor(() => expect(live.clock.elapsed()).toBeGreaterThan(minutes(5)), {
      timeout: 30_000,
    });
  });

  it("changes the world", async () => {
    const serving = await serve();
    const change = { change: "disable", user: "adele" };
    expect(await control(serving, "POST", "/world", change)).toMatchObject({ status: 200 });
    expect((await control(serving, "GET", "/timeline")).text).toMatch(/disable/);
    expect(
      await control(serving, "POST", "/world", { change: "disable", user: "no-one" }),
    ).toMatchObject({ status: 404 });
  });

  it("attributes the requests of a program to the operation that it has begun", async () => {
    const serving = await serve();
    const { json } = await control(serving, "POST", "/operations", { name: "load orders" });
    await ask(serving, daemonRequest);
    await control(serving, "POST", `/operations/${(json as { id: number }).id}/end`, {
      failed: "no orders",
    });
    await ask(serving, { url: METADATA });
    const { events } = serving.supervisor.current().history();
    expect(events.filter(({ kind }) => kind === "exchange-began")).toMatchObject([
      { operation: 1 },
      expect.not.objectContaining({ operation: 1 }),
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "operation-completed", outcome: "fail" }),
    );
    expect(await control(serving, "POST", "/operations/1/end", {})).toMatchObject({ status: 404 });
  });

  it("begins anew on the same port", async () => {
    const serving = await serve();
    await control(serving, "POST", "/outages", { preset: "throttled" });
    await ask(serving, daemonRequest);
    await control(serving, "POST", "/reset", {});
    expect((await control(serving, "GET", "/requests")).json).toEqual([]);
    expect(await ask(serving, daemonRequest)).toMatchObject({ status: 200 });
  });

  it("says what the rules find so far", async () => {
    const serving = await serve();
    await control(serving, "POST", "/outages", { preset: "throttled" });
    for (let call = 0; call < 3; call += 1) await ask(serving, daemonRequest);
    const { json } = await control(serving, "GET", "/findings");
    expect(json).toMatchObject({
      verdict: "fail",
      findings: expect.arrayContaining([
        expect.objectContaining({ rule: "retry-after", verdict: "fail" }),
      ]) as unknown,
    });
  });
});

describe("GET /requests", () => {
  it("says who asked, and takes the last of them", async () => {
    const serving = await serve();
    await ask(serving, { url: METADATA, way: "proxy", proxyUser: "pod-a" });
    await ask(serving, { ...daemonRequest, way: "proxy", proxyUser: "pod-b" });
    const list = async (query: string) =>
      (await control(serving, "GET", `/requests${query}`)).json as readonly object[];
    expect(await list("")).toMatchObject([{ client: "pod-a-1" }, { client: "pod-b-1" }]);
    expect(await list("?last=1")).toMatchObject([{ client: "pod-b-1", endpoint: "token" }]);
    expect(await list("?endpoint=openid-configuration")).toMatchObject([{ client: "pod-a-1" }]);
    for (const query of ["last=0", "endpoint=tokn", "lasst=1"])
      expect(await control(serving, "GET", `/requests?${query}`)).not.toMatchObject({
        status: 200,
      });
  });
});
