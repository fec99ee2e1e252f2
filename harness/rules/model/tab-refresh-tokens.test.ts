/** Rules reload and silent-first where each tab has a refresh token of its own. */
import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { ada } from "../../../test/support/run-builder-wire.ts";
import { reload } from "../reload.ts";

/** Ada signs in in a tab, which is opened for it. */
function signIn(run: RunBuilder, tab: string, refreshToken: string): void {
  run.tab("opened", tab);
  const call = run.operation({ flow: "popup", tab });
  run.exchange({ by: call, issued: { token: run.token(), refreshToken } });
  call.ok();
}

function asks(run: RunBuilder, tab: string): string {
  const popup = run.operation({ flow: "popup", tab, scopes: [] });
  run.prompt({ operation: popup.operation, user: ada });
  const { verdict, message } = reload.judge(run.history());
  return `${verdict}: ${message}`;
}

describe("the refresh token of a tab", () => {
  it("is its own: a newer one of another tab is not lost by the reload of this one", () => {
    const run = buildRun();
    signIn(run, "tab-1", "rt-1");
    run.at("24:30:00");
    signIn(run, "tab-2", "rt-2");
    run.at("25:00:00");
    run.tab("reloaded", "tab-1");
    expect(asks(run, "tab-1")).toMatch(/^inconclusive/);
  });

  it("is lost by the reload of its tab, with its own age", () => {
    const run = buildRun();
    signIn(run, "tab-1", "rt-1");
    run.at("20:30:00");
    signIn(run, "tab-2", "rt-2");
    run.at("22:00:00");
    run.tab("reloaded", "tab-1");
    expect(asks(run, "tab-1")).toContain("a refresh token received 22h earlier");
  });

  it("stays when the service refuses that of another tab", () => {
    const run = buildRun();
    signIn(run, "tab-1", "rt-1");
    run.at("02:00:00");
    signIn(run, "tab-2", "rt-2");
    run.at("04:00:00");
    const refused = run.operation({ tab: "tab-1" });
    const error = { error: "invalid_grant", codes: [700_084] };
    const form = { refresh_token: "rt-1" };
    run.exchange({ by: refused, form, status: 400, error, issued: "nothing" });
    refused.fails({ interactionRequired: true });
    run.tab("reloaded", "tab-2");
    expect(asks(run, "tab-2")).toContain("a refresh token received 2h earlier");
  });
});
