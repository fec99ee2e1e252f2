/** What was done by hand is saved as a scenario, which plays it again. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { createWorld } from "../entra/directory/create-world.ts";
import type { History } from "../history/event.ts";
import { parseJournal } from "../history/journal.ts";
import { ask, control, daemonRequest, serve } from "../../test/support/serve.ts";
import { signInByDevice } from "../../test/support/device-sign-in.ts";
import type { Serving } from "./start-serving.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const SLOW_MS = 240_000;

/** Plays a scenario by the command, and returns its journal. */
function play(text: string): History {
  const out = join(root, "reports", "out");
  mkdirSync(out, { recursive: true });
  // In the repository, so that it finds the package by its name.
  const folder = mkdtempSync(join(out, "saved-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "saved.scenario.ts"), text);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "bin", "brownout.js"), "run", "./saved.scenario.ts", "--out", "out"],
    { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", VITEST: undefined } },
  );
  expect([status === 2, stdout + stderr]).toEqual([false, expect.anything()]);
  const journals = join(folder, "out", "journals");
  const [file = ""] = readdirSync(journals);
  return parseJournal(readFileSync(join(journals, file), "utf8"), file);
}

const saved = async (serving: Serving): Promise<string> =>
  (await control(serving, "GET", "/scenario?name=busy-monday")).text;

const by = (serving: Serving, time: string) =>
  control(serving, "POST", "/clock/advance", { by: time });

function windowsOf({ events }: History) {
  return events.flatMap((event) =>
    event.kind === "fault-began"
      ? [{ effect: event.window.effect, for: event.window.for, from: event.window.from }]
      : [],
  );
}

describe("a scenario of what was done by hand", () => {
  it(
    "has the outages as long as they were, the calls of each program, and the changes of the world",
    async () => {
      const serving = await serve();
      await by(serving, "3h");
      const daemon = (proxyUser: string) =>
        ask(serving, { ...daemonRequest, way: "proxy", proxyUser });
      await daemon("pod-a");
      await by(serving, "2m");
      await control(serving, "POST", "/outages", { preset: "throttled" });
      await daemon("pod-a");
      await daemon("pod-b");
      await by(serving, "3m");
      await control(serving, "DELETE", "/outages");
      await by(serving, "5m");
      await daemon("pod-b");
      const refresh = await signInByDevice(serving);
      await by(serving, "1h");
      expect(await refresh()).toMatchObject({ status: 200 });
      await control(serving, "POST", "/world", { change: "disable", user: "adele" });
      await control(serving, "POST", "/world", { change: "rotateKeys", overlapMs: 0 });
      await by(serving, "1m");
      expect(await refresh()).toMatchObject({ status: 400 });

      const text = await saved(serving);
      expect(text).toContain('name: "busy-monday"');
      const history = play(text);
      expect(windowsOf(history)).toEqual([
        { ...windowsOf(serving.supervisor.current().history())[0], from: 180_000, for: 180_000 },
      ]);
      const calls = history.events.flatMap((event) =>
        event.kind === "operation-invoked"
          ? [`${event.at - history.header.startedAt} ${event.client} ${event.flow}`]
          : [],
      );
      expect(calls).toEqual([
        "60000 nightly-daemon-1 client-credentials",
        "180000 nightly-daemon-1 client-credentials",
        "180000 nightly-daemon-2 client-credentials",
        "660000 nightly-daemon-2 client-credentials",
        "660000 desk-app-1 device-code",
        "4260000 desk-app-1 silent",
        "4320000 desk-app-1 silent",
      ]);
      const changes = history.events.flatMap((event) =>
        event.kind === "world-changed" ? [event.change] : [],
      );
      // Each of the two tenants has keys.
      expect(changes).toEqual(["user-disabled", "keys-rotated", "keys-rotated"]);
      const ends = history.events.flatMap((event) =>
        event.kind === "operation-completed" ? [event.outcome] : [],
      );
      expect(ends).toEqual(["ok", "ok", "fail", "ok", "ok", "ok", "fail"]);
    },
    SLOW_MS,
  );

  it(
    "has the world and the settings that were given",
    async () => {
      const world = createWorld({
        tenant: "8a6c1f5e-0000-4000-8000-000000000001",
        apps: [
          {
            name: 'the "poller"',
            kind: "daemon",
            clientId: "8a6c1f5e-0000-4000-8000-000000000002",
          },
        ],
      });
      const [app] = world.tenants[0]?.apps ?? [];
      const serving = await serve({ world, settings: { signInPage: "form" } });
      const url = `https://login.microsoftonline.com/${world.tenants[0]?.id ?? ""}/oauth2/v2.0/token`;
      const form = {
        client_id: app?.clientId ?? "",
        client_secret: app?.secrets[0]?.value ?? "",
        grant_type: "client_credentials",
        scope: "https://graph.microsoft.com/.default",
      };
      expect(await ask(serving, { url, form })).toMatchObject({ status: 200 });
      const text = await saved(serving);
      expect(text).toContain('signInPage: "form"');
      const { events } = play(text);
      expect(events).toContainEqual(
        expect.objectContaining({ kind: "operation-completed", outcome: "ok" }),
      );
    },
    SLOW_MS,
  );
});
