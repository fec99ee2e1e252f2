/** Traces of a served simulation, as a receiver of OpenTelemetry gets them. */
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { textOf } from "../../core/thrown.ts";
import { ask, control, daemonRequest, METADATA, serve } from "../../../test/support/serve.ts";
import type { Span } from "./spans.ts";

interface Received {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly spans: readonly Span[];
}

/** A receiver of traces that answers with that status. */
async function receiver(status = 200) {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as {
        readonly resourceSpans: readonly [{ scopeSpans: readonly [{ spans: readonly Span[] }] }];
      };
      const { spans } = resourceSpans[0].scopeSpans[0];
      const { authorization } = request.headers;
      received.push({ url: request.url, authorization, spans });
      response.writeHead(status, { "Content-Type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    otlp: { url: `http://127.0.0.1:${port}/v1/traces`, headers: { authorization: "key" } },
    received,
    spans: () => received.flatMap(({ spans }) => spans),
  };
}

function valueOf(span: Span | undefined, key: string): string | undefined {
  const value = span?.attributes.find((one) => one.key === key)?.value;
  return value === undefined ? undefined : "intValue" in value ? value.intValue : value.stringValue;
}

it("sends the run, its operations and their exchanges, and faults as events", async () => {
  const { otlp, received, spans } = await receiver();
  const serving = await serve({ otlp });
  const { json } = await control(serving, "POST", "/operations", {
    name: "load orders",
    requests: "all",
  });
  await control(serving, "POST", "/outages", { preset: "throttled" });
  await ask(serving, daemonRequest);
  await control(serving, "DELETE", "/outages");
  await control(serving, "POST", "/clock/advance", { by: "2s" });
  await ask(serving, daemonRequest);
  const { id } = json as { readonly id: number };
  await control(serving, "POST", `/operations/${id}/end`, { failed: "no orders" });
  await ask(serving, { url: METADATA });
  await serving.stop();

  expect(received.every(({ url }) => url === "/v1/traces")).toBe(true);
  expect(received.every(({ authorization }) => authorization === "key")).toBe(true);
  const all = spans();
  const named = (name: string) => all.filter((span) => span.name === name);
  const [run] = named("brownout run");
  const [operation] = named("load orders");
  const [throttled, served] = named("POST token");
  const [metadata] = named("GET openid-configuration");
  expect(all).toHaveLength(5);
  expect(new Set(all.map(({ traceId }) => traceId))).toEqual(new Set([run?.traceId]));
  expect(run?.parentSpanId).toBeUndefined();
  expect(run?.events.map(({ name }) => name)).toEqual(["fault began", "fault ended"]);
  expect(operation).toMatchObject({
    parentSpanId: run?.spanId,
    status: { code: 2, message: "no orders" },
  });
  expect(throttled).toMatchObject({ parentSpanId: operation?.spanId, kind: 2 });
  expect(throttled?.events).toMatchObject([{ name: "fault met" }]);
  expect(valueOf(throttled, "http.response.status_code")).toBe("429");
  expect(valueOf(served, "http.response.status_code")).toBe("200");
  expect(valueOf(served, "url.full")).toContain("login.microsoftonline.com");
  expect(metadata).toMatchObject({ parentSpanId: run?.spanId, links: [] });
  const between = BigInt(served?.startTimeUnixNano ?? 0) - BigInt(throttled?.endTimeUnixNano ?? 0);
  expect(between).toBeGreaterThanOrEqual(2_000_000_000n);
  for (const { traceId, spanId } of all)
    expect(`${traceId} ${spanId}`).toMatch(/^[\da-f]{32} [\da-f]{16}$/);
  expect(JSON.stringify(all)).not.toContain("fixture-secret");
});

it("makes an exchange the child of the span that its request names", async () => {
  const { otlp, spans } = await receiver();
  const serving = await serve({ otlp });
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const ids = [
    `00-${trace}-00f067aa0ba902b7-01`,
    `00-${trace}-00f067aa0ba902b7-00`,
    `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
    "nonsense",
  ];
  for (const traceparent of ids) await ask(serving, { url: METADATA, headers: { traceparent } });
  await serving.stop();
  const run = spans().find(({ name }) => name === "brownout run");
  const [child, ...others] = spans().filter((span) => span !== run);
  expect(child).toMatchObject({
    traceId: trace,
    parentSpanId: "00f067aa0ba902b7",
    links: [{ traceId: run?.traceId, spanId: run?.spanId }],
  });
  expect(others).toHaveLength(3);
  for (const other of others)
    expect(other).toMatchObject({ traceId: run?.traceId, parentSpanId: run?.spanId });
});

it("sends while the simulation goes on", async () => {
  const { otlp, spans } = await receiver();
  const serving = await serve({ otlp });
  await ask(serving, { url: METADATA });
  await expect.poll(() => spans().length, { timeout: 20_000 }).toBe(1);
});

it.each([
  ["refuses them", async () => (await receiver(503)).otlp.url],
  ["is not there", () => Promise.resolve("http://127.0.0.1:1/v1/traces")],
])("a receiver that %s is reported once, and changes no verdict", async (_title, urlOf) => {
  const said: string[] = [];
  const otlp = { url: await urlOf(), headers: {} };
  const serving = await serve({ otlp, onProblem: (error) => said.push(textOf(error)) });
  const plain = await serve();
  for (const one of [serving, plain]) {
    await control(one, "POST", "/outages", { preset: "throttled" });
    for (let call = 0; call < 20; call += 1) await ask(one, daemonRequest);
  }
  const findings = async (one: typeof serving) =>
    (
      (await control(one, "GET", "/findings")).json as { findings: { rule: string }[] }
    ).findings.map(({ rule }) => rule);
  expect(await findings(serving)).toEqual(await findings(plain));
  expect(await findings(plain)).not.toEqual([]);
  await serving.stop();
  expect(said).toEqual([expect.stringContaining("traces are not taken")]);
});
