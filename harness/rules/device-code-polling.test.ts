import { describe, expect, it } from "vitest";
import { deviceCodePolling } from "./device-code-polling.ts";
import { buildRun, type BuiltOperation, type RunBuilder } from "../../test/support/run-builder.ts";
import type { Reply } from "../../test/support/run-builder-wire.ts";

const judge = (run: RunBuilder) => deviceCodePolling.judge(run.history());
const pending: Reply = { status: 400, error: "authorization_pending", issued: "nothing" };
const slowDown: Reply = { status: 400, error: "slow_down", issued: "nothing" };
const down: Reply = { status: 503, issued: "nothing" };

/** A sign-in whose polls are answered like this, so many seconds after the one before. */
function polled(polls: readonly (readonly [afterSeconds: number, reply: Reply])[]) {
  const run = buildRun();
  const operation: BuiltOperation = run.operation({ flow: "device-code" });
  for (const [seconds, reply] of polls) {
    run.after(seconds * 1_000);
    run.exchange({ by: operation, grant: "device_code", ...reply });
  }
  return { run, operation };
}

/** The verdict on a sign-in that ends with the expiry of its code, `endsAtMinute`; the one poll, `beforeMs` earlier, got a 503. */
function endsWithCode(endsAtMinute: number, expiresIn?: number | null, beforeMs = 5_000): string {
  const run = buildRun();
  const operation = run.operation({ flow: "device-code" });
  run.exchange({ by: operation, endpoint: "device-code" });
  run.after(endsAtMinute * 60_000 - beforeMs);
  run.exchange({ by: operation, grant: "device_code", ...down });
  run.after(beforeMs);
  operation.fails({ code: "device_code_expired" });
  const { header, events } = run.history();
  const body = JSON.stringify({ user_code: "A1B2C3D4E", expires_in: expiresIn });
  const answered = events.map((event) =>
    event.kind === "exchange-ended" && event.exchange === 1 && event.end.kind === "response"
      ? { ...event, end: { ...event.end, body } }
      : event,
  );
  return deviceCodePolling.judge({ header, events: answered }).verdict;
}

describe("device-code-polling, of a device that gives up with the expiry of its code,", () => {
  it("passes when no other poll was due before", () => {
    expect(endsWithCode(15)).toBe("pass");
    expect(endsWithCode(14)).toBe("fail");
    expect(endsWithCode(5, 300)).toBe("pass");
    expect(endsWithCode(15, 1_800)).toBe("fail");
  });

  it("fails when it stopped polling long before, even with a minute of back-off", () => {
    expect(endsWithCode(15, 900, 65_000)).toBe("pass");
    expect(endsWithCode(15, 900, 65_001)).toBe("fail");
    expect(endsWithCode(15, 900, 12 * 60_000)).toBe("fail");
  });

  it("takes fifteen minutes where the answer names no number", () => {
    expect([endsWithCode(14, null), endsWithCode(15, null)]).toEqual(["fail", "pass"]);
  });
});

describe("device-code-polling", () => {
  it("passes for a device that polls on, slower after slow_down", () => {
    const { run, operation } = polled([
      [0, pending],
      [5, slowDown],
      [10, down],
      [10, slowDown],
      [15, {}],
    ]);
    operation.ok();
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message: "3 polls answered slow_down or failed, and polling went on.",
    });
  });

  it.each([
    ["slow_down", slowDown, "slow_down"],
    ["a 503", down, "a 503"],
    ["a reset", { networkFault: "ECONNRESET", issued: "nothing" } as Reply, "ECONNRESET"],
  ])("fails for a device that gives up after %s", (_, reply, shown) => {
    const { run, operation } = polled([
      [0, pending],
      [5, reply],
    ]);
    operation.fails({ code: "post_request_failed" });
    const { verdict, message, evidence } = judge(run);
    expect([verdict, message]).toEqual(["fail", `app-1 gave up a sign-in after ${shown}.`]);
    expect(evidence).toHaveLength(2);
  });

  it("fails for a device that does not slow down, by five seconds each time", () => {
    const { run, operation } = polled([
      [0, slowDown],
      [5, {}],
    ]);
    operation.ok();
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: "app-1 polled again after 5s, and slow_down asks for 10s.",
    });
    const twice = polled([
      [0, slowDown],
      [10, slowDown],
      [10, {}],
    ]);
    twice.operation.ok();
    expect(judge(twice.run).verdict).toBe("fail");
  });

  it("fails for a device that slows down once and goes back to its old pace", () => {
    const { run, operation } = polled([
      [0, pending],
      [5, slowDown],
      [10, pending],
      [10, pending],
      [5, pending],
      [5, {}],
    ]);
    operation.ok();
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: "app-1 polled again after 5s, and slow_down asks for 10s, and 1 more time.",
    });
  });

  it("adds the five seconds to the pace of the device, if that was slower than asked", () => {
    const after = (seconds: number) => {
      const { run, operation } = polled([
        [0, pending],
        [15, pending],
        [10, slowDown],
        [seconds, {}],
      ]);
      operation.ok();
      return judge(run);
    };
    expect(after(15).verdict).toBe("pass");
    expect(after(10)).toMatchObject({
      verdict: "fail",
      message: "app-1 polled again after 10s, and slow_down asks for 15s.",
    });
  });

  it("does not count a longer wait after a failure as the pace to slow down from", () => {
    const { run, operation } = polled([
      [0, pending],
      [5, down],
      [40, pending],
      [5, slowDown],
      [10, pending],
      [10, {}],
    ]);
    operation.ok();
    expect(judge(run).verdict).toBe("pass");
  });

  it("takes a pause for long enough that is up to a second too short", () => {
    const after = (seconds: number) => {
      const { run, operation } = polled([
        [0, slowDown],
        [seconds, {}],
      ]);
      operation.ok();
      return judge(run).verdict;
    };
    expect(after(9)).toBe("pass");
    expect(after(8.999)).toBe("fail");
  });

  it("passes for a device that is cut off, or refused, after it polled on", () => {
    const cutOff = polled([
      [0, pending],
      [5, down],
    ]);
    cutOff.operation.unknown();
    expect(judge(cutOff.run).verdict).toBe("pass");
    const refused = polled([
      [0, slowDown],
      [10, { status: 400, error: "expired_token", issued: "nothing" }],
    ]);
    refused.operation.fails();
    expect(judge(refused.run).verdict).toBe("pass");
  });

  it.each([
    ["for metadata", { endpoint: "openid-configuration" }],
    ["for the code itself", { endpoint: "device-code" }],
    ["with another grant", { grant: "refresh_token" }],
  ] as const)("does not take a request %s for a poll", (_, ask) => {
    const run = buildRun();
    const operation = run.operation({ flow: "device-code" });
    run.exchange({ by: operation, ...ask, ...down });
    operation.fails();
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("is inconclusive when no poll was disturbed, and lets a device give up that was refused", () => {
    const { run, operation } = polled([
      [0, pending],
      [5, { status: 400, error: "authorization_declined", issued: "nothing" }],
    ]);
    operation.fails();
    expect(judge(run).verdict).toBe("inconclusive");
  });
});
