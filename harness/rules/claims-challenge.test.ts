/** Invented runs for rule claims-challenge. */
import { describe, expect, it } from "vitest";
import { claimsChallenge } from "./claims-challenge.ts";
import { buildRun } from "../../test/support/run-builder.ts";
import { ben } from "../../test/support/run-builder-wire.ts";

const capable = { access_token: { xms_cc: { values: ["cp1"] } } };
const challenge = {
  access_token: { ...capable.access_token, nbf: { essential: true, value: "1" } },
};

/** A token of a day that an API has rejected after an hour. */
function challenged() {
  const run = buildRun();
  const call = run.operation();
  const token = run.token({ expiresIn: 86_400 });
  run.exchange({ by: call, issued: { token } });
  call.ok();
  run.at("01:00:00");
  run.presented(token, "revoked");
  return { run, token };
}

type Sender = () => {
  readonly presented: (verdict: "accepted" | "revoked") => void;
  readonly answered: (status: number) => void;
};

const withClaims = (claims: object) => ({ form: { claims: JSON.stringify(claims) } });

it("claims-challenge knows which requests were under way when an API rejected their token", () => {
  /** Two requests with one token, at once or one after the other; then the next call sends the claims. */
  const judged = (how: "at once" | "in turn"): string => {
    const run = buildRun();
    const call = run.operation();
    const token = run.token({ expiresIn: 86_400 });
    run.exchange({ by: call, issued: { token } });
    call.ok();
    run.at("01:00:00");
    const shows = () => {
      const headers = [["authorization", `Bearer ${token.accessToken}`]] as const;
      const sent = run.request({ endpoint: "resource", headers });
      return () => {
        run.presented(token, "revoked");
        return () => sent.answered({ status: 401 });
      };
    };
    if (how === "at once") {
      const arrive = [shows(), shows()];
      for (const answer of arrive.map((one) => one())) answer();
    } else for (let time = 0; time < 2; time += 1) shows()()();
    const next = run.operation({ claims: true });
    run.exchange({ by: next, ...withClaims(challenge) });
    next.ok();
    return claimsChallenge.judge(run.history()).verdict;
  };
  expect(judged("at once")).toBe("pass");
  expect(judged("in turn")).toBe("fail");
});

describe("claims-challenge, when requests with a revoked token overlap,", () => {
  /** A token of a day, revoked after an hour; `send` gives each request a name, whose answer is a status. */
  const overlapping = (steps: (send: Sender) => void) => {
    const run = buildRun();
    const call = run.operation();
    const token = run.token({ expiresIn: 86_400 });
    run.exchange({ by: call, issued: { token } });
    call.ok();
    run.at("01:00:00");
    steps(() => {
      const headers = [["authorization", `Bearer ${token.accessToken}`]] as const;
      const sent = run.request({ endpoint: "resource", headers });
      return {
        presented: (verdict) => run.presented(token, verdict),
        answered: (status) => sent.answered({ status }),
      };
    });
    const next = run.operation({ claims: true });
    run.exchange({ by: next, ...withClaims(challenge) });
    next.ok();
    return claimsChallenge.judge(run.history()).verdict;
  };

  it("fails for later requests with it although an earlier one never ends", () => {
    const verdict = overlapping((send) => {
      send();
      for (let count = 0; count < 2; count += 1) {
        const request = send();
        request.presented("revoked");
        request.answered(401);
      }
    });
    expect(verdict).toBe("fail");
  });

  it("passes for a request that is sent after an answer that accepted the token, and before any 401", () => {
    const verdict = overlapping((send) => {
      const [accepted, rejected] = [send(), send()];
      accepted.presented("accepted");
      rejected.presented("revoked");
      accepted.answered(200);
      const late = send();
      rejected.answered(401);
      late.presented("revoked");
      late.answered(401);
    });
    expect(verdict).toBe("pass");
  });
});

