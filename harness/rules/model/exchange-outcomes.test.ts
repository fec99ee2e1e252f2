import { describe, expect, it } from "vitest";
import type { Flow, WireError } from "../../history/event.ts";
import type { Ask, Call, Reply } from "../../../test/support/run-builder-wire.ts";
import { buildRun } from "../../../test/support/run-builder.ts";
import { exchangesOf, type Exchange } from "./exchanges.ts";
import {
  grantOf,
  isFailedByService,
  isServiceFailure,
  isToSignInService,
  isWithoutAnswerAt,
  meansInteraction,
} from "./exchange-outcomes.ts";

/** A request and its answer, of a call or of none. */
function exchangeOf(asked: Ask & Reply, call?: Call): Exchange {
  const run = buildRun();
  run.exchange(call === undefined ? asked : { ...asked, by: run.operation(call) });
  const [exchange] = exchangesOf(run.history());
  if (exchange === undefined) throw new Error("there is no exchange");
  return exchange;
}

/** A request without an answer. */
function openExchange(): Exchange {
  const run = buildRun();
  run.request();
  const [exchange] = exchangesOf(run.history());
  if (exchange === undefined) throw new Error("there is no exchange");
  return exchange;
}

describe("the grant of a request", () => {
  it.each<[Flow, string | undefined]>([
    ["silent", "refresh_token"],
    ["client-credentials", "client_credentials"],
    ["on-behalf-of", "on_behalf_of"],
    ["popup", "authorization_code"],
    ["redirect", "authorization_code"],
    ["sso-silent", "authorization_code"],
    // Own code may use any grant.
    ["custom", undefined],
  ])("that could not be sent for a call %s is %s", (flow, grant) => {
    const unsent = { sent: "connection", networkFault: "ECONNREFUSED" } as const;
    expect(grantOf(exchangeOf(unsent, { flow }))).toBe(grant);
    expect(grantOf(exchangeOf({ ...unsent, endpoint: "keys" }, { flow }))).toBeUndefined();
  });

  it("is the one that it names, and of a request without a call unknown", () => {
    expect(grantOf(exchangeOf({ grant: "password" }, { flow: "silent" }))).toBe("password");
    expect(
      grantOf(exchangeOf({ sent: "connection", networkFault: "ECONNREFUSED" })),
    ).toBeUndefined();
  });
});

describe("a failure of the service", () => {
  it.each<[what: string, asked: Ask & Reply, failed: boolean]>([
    ["a 429", { status: 429 }, true],
    ["a 500", { status: 500 }, true],
    ["a 499", { status: 499 }, false],
    ["a 200 that breaks off", { cut: "fin" }, true],
    ["no connection", { networkFault: "ECONNRESET" }, true],
    ["a 404", { status: 404 }, false],
    ["a 404 of a machine's endpoint", { endpoint: "managed-identity", status: 404 }, true],
    ["a 410 of a machine's endpoint", { endpoint: "managed-identity", status: 410 }, true],
    ["a 400 of a machine's endpoint", { endpoint: "managed-identity", status: 400 }, false],
    [
      "a 404 by which Service Fabric means that the identity does not exist",
      { endpoint: "managed-identity", status: 404, error: "ManagedIdentityNotFound" },
      false,
    ],
  ])("%s: %o, %s", (_, asked, failed) => {
    expect(isServiceFailure(exchangeOf(asked))).toBe(failed);
  });

  it("is not known of a request that is still open", () => {
    expect(isServiceFailure(openExchange())).toBe(false);
    expect(isFailedByService(openExchange())).toBe(false);
  });

  const page = { endpoint: "authorize", status: 302, issued: "nothing" } as const;

  it.each<[what: string, asked: Ask & Reply, failed: boolean]>([
    ["a redirect with server_error", { ...page, error: "server_error" }, true],
    [
      "a redirect with temporarily_unavailable",
      { ...page, error: "temporarily_unavailable" },
      true,
    ],
    ["a redirect with login_required", { ...page, error: "login_required" }, false],
    ["a refusal with server_error", { status: 400, error: "server_error" }, false],
    ["a 200 without a token", { issued: "nothing" }, true],
    ["a 200 with an error", { issued: "nothing", error: "interaction_required" }, false],
    ["a 200 with a token", {}, false],
    ["a 200 of another endpoint", { endpoint: "keys" }, false],
  ])("is also what only the content shows: %s", (_, asked, failed) => {
    expect(isFailedByService(exchangeOf(asked))).toBe(failed);
  });

  it("leaves a client without an answer, as a request does that is answered later", () => {
    const run = buildRun();
    const { startedAt } = run.history().header;
    run.exchange({ takesMs: 1_000 });
    const [answered] = exchangesOf(run.history());
    expect(answered && isWithoutAnswerAt(answered, startedAt + 999)).toBe(true);
    expect(answered && isWithoutAnswerAt(answered, startedAt + 1_000)).toBe(false);
    expect(isWithoutAnswerAt(openExchange(), Infinity)).toBe(true);
    expect(isWithoutAnswerAt(exchangeOf({ status: 503 }), Infinity)).toBe(true);
  });
});

it.each<[Exchange["began"]["endpoint"], boolean]>([
  ["token", true],
  ["authorize", true],
  ["keys", true],
  ["managed-identity", true],
  ["resource", false],
  ["userinfo", false],
  ["other", false],
])("whether a request to %s goes to the sign-in service: %s", (endpoint, expected) => {
  expect(isToSignInService(exchangeOf({ endpoint }))).toBe(expected);
});

describe("an error that only a person can resolve", () => {
  it.each<[WireError, boolean]>([
    [{ error: "interaction_required", codes: [] }, true],
    [{ error: "invalid_grant", codes: [], suberror: "consent_required" }, true],
    [{ error: "invalid_grant", codes: [50076] }, true],
    [{ error: "invalid_grant", codes: [1, 50076] }, true],
    [{ error: "invalid_grant", codes: [70008] }, false],
    [{ error: "invalid_grant", codes: [], suberror: "client_mismatch" }, false],
    [{ error: "invalid_client", codes: [50076], suberror: "consent_required" }, false],
  ])("%o: %s", (error, expected) => {
    expect(meansInteraction(error)).toBe(expected);
  });
});
