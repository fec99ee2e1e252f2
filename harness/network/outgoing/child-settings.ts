/**
 * What a program or thread that a guarded process starts finds in its environment, and the
 * file in which it reports what was stopped: written at once, since many end right afterwards.
 */
import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeTemporaryFolder } from "../../core/temporary-folder.ts";

/** The environment variable with the settings, as JSON. */
export const SETTINGS_VARIABLE = "BROWNOUT_CHILD";

export interface ChildSettings {
  /** How messages name the program. */
  readonly program: string;
  /** The file that it reports to. */
  readonly reports: string;
  /** Hosts that it may reach. */
  readonly allow: readonly string[];
}

/** Something that a child was kept from. */
export interface ChildReport {
  readonly program: string;
  /** A host, with a port that is not the usual one. */
  readonly place: string;
}

/** The settings in an environment; undefined when the process was not started by a guarded one. */
export function readChildSettings(environment: NodeJS.ProcessEnv): ChildSettings | undefined {
  const text = environment[SETTINGS_VARIABLE];
  return text === undefined ? undefined : (JSON.parse(text) as ChildSettings);
}

/** Adds a report. The guarded process may have ended since, and its file with it. */
export function writeChildReport(file: string, report: ChildReport): void {
  try {
    appendFileSync(file, `${JSON.stringify(report)}\n`);
  } catch {
    // No one reads it any more; the child sees its error.
  }
}

export interface ReportFile {
  readonly path: string;
  /** The reports since the last time. */
  readonly read: () => readonly ChildReport[];
  readonly remove: () => void;
}

/** A new file, which children write to from now on. */
export function createReportFile(): ReportFile {
  const folder = makeTemporaryFolder("children");
  const path = join(folder, "stopped.jsonl");
  let known = 0;
  appendFileSync(path, "");
  return {
    path,
    read() {
      const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
      const reports = lines.slice(known).map((line) => JSON.parse(line) as ChildReport);
      known = lines.length;
      return reports;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The module that guards a child of Node's; in the package it is JavaScript. */
export const childGuardPath = besideThis("child-guard");

/** The path of a module in this folder. */
export function besideThis(name: string): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url));
}
