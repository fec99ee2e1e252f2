/** Rule cached-token and tokens that the client has put out of its own cache. */
import { describe, expect, it } from "vitest";
import type { History } from "../history/event.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ben, type Call } from "../../test/support/run-builder-wire.ts";
import { cachedToken, isTokenEvicted } from "./cached-token.ts";

describe("a token that the client has evicted", () => {
  const read = "https://graph.microsoft.com/User.Read";
  const mail = "https://graph.microsoft.com/Mail.Read";
  const calendar = "https://graph.microsoft.com/Calendars.Read";

  const first: Call = { scopes: [read, mail] };

  function issue(run: RunBuilder, call: Call): void {
    const one = run.operation(call);
    run.exchange({ by: one, issued: { token: run.token(), refreshToken: "rt-1" } });
    one.ok();
    run.after(60_000);
  }

  function askAgain(run: RunBuilder, fails: boolean): void {
    const again = run.operation(first);
    run.exchange({ by: again, ...(fails ? { status: 503 } : {}) });
    if (fails) again.fails();
    else again.ok();
    run.after(60_000);
  }

  /** A token for the first set of scopes, and one for another call; a minute later a call for the first. */
  function afterAnother(other: Call, fails = false): History {
    const run = buildRun();
    issue(run, first);
    issue(run, other);
    askAgain(run, fails);
    return run.history();
  }

  it.each([false, true])("is named with what took its place (the service fails: %s)", (fails) => {
    const history = afterAnother({ scopes: [mail, calendar] }, fails);
    const { message, evidence } = cachedToken.judge(history);
    expect(message).toContain(
      "; the client had evicted it 1m into the run, when it got a token for overlapping scopes (https://graph.microsoft.com/calendars.read https://graph.microsoft.com/mail.read)",
    );
    expect(evidence).toContain(6);
    expect(isTokenEvicted(history)).toBe(true);
  });

  it.each([
    ["more", [read, mail, calendar]],
    ["fewer", [read]],
  ])("may have made room for one with %s scopes", (_, scopes) => {
    expect(isTokenEvicted(afterAnother({ scopes }))).toBe(true);
  });

  it.each<[what: string, other: Call]>([
    ["with the same scopes", { scopes: [mail, read] }],
    ["with other scopes", { scopes: [calendar] }],
    ["of another user", { scopes: [mail, calendar], user: ben }],
    ["of another instance", { scopes: [mail, calendar], client: "app-2" }],
    ["of another app", { scopes: [mail, calendar], app: "another" }],
    ["in another tenant", { scopes: [mail, calendar], tenant: "another" }],
    [
      "on behalf of the user",
      { scopes: [mail, calendar], flow: "on-behalf-of", assertion: "at-a" },
    ],
  ])("did not make room for a token %s", (_, other) => {
    for (const fails of [false, true]) {
      const history = afterAnother(other, fails);
      expect(cachedToken.judge(history).message).not.toContain("evicted");
      expect(isTokenEvicted(history)).toBe(false);
    }
  });

  it("is not one that came later, nor one that the call was made without", () => {
    const later = buildRun();
    issue(later, { scopes: [mail, calendar] });
    issue(later, first);
    askAgain(later, true);
    const before = buildRun();
    issue(before, first);
    askAgain(before, true);
    issue(before, { scopes: [mail, calendar] });
    for (const run of [later, before]) expect(isTokenEvicted(run.history())).toBe(false);
  });

  it("is none that a call hands out without a request all the same", () => {
    const run = buildRun();
    const tokens = [
      [run.token(), [read, mail]],
      [run.token(), [mail, calendar]],
    ] as const;
    for (const [token, scopes] of tokens) {
      const call = run.operation({ scopes });
      run.exchange({ by: call, issued: { token } });
      call.ok();
    }
    const [[token, scopes]] = tokens;
    run.operation({ scopes }).ok({ token });
    expect(isTokenEvicted(run.history())).toBe(false);
  });
});
