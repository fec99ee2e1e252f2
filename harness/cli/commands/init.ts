/**
 * `brownout init`: looks at the project in this folder, shows what it would write, and writes a
 * world, a first sign-in test and a first outage test once that is agreed to. It can be run again.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ownCommand } from "../../core/own-command.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { createPaint, type Paint } from "../../reporting/formats/terminal.ts";
import type { Arguments, Options } from "../arguments.ts";
import { appKinds, type Choices } from "../init/choices.ts";
import { detect, type DetectedApp } from "../init/detect.ts";
import { callName } from "../init/find-calls.ts";
import { installCommand, runners } from "../init/find-runner.ts";
import { readManifest, withScript } from "../init/manifest.ts";
import { type InitPlan, makePlan, planLines, refuseToLeave, SCRIPT } from "../init/plan.ts";
import { type Project, readProject } from "../init/read-project.ts";
import type { Io } from "../io.ts";
import { readTextFile } from "../text-file.ts";

/** The options of `brownout init`. */
export const initOptions = {
  kind: { value: "KIND", says: `the kind of app: ${appKinds.join(", ")}` },
  runner: { value: "NAME", says: `the test runner: ${runners.join(", ")}` },
  "client-id": { value: "GUID", says: "the app's client id, where the sources do not show it" },
  tenant: { value: "GUID", says: "the tenant id, where the sources do not show it" },
  call: {
    value: "FILE#FUNCTION",
    says: "what the tests call: an exported function without arguments, src/mail.ts#unread",
  },
  "sign-in": {
    value: "PATH",
    says: "the path of a web app that sends people to Entra, /auth/signin",
  },
  url: { value: "URL", says: "where the page is served, http://localhost:5173" },
  yes: { says: "write without asking" },
  install: { says: "install the packages that the tests need" },
  "no-run": { says: "do not run the tests" },
} as const satisfies Options;

/** The exit code where no test has judged the app. */
const NOT_DONE = 2;

type Given = Arguments<typeof initOptions>;

/** Plans, asks, writes, runs; resolves to the exit code. */
export async function initCommand(given: Given, io: Io): Promise<number> {
  const choices = choicesOf(given, io.cwd);
  const project = readProject(io.cwd);
  const app = await detect(project, choices);
  const plan = makePlan(project, app);
  const paint = createPaint(io.stdout, io.environment);
  const print = (lines: readonly string[]): void => {
    for (const line of lines) io.stdout.write(`${line}\n`);
  };
  print([
    ...foundLines(app, paint),
    "",
    ...planLines(plan, project.manifest.text).map(painted(paint)),
    "",
  ]);
  if (isChange(plan) && !(await isAgreed(given, io))) {
    print(["Nothing was written."]);
    return NOT_DONE;
  }
  print(write(project, plan));
  const missing = await install(app, given, project, io);
  const isAsked = given.values["no-run"] === undefined;
  if (isAsked && missing === undefined) return runTests(project, app, plan, io);
  const needs = isAsked
    ? "The tests were not run; they need more packages"
    : "The tests need more packages";
  print([
    ...(missing === undefined ? [] : [`${needs}: ${missing}`]),
    `Run them: ${app.packageManager} run ${SCRIPT}`,
  ]);
  return isAsked ? NOT_DONE : 0;
}

