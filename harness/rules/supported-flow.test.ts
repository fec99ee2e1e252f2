import { describe, expect, it } from "vitest";
import { buildRun } from "../../test/support/run-builder.ts";
import type { Ask, Reply } from "../../test/support/run-builder-wire.ts";
import { supportedFlow } from "./supported-flow.ts";

/** A history with one request for each of these. */
function judge(...asked: readonly (Ask & Reply)[]) {
  const run = buildRun();
  for (const ask of asked) run.exchange(ask);
  return supportedFlow.judge(run.history());
}

const consent = {
  endpoint: "authorize",
  url: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?prompt=consent&scope=x",
} as const;

describe("supported-flow", () => {
  it("passes for silent calls, codes, assertions and app credentials", () => {
    const flows = ["silent", "authorization-code", "on-behalf-of", "client-credentials"] as const;
    expect(judge(...flows.map((flow) => ({ flow })), { endpoint: "authorize" })).toMatchObject({
      verdict: "pass",
      message:
        "All 5 requests did without a password, a device code and UserInfo, and without asking for consent in an outage. Rule backup-flow says which flows the backup system serves.",
    });
  });

  it.each<[string, Ask]>([
    ["the password grant", { flow: "password" }],
    ["the device code flow", { endpoint: "device-code" }],
    ["the device code flow", { flow: "device-code" }],
    ["the UserInfo endpoint", { endpoint: "userinfo" }],
  ])("fails for %s", (name, ask) => {
    expect(judge({}, ask)).toEqual({
      verdict: "fail",
      message: `app-1 used ${name} (1 of 2 requests).`,
      evidence: [2],
    });
  });

  it("fails for a password grant whose connection failed", () => {
    const run = buildRun();
    const call = run.operation({ flow: "password" });
    run.exchange({ by: call, sent: "connection", networkFault: "ENOTFOUND" });
    expect(supportedFlow.judge(run.history()).verdict).toBe("fail");
  });

  it.each(["consent select_account", "login%20consent", "login+consent"])(
    "fails for a consent prompt among others: %s",
    (prompts) => {
      const run = buildRun();
      run.fault({ id: "down" });
      run.exchange({ ...consent, url: consent.url.replace("consent", prompts) });
      expect(supportedFlow.judge(run.history()).verdict).toBe("fail");
    },
  );

  it("fails for a consent prompt in an outage, and only then", () => {
    const run = buildRun();
    run.exchange(consent);
    run.at("00:01:00");
    const ends = run.fault({ id: "down" });
    run.at("00:05:00");
    expect(supportedFlow.judge(run.history()).verdict).toBe("pass");
    run.exchange({ ...consent, url: consent.url.replace("consent", "select_account") });
    expect(supportedFlow.judge(run.history()).verdict).toBe("pass");
    run.exchange(consent);
    ends();
    run.at("00:10:00");
    run.exchange(consent);
    expect(supportedFlow.judge(run.history())).toMatchObject({
      verdict: "fail",
      message: "app-1 used a consent prompt in an outage (1 of 4 requests).",
      evidence: [5],
    });
  });

  it("is inconclusive without a sign-in or token request", () => {
    expect(judge().verdict).toBe("inconclusive");
    expect(judge({ endpoint: "keys" }, { endpoint: "resource" }).verdict).toBe("inconclusive");
  });
});