describe("claims-challenge passes", () => {
  it("when the next call sends the challenge to the token endpoint", () => {
    const { run } = challenged();
    const call = run.operation({ claims: true });
    run.exchange({ by: call, ...withClaims(challenge) });
    call.ok();
    expect(claimsChallenge.judge(run.history())).toEqual({
      verdict: "pass",
      message:
        "The one claims challenge reached the token service, and no revoked token was used again.",
      evidence: [4, 5],
    });
  });

  it("when a person has to sign in with it", () => {
    const { run } = challenged();
    const call = run.operation({ flow: "authorization-code", claims: true });
    const url = `https://login.microsoftonline.com/t/oauth2/v2.0/authorize?claims=${encodeURIComponent(JSON.stringify(challenge))}`;
    run.exchange({ by: call, endpoint: "authorize", url });
    call.fails();
    expect(claimsChallenge.judge(run.history()).verdict).toBe("pass");
  });
});

describe("claims-challenge passes", () => {
  it("when the history cannot read the claims that were sent", () => {
    const { run } = challenged();
    const call = run.operation({ claims: true });
    run.exchange({ by: call, form: { claims: "***" } });
    call.ok();
    expect(claimsChallenge.judge(run.history()).verdict).toBe("pass");
  });

  it("when own code sends the challenge, although its call does not say so", () => {
    const run = buildRun();
    const load = { flow: "custom", app: "load" } as const;
    const call = run.operation(load);
    const token = run.token();
    run.exchange({ by: call, issued: { token } });
    call.ok({ token });
    run.presented(token, "revoked");
    const next = run.operation(load);
    run.exchange({ by: next, ...withClaims(challenge) });
    next.ok();
    expect(claimsChallenge.judge(run.history()).verdict).toBe("pass");
  });
});

describe("claims-challenge fails", () => {
  it("for a call that succeeds without the claims because its connection failed", () => {
    const { run } = challenged();
    const call = run.operation({ claims: true });
    run.exchange({ by: call, sent: "connection", networkFault: "ECONNREFUSED" });
    call.ok({ token: run.token() });
    expect(claimsChallenge.judge(run.history()).message).toContain("the client sent no request");
  });

  it.each([
    ["read metadata", { endpoint: "keys" }],
    ["asked an API, which failed", { endpoint: "resource", status: 503 }],
  ] as const)("for a call with claims that only %s", (_, request) => {
    const { run } = challenged();
    const call = run.operation({ claims: true });
    run.exchange({ by: call, ...request });
    call.fails();
    expect(claimsChallenge.judge(run.history()).message).toContain("the client sent no request");
  });

  it("for a call that sent its request without the claims, and counts what was sent", () => {
    const { run } = challenged();
    const call = run.operation({ claims: true });
    run.exchange({ by: call, endpoint: "openid-configuration" });
    run.exchange({ by: call, sent: "connection", networkFault: "ECONNRESET" });
    run.exchange({ by: call, status: 503 });
    call.fails();
    expect(claimsChallenge.judge(run.history()).message).toContain(
      "1 request went to the token service without it",
    );
  });

  it("for a call that does not pass the claims on", () => {
    const { run } = challenged();
    run.operation().fails();
    expect(claimsChallenge.judge(run.history())).toEqual({
      verdict: "fail",
      message: "The call after the claims challenge at 1h carried no claims.",
      evidence: [4, 5],
    });
  });

  it("for a client that drops the claims once discovery, or the connection, works again", () => {
    for (const hindrance of [
      { endpoint: "instance-discovery", status: 503 },
      { endpoint: "openid-configuration", networkFault: "ECONNRESET" },
      { sent: "connection", networkFault: "ECONNREFUSED" },
    ] as const) {
      const { run } = challenged();
      const hindered = run.operation({ claims: true });
      run.exchange({ by: hindered, ...hindrance });
      hindered.fails();
      expect(claimsChallenge.judge(run.history()).verdict).toBe("inconclusive");
      const call = run.operation();
      run.exchange({ by: call });
      call.ok();
      expect(claimsChallenge.judge(run.history()).message).toContain("carried no claims");
    }
  });

  it("for a client that sends no request with the claims", () => {
    const { run } = challenged();
    run.operation({ claims: true }).fails();
    expect(claimsChallenge.judge(run.history()).message).toBe(
      "The call after the claims challenge at 1h carried its claims, but the client sent no request.",
    );
  });

  it("for a client that sends its client capabilities instead of the claims", () => {
    const { run } = challenged();
    const call = run.operation({ claims: true });
    run.exchange({ by: call, ...withClaims(capable) });
    call.ok();
    expect(claimsChallenge.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "The claims challenge at 1h was dropped: 1 request went to the token service without it.",
      evidence: [4, 5, 6],
    });
  });

  it("for a cache that hands out the revoked token again", () => {
    const { run, token } = challenged();
    run.at("01:05:00");
    run.operation({ claims: true }).ok({ token, fromCache: true });
    expect(claimsChallenge.judge(run.history()).message).toBe(
      "The token that was revoked 1h into the run was handed out again at 1h 5m.",
    );
  });

  it("for an application that presents the revoked token again", () => {
    const { run, token } = challenged();
    const other = run.token();
    run.operation({ user: ben }).ok({ token: other });
    run.presented(other, "revoked");
    run.at("01:10:00");
    run.presented(token, "revoked");
    expect(claimsChallenge.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "A token that an API had rejected as revoked was presented again, 2 times in total; the second time 1h 10m into the run.",
      evidence: [4, 8],
    });
  });
});

