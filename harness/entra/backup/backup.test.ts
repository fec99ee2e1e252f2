import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { hours, minutes } from "../../core/time/duration.ts";
import { tokenServerError } from "../../faults/presets.ts";
import type { World } from "../directory/world.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import type { ExchangeEnded } from "../../history/event.ts";
import { graph, only, run } from "../../../test/support/run.ts";
import type { Scenario } from "../../runner/scenario.ts";

const settings = { backup: "2026-03", accessTokenLifetimeSeconds: 3_600 } as const;

const customers: World = {
  ...contoso,
  tenants: contoso.tenants.map((tenant) => ({ ...tenant, kind: "b2c" })),
};

interface Story {
  readonly of?: World;
  readonly settings?: Scenario["settings"];
  readonly app?: string;
  readonly user?: string;
  /** When the silent call is made, ms after the sign-in. */
  readonly askAtMs?: number;
  readonly outage?: FaultPlan;
  readonly before?: (context: Parameters<Scenario["script"]>[0]) => void;
}

/** Signs in while all is well, then asks silently in an outage; what the last token request met. */
async function lastAnswer({
  app = "desk-app",
  user = "megan",
  askAtMs = hours(2),
  outage,
  before,
  settings: own,
  of = contoso,
}: Story): Promise<ExchangeEnded> {
  const outcome = await run(
    async (context) => {
      const { open, world, clock } = context;
      const person = world.user(user);
      const application = await open({ app });
      await application.acquire({ flow: "authorization-code", scopes: graph, user: person });
      await clock.until(minutes(30));
      before?.(context);
      await clock.until(askAtMs);
      const result = await application.attempt({ flow: "silent", scopes: graph, user: person });
      if (!(result instanceof Error)) await application.callApi(result, "graph");
    },
    {
      settings: { ...settings, ...own },
      world: of,
      faults: outage ?? [tokenServerError({ from: minutes(20), for: hours(400) })],
    },
  );
  const ended = only(outcome, "exchange-ended").filter(({ servedBy }) => servedBy !== "resource");
  const presented = only(outcome, "token-presented").map(({ verdict }) => verdict);
  expect(presented.every((verdict) => verdict === "accepted")).toBe(true);
  const last = ended.at(-1);
  if (last === undefined) throw new Error("nothing was asked");
  return last;
}

function statusOf({ end }: ExchangeEnded): number | undefined {
  return end.kind === "response" ? end.status : undefined;
}

describe("the backup behind the front door", () => {
  it("renews a native app's token, which an API accepts, and marks its reply", async () => {
    const answer = await lastAnswer({});
    expect([answer.servedBy, statusOf(answer)]).toEqual(["backup", 200]);
    expect(answer.issued?.token?.expiresAt).toBe(answer.at + 3_600_000);
    const headers = answer.end.kind === "response" ? Object.fromEntries(answer.end.headers) : {};
    expect(headers).toMatchObject({ "x-ms-srs": "1.P,2.B" });
    expect(headers["x-ms-ccs-requestid"]).toBe(headers["xms-ccs-requestid"]);
  });

  it("marks its replies as the settings say", async () => {
    const own = { backupServerSequence: "1.P,7.X", backupDeclineStatus: 400 } as const;
    const answer = await lastAnswer({ settings: own });
    const headers = answer.end.kind === "response" ? Object.fromEntries(answer.end.headers) : {};
    expect(headers["x-ms-srs"]).toBe("1.P,7.X");
    const decline = await lastAnswer({ settings: own, user: "frank" });
    expect([statusOf(decline), decline.error?.codes]).toEqual([400, [50033]]);
  });

  it.each([
    ["71 h 59 m after the last success", hours(72) - minutes(1), 200, undefined],
    ["72 h after the last success", hours(72), 200, undefined],
    ["72 h 01 m after the last success", hours(72) + minutes(1), 503, [50033]],
  ])("serves a session for three days: %s", async (_, askAtMs, status, codes) => {
    const answer = await lastAnswer({ askAtMs });
    expect([answer.servedBy, statusOf(answer), answer.error?.codes]).toEqual([
      "backup",
      status,
      codes,
    ]);
  });

  it.each<[string, Story]>([
    ["a revocation", { before: ({ world }) => world.revokeSessions([world.user("megan")]) }],
    ["a new password", { before: ({ world }) => world.changePassword(world.user("megan")) }],
    ["a disabled account", { before: ({ world }) => world.disable(world.user("megan")) }],
    ["a guest", { user: "frank" }],
    ["a customer of a B2C tenant", { of: customers }],
  ])("declines after or for %s", async (_, story) => {
    const answer = await lastAnswer(story);
    expect([answer.servedBy, answer.error?.codes]).toEqual(["backup", [50033]]);
  });

  it("leaves the primary's own failure to a flow that it does not know", async () => {
    const answer = await lastAnswer({ app: "portal" });
    expect([answer.servedBy, answer.error?.codes]).toEqual(["primary", [90033]]);
  });

  it("is not asked while the primary works, nor after a refusal by the primary", async () => {
    const answer = await lastAnswer({
      outage: [],
      before: ({ world }) => world.revokeSessions([world.user("megan")]),
    });
    expect([answer.servedBy, statusOf(answer)]).toEqual(["primary", 400]);
  });

  it("leaves the primary's failure to an unknown flow, also when the backup itself is down", async () => {
    const time = { from: minutes(20), for: hours(400) };
    const down = {
      ...tokenServerError({ ...time, id: "backup-down", code: 90034 }),
      at: "backup" as const,
    };
    const answer = await lastAnswer({ app: "portal", outage: [tokenServerError(time), down] });
    expect([answer.servedBy, answer.error?.codes]).toEqual(["primary", [90033]]);
  });

  it("can be down as well", async () => {
    const time = { from: minutes(20), for: hours(400) };
    const down = {
      ...tokenServerError({ ...time, id: "backup-down", code: 90034 }),
      at: "backup" as const,
    };
    const answer = await lastAnswer({ outage: [tokenServerError(time), down] });
    expect(answer.servedBy).toBe("backup");
    expect(answer.error?.codes).toEqual([90034]);
    expect(answer.faults).toContain("backup-down");
  });
});

describe("a backup that gives no answer", () => {
  it("leaves the primary's own failure, recorded as the primary's", async () => {
    const time = { from: minutes(20), for: hours(400) };
    const gone = { ...tokenServerError({ ...time, id: "backup-gone" }), at: "backup" as const };
    const effect = { kind: "reset" } as const;
    const answer = await lastAnswer({ outage: [tokenServerError(time), { ...gone, effect }] });
    expect([answer.servedBy, answer.error?.codes]).toEqual(["primary", [90033]]);
  });
});

describe("a scenario without a backup", () => {
  it("refuses a fault at the backup", async () => {
    const fault = { ...tokenServerError({ from: 0, for: 1 }), at: "backup" as const };
    await expect(run(() => Promise.resolve(), { faults: [fault] })).rejects.toMatchObject({
      code: "bad-fault-plan",
      place: "faults[0].at",
    });
  });

  it("is what the fixture world sets", () => {
    expect(contoso.settings.backup).toBe("off");
  });
});
