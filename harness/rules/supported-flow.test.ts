import { describe, expect, it } from "vitest";
import { story } from "../../test/support/check-story.ts";
import type { Ask, Reply } from "../../test/support/check-story-wire.ts";
import { supportedFlow } from "./supported-flow.ts";

/** A history with one request for each of these. */
function judge(...asked: readonly (Ask & Reply)[]) {
  const told = story();
  for (const ask of asked) told.exchange(ask);
  return supportedFlow.judge(told.history());
}

const consent = {
  endpoint: "authorize",
  url: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?prompt=consent&scope=x",
} as const;

describe("supported-flow", () => {
  it("holds for silent calls, codes, assertions and app credentials", () => {
    const flows = ["silent", "authorization-code", "on-behalf-of", "client-credentials"] as const;
    expect(judge(...flows.map((flow) => ({ flow })), { endpoint: "authorize" })).toMatchObject({
      verdict: "pass",
      message:
        "None of 5 requests used a password, a device code or UserInfo, nor asked for consent in an outage. Which flows the backup system serves, backup-flow tells.",
    });
  });

  it.each<[string, Ask]>([
    ["the password grant", { flow: "password" }],
    ["the device code flow", { endpoint: "device-code" }],
    ["the device code flow", { flow: "device-code" }],
    ["the UserInfo endpoint", { endpoint: "userinfo" }],
  ])("is broken by %s", (name, ask) => {
    expect(judge({}, ask)).toEqual({
      verdict: "fail",
      message: `app-1 used ${name} (1 of 2 requests).`,
      evidence: [2],
    });
  });

  it("is broken by a password grant that got no connection", () => {
    const told = story();
    const call = told.operation({ flow: "password" });
    told.exchange({ by: call, sent: "connection", networkFault: "ENOTFOUND" });
    expect(supportedFlow.judge(told.history()).verdict).toBe("fail");
  });

  it("is broken by a consent prompt in an outage, and only there", () => {
    const told = story();
    told.exchange(consent);
    told.at("00:01:00");
    const ends = told.fault({ id: "down" });
    told.at("00:05:00");
    expect(supportedFlow.judge(told.history()).verdict).toBe("pass");
    told.exchange({ ...consent, url: consent.url.replace("consent", "select_account") });
    expect(supportedFlow.judge(told.history()).verdict).toBe("pass");
    told.exchange(consent);
    ends();
    told.at("00:10:00");
    told.exchange(consent);
    expect(supportedFlow.judge(told.history())).toMatchObject({
      verdict: "fail",
      message: "app-1 used a consent prompt in an outage (1 of 4 requests).",
      evidence: [5],
    });
  });

  it("saw nothing when nobody signed in or asked for a token", () => {
    expect(judge().verdict).toBe("inconclusive");
    expect(judge({ endpoint: "keys" }, { endpoint: "resource" }).verdict).toBe("inconclusive");
  });
});
