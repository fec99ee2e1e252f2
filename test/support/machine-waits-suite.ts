/**
 * What an application of a user's own waits for outside of the simulator, under one mount: time-outs
 * of its sockets, child processes, the thread pool, a database. One file a mount calls it.
 */
import { execFile, spawn } from "node:child_process";
import { hkdf, pbkdf2, scrypt } from "node:crypto";
import https from "node:https";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import net from "node:net";
import { once } from "node:events";
import { promisify } from "node:util";
import { DefaultAzureCredential } from "@azure/identity";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { loadClient } from "../../harness/clients/registry.ts";
import { minutes, seconds } from "../../harness/core/time/duration.ts";
import { hang } from "../../harness/faults/presets.ts";
import { writeJournal } from "../../harness/history/journal.ts";
import type { ProcessMount } from "../../harness/network/mount-names.ts";
import { judgeHistory, verdictOf } from "../../harness/rules/rules.ts";
import { runScenario } from "../../harness/runner/run.ts";
import type { Scenario, ScriptContext } from "../../harness/runner/scenario.ts";
import { only, scenario } from "./run.ts";
import { type Peer, startPeer } from "./waits/play-rows.ts";

const TOKEN = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";

/** The status of a token request by node:https; rejects as the request does. */
function askForToken(options: https.RequestOptions = {}): Promise<number> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "33333333-cccc-4ccc-8ccc-000000000011",
    client_secret: "fixture-secret-of-nightly-daemon",
    scope: "https://graph.microsoft.com/.default",
  }).toString();
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": form.length,
  };
  return new Promise((resolve, reject) => {
    const request = https.request(TOKEN, { method: "POST", headers, ...options }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", reject);
    });
    // Without a time-out of the program the event comes all the same: Node's own agent has one of 5 s.
    if (options.timeout !== undefined || options.agent !== undefined)
      request.on("timeout", () => request.destroy(new Error("timed out")));
    request.on("error", reject);
    request.end(form);
  });
}

