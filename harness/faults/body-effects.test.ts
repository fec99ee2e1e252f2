import { describe, expect, it } from "vitest";
import { createResponse, deliveryOf, headersOf, textOfResponse } from "../core/http/message.ts";
import { alterResponse } from "./body-effects.ts";
import type { ResponseEffect } from "./effect-traits.ts";
import type { FaultEffect } from "./plan.ts";
import { answerTo, GOOD_TEXT } from "../../test/support/fault.ts";

const JSON_TYPE = "application/json; charset=utf-8";

describe("the body of a good answer", () => {
  const length = Buffer.byteLength(GOOD_TEXT);

  it.each<[FaultEffect, object]>([
    [
      { kind: "slow-body", chunkBytes: 7, everyMs: 100 },
      { kind: "slow", chunkBytes: 7, everyMs: 100 },
    ],
    [
      { kind: "stalled-body", bytes: 9, forMs: 4_000 },
      { kind: "stalled", bytes: 9, forMs: 4_000 },
    ],
    [
      { kind: "cut-body", bytes: 9, by: "fin" },
      { kind: "cut", bytes: 9, by: "fin" },
    ],
    [
      { kind: "cut-body", bytes: 0, by: "reset" },
      { kind: "cut", bytes: 0, by: "reset" },
    ],
  ])("keeps its text under %o, and only its delivery changes", async (effect, delivery) => {
    const response = await answerTo(effect);
    expect(deliveryOf(response)).toEqual(delivery);
    expect(await textOfResponse(response)).toBe(GOOD_TEXT);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, JSON_TYPE]);
  });

  it("declares its whole length when it is cut, so that the client can notice", async () => {
    const response = await answerTo({ kind: "cut-body", bytes: 9, by: "fin" });
    expect(response.headers.get("content-length")).toBe(String(length));
  });

  it("declares the shorter length when it is truncated, so that the client cannot notice", async () => {
    const response = await answerTo({ kind: "truncated-body", bytes: 9 });
    expect(await response.text()).toBe(GOOD_TEXT.slice(0, 9));
    expect(response.headers.get("content-length")).toBe("9");
    expect(deliveryOf(response)).toEqual({ kind: "whole" });
  });

  it("is never truncated inside a character", async () => {
    const response = await answerTo({ kind: "truncated-body", bytes: 2 }, { text: "aé" });
    expect(await response.text()).toBe("a");
  });

  it.each<FaultEffect>([
    { kind: "cut-body", bytes: length, by: "fin" },
    { kind: "truncated-body", bytes: length + 1 },
    { kind: "stalled-body", bytes: length, forMs: 1 },
  ])("arrives whole under %o, when it is shorter", async (effect) => {
    const response = await answerTo(effect);
    expect(deliveryOf(response)).toEqual({ kind: "whole" });
    expect(await response.text()).toBe(GOOD_TEXT);
  });

  it.each<[ResponseEffect, string]>([
    [{ kind: "slow-body", chunkBytes: 1, everyMs: 1 }, ""],
    [{ kind: "stalled-body", bytes: 2, forMs: 1 }, "{}"],
    [{ kind: "cut-body", bytes: 2, by: "reset" }, "{}"],
    [{ kind: "truncated-body", bytes: 2 }, "{}"],
    [{ kind: "keys-withdrawn" }, '{"keys":[]}'],
  ])("is the same response under %o when it is %j", async (effect, text) => {
    const response = createResponse(text, { status: 200, headers: [] });
    expect(await alterResponse(effect, response)).toBe(response);
  });

  it("keeps its status and the spelling of its headers when the body changes", async () => {
    const response = createResponse("busy", {
      status: 503,
      headers: [
        ["content-type", "text/plain"],
        ["Retry-After", "5"],
      ],
    });
    const effect = { kind: "wrong-content-type", contentType: "text/html" } as const;
    const altered = await alterResponse(effect, response);
    expect(altered.status).toBe(503);
    expect(headersOf(altered)).toEqual([
      ["content-type", "text/html"],
      ["Retry-After", "5"],
    ]);
  });

  it("is not delivered slowly when it is empty", async () => {
    const response = await answerTo({ kind: "slow-body", chunkBytes: 1, everyMs: 1 }, { text: "" });
    expect(deliveryOf(response)).toEqual({ kind: "whole" });
  });

  it("has another content type under wrong-content-type", async () => {
    const response = await answerTo({ kind: "wrong-content-type", contentType: "text/html" });
    expect(response.headers.get("content-type")).toBe("text/html");
    expect(headersOf(response)).toEqual([["Content-Type", "text/html"]]);
    expect(await response.text()).toBe(GOOD_TEXT);
  });
});

describe("the effect keys-withdrawn", () => {
  const withdrawnFrom = async (text: string): Promise<string> =>
    (await answerTo({ kind: "keys-withdrawn" }, { text })).text();

  it("removes the first key, which is the signing key, and nothing else", async () => {
    const keySet = { keys: [{ kid: "signs" }, { kid: "retired" }], more: 1 };
    expect(JSON.parse(await withdrawnFrom(JSON.stringify(keySet)))).toEqual({
      keys: [{ kid: "retired" }],
      more: 1,
    });
  });

  it("removes the newest key of the first family where there are several", async () => {
    const key = (kid: string, cloud: string) => ({ kid, cloud_instance_name: cloud, issuer: "i" });
    const keys = [key("old", "a"), key("signs", "a"), key("other", "b")];
    expect(JSON.parse(await withdrawnFrom(JSON.stringify({ keys })))).toEqual({
      keys: [keys[0], keys[2]],
    });
  });

  it.each(['{"keys":[]}', '{"error":"x"}', "null", "<html>"])(
    "does not change %s",
    async (text) => {
      expect(await withdrawnFrom(text)).toBe(text);
    },
  );
});
