/** In which of its scenarios the backup serves, and in which it declines, with the real msal-node. */
import { beforeAll, describe, expect, it } from "vitest";
import type { ClientUnderTest } from "../harness/clients/client.ts";
import { loadMsalNode } from "../harness/clients/msal-node/msal-node.ts";
import type { HistoryEvent } from "../harness/history/event.ts";
import { runScenario } from "../harness/runner/run.ts";
import { library } from "./library.ts";

/** Whether the backup ever serves, and whether it ever declines or fails. */
const expected: Readonly<Record<string, readonly [serves: boolean, declines: boolean]>> = {
  "backup-slow": [true, false],
  "backup-partial": [true, true],
  "backup-slow-return": [true, false],
  "backup-guest": [false, true],
  "backup-new-device": [true, false],
  "backup-new-app": [true, false],
  "backup-policy-frozen": [true, false],
  "backup-policy-too-late": [false, true],
  "backup-policy-defaults-off": [false, true],
  "backup-frequency-extended": [true, false],
  "backup-frequency-blocked": [false, true],
  "backup-strength-ignored": [true, false],
  "backup-strength-blocked": [false, true],
  "backup-policy-role": [false, true],
  "backup-policy-sign-in-risk": [false, true],
  "backup-policy-user-risk": [false, true],
  "backup-policy-location": [false, true],
  "backup-policy-classic": [false, true],
  "backup-policy-new": [false, true],
  "backup-policy-report-only": [true, false],
  "backup-policy-named-users": [true, false],
};

let client: ClientUnderTest;
beforeAll(async () => {
  client = await loadMsalNode();
});

async function eventsOf(name: string): Promise<readonly HistoryEvent[]> {
  const scenario = library.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const { history } = await runScenario(scenario, { client, mount: "direct", seed: "1" });
  return history.events;
}

describe("the backup in its scenarios", () => {
  it.each(Object.entries(expected))("%s", async (name, [serves, declines]) => {
    const byBackup = (await eventsOf(name)).flatMap((event) =>
      event.kind === "exchange-ended" && event.servedBy === "backup" ? [event] : [],
    );
    expect(byBackup.some(({ issued }) => issued?.token !== undefined)).toBe(serves);
    expect(byBackup.some(({ error }) => error !== undefined)).toBe(declines);
  });

  it.each(["backup-new-device", "backup-new-app"])(
    "%s: what is new cannot begin in the outage, and can when it is over",
    async (name) => {
      const events = await eventsOf(name);
      const signIns = events.flatMap((event) =>
        event.kind === "operation-invoked" &&
        event.flow === "authorization-code" &&
        event.client !== "desk-app-1"
          ? [event.operation]
          : [],
      );
      const outcomes = events.flatMap((event) =>
        event.kind === "operation-completed" && signIns.includes(event.operation)
          ? [event.outcome]
          : [],
      );
      expect(outcomes).toEqual(["fail", "fail", "ok"]);
    },
  );
});