/** Declares the tests for one mount. */
export function machineWaitsSuite(mount: ProcessMount): void {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startPeer();
  });
  afterAll(() => peer.stop());
  afterEach(() => vi.unstubAllEnvs());

  const play = async (script: Scenario["script"], more: Partial<Scenario> = {}) => {
    const wanted = scenario(script, more);
    const client = await loadClient(undefined, wanted);
    return runScenario(wanted, { client, mount, seed: "1" });
  };

  const hangs = [hang({ from: 0, for: minutes(10) })];

  describe(`own code under the mount ${mount}`, () => {
    it.each<[how: string, options: () => https.RequestOptions]>([
      ["its option", () => ({ timeout: 3_500 })],
      ["its agent", () => ({ agent: new https.Agent({ timeout: 3_500 }) })],
    ])(
      "ends a request that hangs by the time-out of %s, and is judged by that",
      async (_, options) => {
        const ends: unknown[] = [];
        const outcome = await play(
          async ({ operate, clock }) => {
            await operate("sync", () => askForToken(options()).then(() => undefined)).catch(
              (error: Error) => ends.push(error.message, clock.elapsed()),
            );
            await clock.until(minutes(11));
            await operate("sync", () => askForToken(options()).then(() => undefined));
          },
          { faults: hangs, asserts: ["call-duration"] },
        );
        expect(ends).toEqual(["timed out", 3_500]);
        expect(verdictOf(judgeHistory(outcome.history))).toBe("pass");
      },
    );

    it("lets node:https wait without a time-out as long as the service hangs", async () => {
      const ends: unknown[] = [];
      await play(
        async ({ operate, clock }) => {
          await operate("sync", () => askForToken().then(() => undefined)).catch(
            (error: NodeJS.ErrnoException) => ends.push(error.code, clock.elapsed()),
          );
        },
        { faults: hangs },
      );
      expect(ends).toEqual(["ECONNRESET", minutes(10)]);
    });

    /** Everything that takes the machine's time, and a timer beside it that would fire if time passed. */
    const worksOutside = async ({ note }: Pick<ScriptContext, "note">): Promise<void> => {
      const timer = setTimeout(() => note("a timer of 10 s fired"), 10_000);
      await promisify(execFile)("sleep", ["0.2"]);
      await promisify(pbkdf2)("password", "salt", 200_000, 32, "sha256");
      await promisify(scrypt)("password", "salt", 64);
      await promisify(hkdf)("sha512", "key", "salt", "info", 64);
      const database = net.connect(peer.ports.tcp, "127.0.0.1");
      database.write("30\n");
      await once(database, "data");
      database.destroy();
      clearTimeout(timer);
    };

    it("sees no time pass while it waits for the machine, and writes the same journal on a busy one", async () => {
      const playOnce = () =>
        play(async ({ operate, clock, note }) => {
          await operate("load", async () => {
            await worksOutside({ note });
            await askForToken();
          });
          note(`${clock.elapsed()} ms`);
          await clock.sleep(seconds(25));
          await operate("load", () => askForToken().then(() => undefined));
        });
      const first = await playOnce();
      const burners = [1, 2].map(() => spawn(process.execPath, ["-e", "for (;;);"]));
      const second = await playOnce().finally(() => {
        for (const burner of burners) burner.kill();
      });
      expect(only(first, "noted").map(({ text }) => text)).toEqual(["0 ms"]);
      expect(only(first, "wait-abandoned")).toEqual([]);
      expect(first.simulatedMs).toBe(seconds(25));
      expect(writeJournal(second.history)).toBe(writeJournal(first.history));
    });

    it("gets a token of the command line when DefaultAzureCredential falls through to it", async () => {
      const folder = mkdtempSync(join(tmpdir(), "brownout-az-"));
      const reply = {
        accessToken: "of-the-command-line",
        expires_on: 4_102_444_800,
        tokenType: "Bearer",
      };
      writeFileSync(join(folder, "az"), `#!/bin/sh\nsleep 0.2\necho '${JSON.stringify(reply)}'\n`);
      chmodSync(join(folder, "az"), 0o755);
      vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"] ?? ""}`);
      const tokens: string[] = [];
      const outcome = await play(async ({ operate }) => {
        await operate("load", async () => {
          const credential = new DefaultAzureCredential();
          tokens.push((await credential.getToken("https://graph.microsoft.com/.default")).token);
        });
      });
      rmSync(folder, { recursive: true });
      expect(tokens).toEqual(["of-the-command-line"]);
      expect(only(outcome, "wait-abandoned")).toEqual([]);
      expect(outcome.simulatedMs).toBeLessThan(minutes(1));
    });

    it("records what time went on without, and what that decides is inconclusive", async () => {
      const outcome = await play(
        async ({ operate, clock }) => {
          await operate("load", async () => {
            const database = net.connect({ port: peer.ports.silent, host: "127.0.0.1" });
            database.write("select 1\n");
            const patience = new Promise<void>((resolve) => void setTimeout(resolve, 2_000));
            await Promise.race([once(database, "data"), patience]);
            database.destroy();
            await askForToken();
          });
          await clock.sleep(seconds(1));
        },
        { waits: { limitsMs: { socket: 100 } } },
      );
      const what = `an answer from 127.0.0.1:${peer.ports.silent}`;
      expect(only(outcome, "wait-abandoned")).toMatchObject([
        { wait: "socket", what, limitMs: 100, operations: [1] },
      ]);
      expect(outcome.simulatedMs).toBe(3_000);
      const findings = judgeHistory(outcome.history);
      expect(verdictOf(findings)).toBe("inconclusive");
      expect(findings.find(({ rule }) => rule === "real-time-limit")?.message).toContain(what);
    });

    it("is not waited for where the scenario says so", async () => {
      const outcome = await play(
        async ({ operate }) => {
          await operate("load", async () => {
            const news = net.connect({ port: peer.ports.silent, host: "127.0.0.1" });
            news.write("subscribe\n");
            await new Promise((resolve) => void setTimeout(resolve, 20_000));
            news.destroy();
          });
        },
        { waits: { notWaitedFor: [`localhost:${peer.ports.silent}`] } },
      );
      expect([outcome.simulatedMs, only(outcome, "wait-abandoned")]).toEqual([20_000, []]);
      expect(verdictOf(judgeHistory(outcome.history))).toBe("pass");
    });
  });
}
