/** Each kind of failure in a run that shows it, and in no run that breaks the same rule in another way. */
import { describe, expect, it } from "vitest";
import type { ClientUnderTest } from "../clients/client.ts";
import { loadClient } from "../clients/registry.ts";
import { seconds } from "../core/time/duration.ts";
import { runScenario } from "../runner/run.ts";
import type { Scenario } from "../runner/scenario.ts";
import { loadScenario } from "../../scenarios/find-scenario.ts";
import { daemonToken, scenario } from "../../test/support/run.ts";
import {
  buildRun,
  type BuiltOperation,
  type BuiltRequest,
  type RunBuilder,
} from "../../test/support/run-builder.ts";
import { ben, type Ask, type Call } from "../../test/support/run-builder-wire.ts";
import { failureKinds, kindsOfFailure } from "./failure-kinds.ts";
import { judgeHistory, ruleById } from "./rules.ts";

const waitsForNothing: ClientUnderTest = {
  name: "waits-for-nothing",
  version: "1",
  flows: ["client-credentials"],
  open: () => Promise.resolve({ acquire: () => new Promise(() => undefined) }),
};

const oneCall = scenario(async ({ open, clock }) => {
  const daemon = await open({ app: "nightly-daemon" });
  await daemon.attempt({ ...daemonToken, timeoutMs: seconds(30) });
  await clock.sleep(seconds(90));
});

async function kindsIn(wanted: Scenario, client: ClientUnderTest): Promise<readonly string[]> {
  const { history } = await runScenario(wanted, { client, mount: "direct", seed: "1" });
  return kindsOfFailure(history, judgeHistory(history)).map(({ rule, kind }) => `${rule} ${kind}`);
}

/** The kinds that a scenario shows of the rule that it is about. */
const shown: readonly (readonly [scenario: string, client: string, ...kinds: string[]])[] = [
  [
    "shared-hang",
    "msal-node",
    "call-duration shared-hung-request",
    "call-duration outlasts-its-caller",
  ],
  ["token-hang", "msal-node", "call-duration outlasts-its-caller"],
  ["hang-past-refresh-in", "msal-node", "call-duration ends-late"],
  ["overlapping-scopes", "msal-node", "cached-token evicted-token"],
  ["outage-12h-daemon-past-refresh-in", "msal-node", "cached-token kept-token-unused"],
  ["metadata-down-warm", "msal-node", "metadata user-lost-at-discovered-host"],
  ["long-weekend", "bare-fetch-refetches-metadata", "metadata read-twice"],
  ["token-throttled-crash-loop", "msal-node", "retry-after second-instance"],
  ["scopes-in-two-orders", "msal-node", "retry-after other-scopes"],
  ["token-throttled-text", "msal-node", "retry-after no-block"],
  ["server-error-html", "msal-node", "backoff backoff"],
];

describe("kinds of failure", () => {
  it.each(shown)("%s shows with %s what it is about", async (name, client, ...kinds) => {
    const wanted = await loadScenario(name);
    const rule = kinds[0]?.split(" ")[0];
    const seen = await kindsIn(wanted, await loadClient(client, wanted));
    expect(seen.filter((kind) => kind.startsWith(`${rule} `))).toEqual(kinds);
  });

  it("another instance in the same process goes round a block as well", () => {
    const kindsOf = (second: string): readonly string[] => {
      const run = buildRun({ sharedProcesses: { "app-2": "app-1" } });
      run.exchange({ by: run.operation(), status: 429, retryAfter: 300 });
      run.after(1_000);
      run.exchange({ by: run.operation({ client: second }) });
      const history = run.history();
      return kindsOfFailure(history, [{ rule: "retry-after", verdict: "fail" }]).map(
        ({ kind }) => kind,
      );
    };
    expect(kindsOf("app-1")).toEqual(["no-block"]);
    expect(kindsOf("app-2")).toEqual(["second-instance"]);
  });

  it("all kinds that a history shows are named, of broken rules only", () => {
    const run = buildRun();
    run.exchange({ status: 429, retryAfter: 300 });
    run.exchange();
    run.restarted();
    run.exchange();
    const kindsOf = (verdict: "pass" | "fail") =>
      kindsOfFailure(run.history(), [{ rule: "retry-after", verdict }]).map(({ kind }) => kind);
    expect(kindsOf("fail")).toEqual(["second-instance", "no-block"]);
    expect(kindsOf("pass")).toEqual([]);
  });

  it("a call that waits for nothing never ends", async () => {
    expect(await kindsIn(oneCall, waitsForNothing)).toContain("call-duration never-ends");
  });

  it("are each of a rule, named once, and shown by a run of this file", () => {
    const named = failureKinds.map(({ rule, id }) => `${rule} ${id}`);
    expect(new Set(named).size).toBe(named.length);
    for (const { rule } of failureKinds) expect(ruleById(rule).id).toBe(rule);
    const seen = shown.flatMap(([, , ...kinds]) => kinds);
    expect([...seen, "call-duration never-ends"]).toEqual(expect.arrayContaining(named));
  });
});