function choicesOf({ values, positionals: [file, second] }: Given, cwd: string): Choices {
  if (second !== undefined) {
    throw new HarnessError("bad-usage", `init takes one registration, found "${second}" as well`, {
      hint: 'See "brownout init --help".',
    });
  }
  const { kind, runner, call, url, tenant, "client-id": clientId, "sign-in": signIn } = values;
  return {
    ...(file === undefined ? {} : { registration: readRegistration(resolve(cwd, file), file) }),
    ...(kind === undefined ? {} : { kind: choose("--kind", kind, appKinds) }),
    ...(runner === undefined ? {} : { runner: choose("--runner", runner, runners) }),
    ...(call === undefined ? {} : { call }),
    ...(url === undefined ? {} : { url }),
    ...(signIn === undefined ? {} : { signIn }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(clientId === undefined ? {} : { clientId }),
  };
}

function readRegistration(path: string, named: string): object {
  let read: unknown;
  try {
    read = JSON.parse(readTextFile(path, named));
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new HarnessError("bad-usage", `it is not JSON: ${(error as Error).message}`, {
      place: named,
      hint: `Write it with: az ad app show --id CLIENT_ID > ${named}`,
      cause: error,
    });
  }
  // What it lacks is said by who reads it.
  return Object(read) as object;
}

function choose<Choice extends string>(
  option: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new HarnessError(
    "bad-usage",
    `${option} is "${value}"; it is one of ${choices.join(", ")}`,
    {
      hint: suggestNames(value, choices, 'See "brownout init --help".'),
    },
  );
}

function foundLines(app: DetectedApp, paint: Paint): readonly string[] {
  const { client, registration, call, page, web, next, otherCalls } = app;
  const others =
    otherCalls.length === 0 ? "" : ` (--call takes another: ${otherCalls.slice(0, 4).join(", ")})`;
  const found = [
    ["app", `${app.kind}: ${client.called} in ${client.path}:${client.line}`],
    ["client id", registration.clientId],
    ["tenant", registration.domain ?? registration.tenant],
    ["test runner", app.runner],
    ...(call === undefined ? [] : [["calls", `${callName(call)}${others}`]]),
    ...(page === undefined ? [] : [["page", pageWords(page, app)]]),
    ...(next === undefined
      ? []
      : [["web app", `Next.js, which the tests build and serve at ${next.origin}`]]),
    ...(web === undefined
      ? []
      : [
          ["web app", webAppWords(app)],
          ["sign-in", `GET ${web.signInPath}`],
          ["then", thenOf(web)],
        ]),
  ] as const;
  return [
    paint("bold", "Found"),
    ...found.map(([name = "", value = ""]) => `  ${name.padEnd(12)} ${value}`),
    ...app.notes.map((note) => `  ${paint("yellow", "note")}         ${note}`),
  ];
}

function thenOf({ page, before }: NonNullable<DetectedApp["web"]>): string {
  if (page === undefined) return "no page found";
  const first = before === undefined ? "" : ` (after GET ${before.path}, which gets its token)`;
  return `GET ${page.path}${first}`;
}

function webAppWords({ web, nestModule }: DetectedApp): string {
  const made = web?.app.of === "nest" ? nestModule : web?.app;
  return made === undefined ? "" : `${made.path}#${made.exported}`;
}

function pageWords(page: NonNullable<DetectedApp["page"]>, app: DetectedApp): string {
  const served =
    page.script === undefined ? "" : `, served by ${app.packageManager} run ${page.script}`;
  const clicks = (page.clicks ?? []).map(({ name }) => `"${name}"`).join(", then ");
  const signIn =
    page.clicks === undefined
      ? "; no sign-in button was found in the sources: see open-app in the plan"
      : clicks === ""
        ? "; it signs in by itself"
        : `; sign-in by ${clicks}`;
  return page.origin + served + signIn;
}

function painted(paint: Paint): (line: string) => string {
  return (line) =>
    line.startsWith("+") ? paint("green", line) : line.startsWith("-") ? paint("red", line) : line;
}

function isChange({ files, manifest }: InitPlan): boolean {
  return manifest !== undefined || files.some(({ state }) => state === "new");
}

async function isAgreed({ values }: Given, { ask }: Io): Promise<boolean> {
  if (values.yes !== undefined) return true;
  if (ask === undefined) {
    throw new HarnessError("bad-usage", "nothing was written: there is no terminal to ask at", {
      hint: "Agree to the plan above: brownout init --yes",
    });
  }
  return /^y(?:es)?$/i.test((await ask("Write these files? [y/N] ")).trim());
}

/** Writes what is new; what has appeared while the question was open is left alone. */
function write({ root }: Project, { files, manifest, script }: InitPlan): readonly string[] {
  const written: string[] = [];
  const appeared: string[] = [];
  const current = manifest === undefined ? undefined : readManifest(root);
  for (const { path, text, state } of files)
    if (state === "new") (writeNew(root, path, text) ? written : appeared).push(path);
  if (current !== undefined) {
    const isTaken = current.scripts[SCRIPT] !== undefined;
    if (!isTaken) writeFileSync(join(root, "package.json"), withScript(current, SCRIPT, script));
    (isTaken ? appeared : written).push(`script ${SCRIPT} in package.json`);
  }
  return [
    written.length === 0 ? "Nothing to write." : `Wrote ${written.join(", ")}.`,
    ...appeared.map((one) => `${one} has appeared since, left alone.`),
  ];
}

/** Whether the file was written: false when one of that name is there. */
function writeNew(root: string, path: string, text: string): boolean {
  refuseToLeave(root, path);
  try {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { flag: "wx" });
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    throw new HarnessError("bad-usage", `it cannot be written: ${message}`, {
      place: path,
      hint: "Look at the permissions of its folder, then run init again.",
      cause: error,
    });
  }
}

