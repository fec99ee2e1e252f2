/** Invented runs of browser applications for the rules fallback-to-interaction and silent-first. */
import { describe, expect, it } from "vitest";
import { fallbackToInteraction } from "./fallback-to-interaction.ts";
import { silentFirst } from "./silent-first.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, type Ask, type Reply } from "../../test/support/run-builder-wire.ts";

const judge = (run: RunBuilder) => fallbackToInteraction.judge(run.history());
const tab = "tab-1";
const inIframe = { endpoint: "authorize", issued: "nothing" } as const;
const tooOld = { error: "invalid_grant", codes: [700084], suberror: "bad_token" };

type Asked = (Ask & Reply) | "no request";

/** A silent call in a page, with these requests; it fails with `code`. */
function silently(
  run: RunBuilder,
  asked: readonly Asked[],
  code = "timed_out",
  flow: "silent" | "sso-silent" = "silent",
): void {
  const call = run.operation({ flow, tab });
  for (const ask of asked) if (ask !== "no request") run.exchange({ by: call, ...ask });
  run.after(10_000);
  call.fails({ code, interactionRequired: code === "login_required" });
}

function popup(run: RunBuilder, flow: "popup" | "redirect" = "popup"): void {
  const call = run.operation({ flow, tab });
  run.exchange({ by: call });
  call.ok();
}

describe("fallback-to-interaction fails for a popup or redirect", () => {
  it.each<[string, readonly Asked[], string]>([
    [
      "the iframe meets a 503 page",
      [{ ...inIframe, status: 503 }],
      "authorize endpoint failed (a 503)",
    ],
    [
      "the iframe gets no answer",
      [{ ...inIframe, networkFault: "abandoned" }],
      "authorize endpoint failed (no answer)",
    ],
    [
      "the iframe's connection is reset",
      [{ ...inIframe, networkFault: "ECONNRESET" }],
      "authorize endpoint failed (ECONNRESET)",
    ],
    [
      "authorize sends the page back with server_error",
      [{ ...inIframe, status: 302, error: "server_error" }],
      "authorize endpoint failed (a 302)",
    ],
    [
      "the code of the iframe is not redeemed",
      [
        { ...inIframe, status: 302 },
        { grant: "authorization_code", status: 503 },
      ],
      "token endpoint failed (a 503)",
    ],
    [
      "the refresh token was too old and the session could not be asked",
      [
        { status: 400, error: tooOld },
        { ...inIframe, status: 503 },
      ],
      "authorize endpoint failed (a 503)",
    ],
  ])("after %s", (_, asked, words) => {
    for (const flow of ["popup", "redirect"] as const) {
      const run = buildRun();
      silently(run, asked);
      popup(run, flow);
      expect(judge(run).verdict).toBe("fail");
      expect(judge(run).message).toContain(`10s into the run because the ${words}`);
    }
  });

  it("while a silent request has no answer yet", () => {
    const run = buildRun();
    const call = run.operation({ flow: "sso-silent", tab });
    run.request({ by: call, ...inIframe });
    run.after(10_000);
    call.fails({ code: "timed_out" });
    popup(run);
    expect(judge(run)).toEqual({
      verdict: "fail",
      message:
        "app-1 asked a person to sign in 10s into the run because the authorize endpoint failed (no answer), not because interaction was required.",
      evidence: [3, 2, 1],
    });
  });

  it.each(["timed_out", "monitor_window_timeout", "token_renewal_error", "post_request_failed"])(
    "after %s in an outage, also when no request was recorded",
    (code) => {
      const run = buildRun();
      run.fault({ id: "down", on: ["authorize"] });
      silently(run, ["no request"], code, "sso-silent");
      popup(run);
      expect(judge(run).message).toContain(
        `the silent call failed (${code}) while the fault down was active`,
      );
      const well = buildRun();
      silently(well, ["no request"], code, "sso-silent");
      popup(well);
      expect(judge(well).verdict).toBe("inconclusive");
    },
  );
});

describe("fallback-to-interaction accepts a popup", () => {
  it("after login_required, interaction_required, or a session that was ended", () => {
    const answers: readonly (readonly Asked[])[] = [
      [{ ...inIframe, status: 302, error: { error: "login_required", codes: [50058] } }],
      [
        { status: 400, error: tooOld },
        { ...inIframe, status: 302, error: "login_required" },
      ],
    ];
    for (const asked of answers) {
      const run = buildRun();
      silently(run, asked, "login_required");
      popup(run);
      expect(judge(run).verdict).toBe("pass");
    }
  });

  it("when the service requires interaction and the client does not report it, even if an iframe failed since", () => {
    const refused = { ...inIframe, status: 302, error: "login_required" } as const;
    for (const asked of [
      [refused],
      [
        { status: 400, error: "interaction_required" },
        { ...inIframe, status: 503 },
      ],
    ]) {
      const run = buildRun();
      silently(run, asked);
      popup(run);
      expect(judge(run).verdict).toBe("pass");
    }
  });

  it("as the first sign-in, again after it failed, or after an error that is not of the service", () => {
    const run = buildRun();
    const call = run.operation({ flow: "popup", tab });
    run.exchange({ by: call, ...inIframe, status: 503 });
    call.fails({ code: "timed_out" });
    run.fault({ id: "down", on: "all" });
    const again = run.operation({ flow: "popup", tab });
    again.fails({ code: "timed_out" });
    popup(run);
    silently(run, [{ status: 400, error: "invalid_client" }], "invalid_client");
    popup(run);
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("when a resent request was answered, and when a call has succeeded since", () => {
    const run = buildRun();
    silently(run, [{ networkFault: "ECONNRESET" }, { resent: true }], "bug");
    popup(run);
    silently(run, [{ ...inIframe, status: 503 }]);
    run.operation({ tab }).ok();
    popup(run);
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("after any result of a preflight", () => {
    const run = buildRun();
    silently(run, [{ method: "OPTIONS", status: 503 }], "bug");
    popup(run);
    expect(judge(run).verdict).toBe("inconclusive");
  });
});

it("fallback-to-interaction fails for a page that needed a person and never asked one", () => {
  const run = buildRun();
  silently(run, [{ ...inIframe, status: 302, error: "login_required" }], "bug", "sso-silent");
  run.at("00:05:00");
  run.cleared();
  expect(judge(run).message).toContain("the service answered login_required");
});

describe("silent-first", () => {
  /** Ada's page has a token of an hour. */
  function signedIn(): RunBuilder {
    const run = buildRun();
    popup(run);
    run.at("00:10:00");
    return run;
  }

  it("fails for a popup to an unhealthy page while there is a valid token", () => {
    const run = signedIn();
    const call = run.operation({ flow: "popup", tab, scopes: ["openid"] });
    run.exchange({ by: call, ...inIframe, status: 503 });
    call.fails();
    expect(silentFirst.judge(run.history()).message).toBe(
      "app-1 asked a person to sign in 10m into the run, although it had a token valid for another 50m.",
    );
  });

  it("passes for a popup that succeeds through the session, and counts a popup and its prompt once", () => {
    const run = signedIn();
    popup(run);
    run.changed("sessions-revoked", [ada]);
    const call = run.operation({ flow: "popup", tab });
    run.prompt({ user: ada, operation: call.operation });
    call.fails();
    expect(silentFirst.judge(run.history()).message).toContain("1 prompt,");
  });
});