describe("the kind of a call that does not end in time", () => {
  const kindsOf = (run: RunBuilder): readonly string[] =>
    kindsOfFailure(run.history(), [{ rule: "call-duration", verdict: "fail" }]).map(
      ({ kind }) => kind,
    );

  interface Story {
    /** The call that may share its request. */
    readonly other?: Call;
    readonly request?: Ask;
    readonly is?: "sent later" | "answered before" | "of a later call";
  }

  /** A call that never ends and sends nothing, beside a request of another call. */
  function beside({ other = {}, request = {}, is }: Story): readonly string[] {
    const run = buildRun();
    const later = is === "of a later call" ? run.operation({ client: "app-1" }) : undefined;
    const first = run.operation(other);
    const metadata = { by: first, endpoint: "keys" } as const;
    run.exchange(metadata);
    const send = () => run.request({ by: first, ...request });
    const sent = is === "sent later" ? undefined : send();
    const call =
      later ?? run.operation({ scopes: ["https://graph.microsoft.com/.default", "openid"] });
    const underway = sent ?? send();
    if (is === "answered before") underway.answered();
    call.unknown("never-ends");
    underway.answered();
    return kindsOf(run);
  }

  it("is that it shares a request of an earlier call for the same token, which is still open", () => {
    expect(beside({})).toEqual(["shared-hung-request"]);
  });

  it.each<[what: string, story: Story]>([
    ["of another client", { other: { client: "app-2" } }],
    ["for another user", { other: { user: ben } }],
    ["for other scopes", { other: { scopes: ["User.Read"] } }],
    ["for metadata", { request: { endpoint: "openid-configuration" } }],
    ["that was sent later", { is: "sent later" }],
    ["that was answered before", { is: "answered before" }],
    ["of a later call", { is: "of a later call" }],
  ])("is that it never ends, beside a request %s", (_, story) => {
    expect(beside(story)).toEqual(["never-ends"]);
  });

  it("is that it never ends, or outlasts its caller with a request of its own", () => {
    const withRequest = (ends: (request: BuiltRequest, call: BuiltOperation) => void) => {
      const run = buildRun();
      run.request({ by: run.operation() });
      const call = run.operation();
      ends(run.request({ by: call }), call);
      return kindsOf(run);
    };
    const giveUp = (call: BuiltOperation) => call.unknown("caller-timeout");
    expect(
      withRequest((request, call) => {
        request.answered();
        giveUp(call);
      }),
    ).toEqual(["never-ends"]);
    expect(withRequest((_, call) => giveUp(call))).toEqual(["outlasts-its-caller"]);
    expect(
      withRequest((request, call) => {
        giveUp(call);
        request.answered();
      }),
    ).toEqual(["outlasts-its-caller"]);
  });

  it("is that it ends late, also while a request of it is open", () => {
    const run = buildRun();
    const call = run.operation();
    run.request({ by: call });
    run.after(46_000);
    call.ok();
    expect(kindsOf(run)).toEqual(["ends-late"]);
  });
});
