/** The error bodies of the backup: the envelope of the primary with the backup's own texts. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { parseObject } from "../../core/http/json-object.ts";
import { textOfResponse } from "../../core/http/message.ts";
import { decline, refuseDirectTraffic } from "./backup-reply.ts";
import { startBench } from "../../../test/support/backup-bench.ts";

const ID = "00000000-0000-4000-8000-00000000000a";
const CLIENTS = "00000000-0000-4000-8000-00000000000b";

const said = (errorSeparator: "crlf" | "space", correlationId: string) => ({
  id: ID,
  correlationId,
  cors: [],
  nowMs: Date.UTC(2026, 2, 2, 8),
  settings: { ...contoso.settings, errorSeparator },
});

describe.each([
  ["its decline", decline, 50033],
  ["its refusal of direct traffic", refuseDirectTraffic, 230109],
])("%s", (_, reply, code) => {
  it.each([
    ["crlf", "\r\n"],
    ["space", " "],
  ] as const)(
    "separates the parts of its description as the setting says: %s",
    async (name, between) => {
      const body = parseObject(await textOfResponse(reply(said(name, CLIENTS))));
      const parts = [
        `Trace ID: ${ID}`,
        `Correlation ID: ${CLIENTS}`,
        "Timestamp: 2026-03-02 08:00:00Z",
      ];
      expect(String(body?.["error_description"])).toContain(between + parts.join(between));
      expect(body).toMatchObject({ error_codes: [code], trace_id: ID, correlation_id: CLIENTS });
    },
  );
});

it.each(["no", "yes"] as const)(
  "can be read by the page that asks, with Retry-After exposed: %s",
  async (retryAfterExposed) => {
    const settings = { ...contoso.settings, retryAfterExposed };
    const bench = startBench({ ...contoso, settings });
    const nativeApp = contoso.tenants[0]?.apps.find(({ name }) => name === "desk-app");
    bench.fail();
    const form = {
      client_id: nativeApp?.clientId ?? "",
      grant_type: "refresh_token",
      refresh_token: "unknown",
    };
    const path = `${contoso.tenants[0]?.id}/oauth2/v2.0/token`;
    const byPage = await bench.send(path, { form, headers: { origin: "https://app.test" } });
    expect([byPage.byBackup, byPage.headers.get("access-control-allow-origin")]).toEqual([
      true,
      "*",
    ]);
    expect(byPage.headers.get("access-control-expose-headers")).toBe(
      `Content-Length,Content-Encoding,x-ms-request-id,x-ms-srs${retryAfterExposed === "yes" ? ",Retry-After" : ""}`,
    );
    const byProgram = await bench.send(path, { form });
    expect(byProgram.headers.get("access-control-allow-origin")).toBeNull();
  },
);

it("repeats the correlation id of the request", async () => {
  const bench = startBench();
  const [tenant] = contoso.tenants;
  const nativeApp = tenant?.apps.find(({ name }) => name === "desk-app");
  bench.fail();
  const { json, byBackup } = await bench.send(`${tenant?.id}/oauth2/v2.0/token`, {
    headers: { "client-request-id": CLIENTS },
    form: {
      client_id: nativeApp?.clientId ?? "",
      grant_type: "refresh_token",
      refresh_token: "unknown",
      scope: "openid",
    },
  });
  expect([byBackup, json["error_codes"], json["correlation_id"]]).toEqual([true, [50033], CLIENTS]);
});

it("makes a new correlation id for a client that sent none", async () => {
  const bench = startBench();
  const [tenant] = contoso.tenants;
  const nativeApp = tenant?.apps.find(({ name }) => name === "desk-app");
  bench.fail();
  const { json, headers } = await bench.send(`${tenant?.id}/oauth2/v2.0/token`, {
    form: {
      client_id: nativeApp?.clientId ?? "",
      grant_type: "refresh_token",
      refresh_token: "unknown",
      scope: "openid",
    },
  });
  expect(json["trace_id"]).toBe(headers.get("x-ms-request-id"));
  expect(json["correlation_id"]).toMatch(/^[0-9a-f]{8}-/);
  expect(json["correlation_id"]).not.toBe(json["trace_id"]);
});
