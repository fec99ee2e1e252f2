/** `brownout record`: a scenario from a capture: its world, what was broken, and when the application asked. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { ownCommand } from "../../core/own-command.ts";
import { writeWhole } from "../../reporting/files/write-whole.ts";
import type { Arguments, Options } from "../arguments.ts";
import type { Io } from "../io.ts";
import { recordedCallsOf } from "../../runner/recorded/recorded-calls.ts";
import { recordedFaultsOf } from "../../runner/recorded/recorded-faults.ts";
import { scenarioText } from "../../runner/recorded/scenario-text.ts";
import { captureDraft } from "../record/capture-draft.ts";
import { readHistory } from "./check.ts";

/** The options of `brownout record`. */
export const recordOptions = {
  to: { value: "FILE", says: "the scenario (default: beside the capture, NAME.scenario.ts)" },
} as const satisfies Options;

/** Writes the scenario; resolves to the exit code. */
export async function recordCommand(
  { values, positionals }: Arguments<typeof recordOptions>,
  io: Io,
): Promise<number> {
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    throw new HarnessError("bad-usage", "record needs one file", {
      hint: "Name a HAR file or a journal: brownout record capture.har",
    });
  }
  const name = nameOf(file);
  const written = values.to ?? join(dirname(file), `${name}.scenario.ts`);
  const path = resolve(io.cwd, written);
  if (existsSync(path)) {
    throw new HarnessError("bad-usage", "there is a file already", {
      place: written,
      hint: "Remove it, or name another: --to FILE.",
    });
  }
  if (!/\.[cm]?ts$/.test(path)) {
    throw new HarnessError("bad-usage", `expected a file of TypeScript, got "${written}"`, {
      place: "--to",
      hint: `Write --to ${name}.scenario.ts.`,
    });
  }
  const history = await readHistory(file, io);
  const recorded = recordedCallsOf(history);
  if (recorded.calls.length === 0) {
    throw new HarnessError("bad-har", "no request for a token is in it that a scenario can play", {
      place: file,
      hint: "Record while the app signs in or renews its token, with the bodies of requests.",
    });
  }
  const faults = recordedFaultsOf(history);
  writeWhole(path, scenarioText(captureDraft(name, recorded, faults)));
  const { calls, apps, leftOut } = recorded;
  io.stdout.write(
    `${written}: ${count(apps.length, "app")}, ${count(calls.length, "call")}, ${count(faults.length, "fault")}.\n`,
  );
  if (leftOut > 0)
    io.stdout.write(
      `${count(leftOut, "request")} for a token left out: of other grants, or too many.\n`,
    );
  const run = `${ownCommand()} run ./${written}`;
  io.stdout.write(`Play it: ${run}\n`);
  return 0;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Kebab-case, of the name of the file. */
function nameOf(file: string): string {
  const name = basename(file)
    .replace(/\.(?:har|jsonl?|txt)$/i, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "recorded" : name.slice(0, 60);
}