/** The command that installs what is missing, if it is not run here. */
async function install(
  app: DetectedApp,
  { values }: Given,
  { root }: Project,
  io: Io,
): Promise<string | undefined> {
  if (app.packages.length === 0) return undefined;
  const command = installCommand(app.packageManager, app.packages);
  if (values.install === undefined) return command;
  io.stdout.write(`${command}\n`);
  const code = await io.runProgram(command.split(" "), root);
  if (code === 0) return undefined;
  throw new HarnessError("bad-usage", `${command} ended with ${code}`, {
    hint: "Install them by hand, then run init again.",
  });
}

async function runTests(
  { root, manifest: { dependencies } }: Project,
  app: DetectedApp,
  plan: InitPlan,
  io: Io,
): Promise<number> {
  const run = async (command: readonly string[]): Promise<boolean> => {
    io.stdout.write(`${command.join(" ")}\n`);
    return (await io.runProgram(command, root)) === 0;
  };
  if (plan.before !== undefined && !(await run(plan.before))) {
    io.stdout.write(`${plan.before.join(" ")} failed, so no test was run.\n`);
    return NOT_DONE;
  }
  const isSignedIn = await run(plan.signIn);
  const passes = isSignedIn && (await run(plan.outage));
  const guide = "node_modules/brownout/docs/guide";
  const verdict = isSignedIn
    ? `The sign-in test passes; the outage test ${passes ? "passes" : "fails, and says why above"}.`
    : "The sign-in test fails; what it says above comes first, and the outage test was not run.";
  for (const line of [
    "",
    `${verdict} Both again: ${app.packageManager} run ${SCRIPT}`,
    `What a finding means and what to do: ${guide}/results.md`,
    `Users, secrets and APIs in ${plan.files[0]?.path}: ${guide}/worlds.md`,
    `What else a test can do: ${guide}/${guideTo(app, dependencies)}.md; other outages: ${ownCommand(app.packageManager)} list, ${guide}/faults.md`,
    `In CI, for every pull request and every night: ${guide}/ci.md`,
  ])
    io.stdout.write(`${line}\n`);
  return isSignedIn ? (passes ? 0 : 1) : NOT_DONE;
}

/** The guide to apps of that kind, by name. */
function guideTo(
  { kind, runner }: DetectedApp,
  dependencies: Readonly<Record<string, string>>,
): string {
  if (kind === "page") {
    const [, guide = "pages"] = pageGuides.find(([name]) => dependencies[name] !== undefined) ?? [];
    return guide;
  }
  if (dependencies["@nestjs/core"] !== undefined) return "nestjs";
  if (dependencies["@azure/functions"] !== undefined) return "azure-functions";
  if (kind === "next") return "nextjs";
  if (kind === "web") return "express";
  if (kind === "saml" || kind === "managed-identity") return kind;
  return runner === "vitest" ? "node" : "runners";
}

const pageGuides = [
  ["react", "react"],
  ["@angular/core", "angular"],
  ["vue", "vue"],
] as const;