describe("claims-challenge is inconclusive", () => {
  it("when no token was revoked", () => {
    const run = buildRun();
    const token = run.token();
    run.operation().ok({ token });
    run.presented(token);
    run.presented(token, "expired");
    run.presented(run.token(), "revoked");
    run.operation().ok();
    expect(claimsChallenge.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when the run ends before the next call has read its metadata", () => {
    const { run } = challenged();
    const call = run.operation({ claims: true });
    run.request({ by: call, endpoint: "openid-configuration" });
    call.unknown("run-ended");
    expect(claimsChallenge.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when the token was handed out only after an API had rejected it", () => {
    const run = buildRun();
    const token = run.token();
    run.presented(token, "revoked");
    run.operation().ok({ token });
    run.operation().ok();
    expect(claimsChallenge.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when only calls for another app or tenant followed", () => {
    const { run } = challenged();
    run.operation({ app: "another" }).ok({ token: run.token() });
    run.operation({ tenant: "another" }).ok({ token: run.token() });
    expect(claimsChallenge.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when no call followed, or only calls for other users", () => {
    const { run } = challenged();
    expect(claimsChallenge.judge(run.history()).verdict).toBe("inconclusive");
    run.operation({ user: ben }).ok({ token: run.token() });
    run.operation({ client: "app-2" }).ok({ token: run.token() });
    expect(claimsChallenge.judge(run.history()).verdict).toBe("inconclusive");
  });
});

describe("claims-challenge for an API that demands an authentication context", () => {
  const acrs = { access_token: { acrs: { essential: true, value: "c1" } } };

  /** A token that an API challenges; then the next call, with claims or without, for these scopes. */
  const judged = (claims: object | undefined, scopes: readonly string[] = ["api://a/read"]) => {
    const run = buildRun();
    const call = run.operation({ scopes: ["api://a/read"] });
    const token = run.token({ expiresIn: 3_600 });
    run.exchange({ by: call, issued: { token } });
    call.ok();
    run.presented(token, "step-up-needed");
    const next = run.operation({ scopes, ...(claims === undefined ? {} : { claims: true }) });
    run.exchange({ by: next, ...(claims === undefined ? {} : withClaims(claims)) });
    next.ok({ token });
    return claimsChallenge.judge(run.history()).verdict;
  };

  it.each([
    ["reached", acrs, "pass"],
    ["dropped by the client", capable, "fail"],
    ["dropped by the application", undefined, "fail"],
  ] as const)("says pass or fail when the challenge is %s", (_, claims, verdict) => {
    expect(judged(claims)).toBe(verdict);
  });

  it("does not judge calls for another API, for which the token is good", () => {
    expect(judged(undefined, ["https://graph.microsoft.com/User.Read"])).toBe("inconclusive");
  });
});
