/**
 * Nights of one job, played by the script for cron and by the steps of the GitHub workflow, with
 * everything that happens to such a job, over real channels: each truth is heard once to each of
 * them, and none is missed. `BROWNOUT_NIGHTS=cron` leaves the workflow out. `NIGHTS_TABLE=FILE` adds what was heard to a table.
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { days } from "../harness/core/time/duration.ts";
import { type ProjectState, writeProject } from "./support/night-project.ts";
import { channels, createReceivers } from "./support/night-receivers.ts";
import { mayMount, type Played, playCron, playGithub } from "./support/night-stages.ts";
import { before, type Night, type Stage, stages, story } from "./support/night-story.ts";

vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 60_000 });

let place = "";
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "brownout nights-"));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const table = process.env["NIGHTS_TABLE"];
const only = process.env["BROWNOUT_NIGHTS"];
const FIRST_MS = Date.UTC(2026, 9, 1, 3);

/** What the project is on a night. */
function stateAfter(state: ProjectState, night: Night, number: number): ProjectState {
  const { scenarios, msal, version, isSameCommit, isMachineBusy = false } = night;
  const commit = createHash("sha1").update(String(number)).digest("hex");
  return {
    ...state,
    scenarios: scenarios ?? state.scenarios,
    msal: msal ?? state.msal,
    version: version ?? state.version,
    commit: isSameCommit === true ? state.commit : commit,
    isMachineBusy,
  };
}

/** What is on a branch that has the fixes. */
function onBranch(state: ProjectState): ProjectState {
  return { ...state, branch: "fix", scenarios: { login: 0, refresh: "upgraded", old: 0 } };
}

/** What a channel is to hear. */
function expected({ hears = [], instead = {} }: Night, stage: Stage, channel: string) {
  return instead[channel] ?? ("cron" in hears ? hears[stage] : hears);
}

function codeOf({ code }: Night, stage: Stage): number | null {
  return typeof code === "number" ? code : code[stage];
}

describe.each(stages.filter((stage) => only === undefined || stage === only))(
  "a job of many nights by %s",
  (stage) => {
    it("reports each truth once to each channel, and misses none", async () => {
      const receivers = await createReceivers();
      const project = join(place, stage, "orders app");
      mkdirSync(project, { recursive: true });
      const names = stage === "cron" ? [...channels, "mail"] : channels;
      const logs: string[] = [];
      const wrong: object[] = [];
      if (table !== undefined) writeHead(stage, names);
      try {
        let [state, atMs] = [before, FIRST_MS];
        for (const [index, night] of story.entries()) {
          // Two of these need a disk of one's own.
          if (night.accident?.endsWith("disk-full") === true && !mayMount) continue;
          state = stateAfter(state, night, index + 1);
          atMs += index === 0 ? 0 : days(night.daysLater ?? 1);
          const tonight = night.accident === "branch" ? onBranch(state) : state;
          writeProject(project, tonight);
          receivers.setAway(night.away ?? {});
          const { commit, branch } = tonight;
          const { accident } = night;
          const hangs = Object.values(tonight.scenarios).includes("hangs");
          const played: Played = await (stage === "cron" ? playCron : playGithub)({
            project,
            address: receivers.address,
            atMs,
            commit,
            branch,
            hangs,
            ...(accident === undefined ? {} : { accident }),
          });
          logs.push(played.log);
          const heard = Object.fromEntries(
            names.map((name) => [
              name,
              (name === "mail" ? played.mail : receivers.heard(name)).toSorted(),
            ]),
          );
          if (table !== undefined) writeRow({ index, night, stage, names, heard, played });
          const wanted = Object.fromEntries(
            names.map((name) => [name, expected(night, stage, name).toSorted()]),
          );
          const is = { code: played.code, heard };
          const wants = { code: codeOf(night, stage), heard: wanted };
          if (JSON.stringify(is) !== JSON.stringify(wants))
            wrong.push({ night: index + 1, is, wants, log: played.log });
        }
        expect(wrong).toEqual([]);
        const upgrade = logs[story.findIndex(({ msal }) => msal !== undefined)];
        expect(upgrade).toMatch(
          /@azure\/msal-node\s+6\.0\.1\s+→\s+7\.2\.3,\s+commits\s+\w{10}\.\.\w{10}/,
        );
        // What is open is what still fails; the rest was closed.
        expect(
          receivers.issues.filter(({ state: is }) => is === "open").map(({ title }) => title),
        ).toEqual(expect.arrayContaining(["Brownout: retry-after in login, orders"]));
      } finally {
        receivers.close();
      }
    });
  },
);

const cell = (texts: readonly string[]): string => texts.join("; ") || "–";

function writeHead(stage: Stage, names: readonly string[]): void {
  const head = ["night", "what happens", "exit code", "expected", ...names];
  appendFileSync(
    table ?? "",
    `\n## ${stage}\n\n| ${head.join(" | ")} |\n|${" --- |".repeat(head.length)}\n`,
  );
}

function writeRow({
  index,
  night,
  stage,
  names,
  heard,
  played,
}: {
  readonly index: number;
  readonly night: Night;
  readonly stage: Stage;
  readonly names: readonly string[];
  readonly heard: Readonly<Record<string, readonly string[]>>;
  readonly played: Played;
}): void {
  const cells = [
    String(index + 1),
    night.happens,
    String(played.code ?? "none"),
    cell(expected(night, stage, "teams")),
    ...names.map((name) => cell(heard[name] ?? [])),
  ];
  appendFileSync(table ?? "", `| ${cells.join(" | ")} |\n`);
}
