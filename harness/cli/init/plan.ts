/** What init would write, compared with what is there. */
import { lstatSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import type { DetectedApp } from "./detect.ts";
import { withScript } from "./manifest.ts";
import type { Project } from "./read-project.ts";
import { runnerCommands } from "./runner-commands.ts";
import { extensionOf } from "./source-text.ts";
import { nextOutageText, nextServerText, nextSignInText } from "./write-next-tests.ts";
import { nodeOutageText, nodeSignInText } from "./write-node-tests.ts";
import {
  openAppText,
  pageOutageText,
  pageSignInText,
  playwrightConfigText,
} from "./write-page-tests.ts";
import { webOutageText, webSignInText } from "./write-web-tests.ts";
import { worldText } from "./write-world.ts";

/** The script that init adds. */
export const SCRIPT = "test:outage";

/** A file of the plan, relative to the project. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  /** `new`; `same` as planned already; `changed` since, and left alone. */
  readonly state: "new" | "same" | "changed";
}

/** All that init would do to the project. */
export interface InitPlan {
  readonly files: readonly PlannedFile[];
  /** The new text of package.json; undefined when it has the script already. */
  readonly manifest: string | undefined;
  /** The script is there with other words, which stay. */
  readonly isScriptTaken: boolean;
  readonly script: string;
  /** What has to run before them: the build of an app. */
  readonly before?: readonly string[];
  /** The commands that run each of the two tests. */
  readonly signIn: readonly string[];
  readonly outage: readonly string[];
}

/** Makes the plan; throws `bad-usage` where a file would be outside of the project. */
export function makePlan(project: Project, app: DetectedApp): InitPlan {
  const { folder, infix } = app.placement;
  const extension = extensionOf(app);
  const name = (file: string): string => `${folder}/${file}.${extension}`;
  const isPage = app.kind === "page";
  // Playwright's own tests, so that no other runner of the project takes them for its own.
  const ending = isPage ? ".spec" : infix;
  const signIn = name(`sign-in${ending}`);
  const outage = name(`outage${ending}`);
  const texts = testTexts[app.kind];
  const files: readonly (readonly [path: string, text: string])[] = [
    [name("world"), worldText(app)],
    ...(app.kind === "next" ? ([[name("server"), nextServerText(app)]] as const) : []),
    ...(isPage
      ? ([
          [name("playwright.config"), playwrightConfigText(app)],
          [name("open-app"), openAppText(app)],
        ] as const)
      : []),
    [signIn, texts.signIn(app)],
    [outage, texts.outage(app)],
  ];
  const commands = runnerCommands(app, { signIn, outage });
  const existing = project.manifest.scripts[SCRIPT];
  return {
    files: files.map(([path, text]) => ({ path, text, state: stateOf(project.root, path, text) })),
    manifest:
      existing === undefined ? withScript(project.manifest, SCRIPT, commands.script) : undefined,
    isScriptTaken: existing !== undefined && existing !== commands.script,
    ...commands,
  };
}

type WriteText = (app: DetectedApp) => string;
const node = { signIn: nodeSignInText, outage: nodeOutageText };
const web = { signIn: webSignInText, outage: webOutageText };
const testTexts: Readonly<
  Record<DetectedApp["kind"], { readonly signIn: WriteText; readonly outage: WriteText }>
> = {
  page: { signIn: pageSignInText, outage: pageOutageText },
  web,
  next: { signIn: nextSignInText, outage: nextOutageText },
  saml: web,
  native: node,
  job: node,
  "managed-identity": node,
};

function stateOf(root: string, path: string, text: string): PlannedFile["state"] {
  refuseToLeave(root, path);
  const found = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined) return "new";
  return found.isFile() && readFileSync(join(root, path), "utf8") === text ? "same" : "changed";
}

/** A folder on the way may be a link. */
export function refuseToLeave(root: string, path: string): void {
  let folder = dirname(join(root, path));
  while (lstatSync(folder, { throwIfNoEntry: false }) === undefined) folder = dirname(folder);
  if (lstatSync(folder).isFile()) {
    throw new HarnessError("bad-usage", "there is a file where its folder would be", {
      place: path,
      hint: "Rename that file, then run init again.",
    });
  }
  const real = realpathSync(folder);
  if (
    real === folder &&
    (real === root || real.startsWith(`${root}/`) || real.startsWith(`${root}\\`))
  )
    return;
  throw new HarnessError("bad-usage", "it leads out of the project, or through a link", {
    place: path,
    hint: "Remove the link, then run init again.",
  });
}

/** The plan as lines of a diff: every new file whole, and what changes in package.json. */
export function planLines(plan: InitPlan, manifestBefore: string): readonly string[] {
  return [
    ...plan.files.flatMap(({ path, text, state }) => {
      if (state === "same") return [`  ${path}: already there, unchanged`];
      if (state === "changed") return [`  ${path}: already there with another text, left alone`];
      return [`+ ${path}`, ...textLines(text).map((line) => `+   ${line}`.trimEnd())];
    }),
    ...manifestLines(plan, manifestBefore),
  ];
}

function manifestLines({ manifest, isScriptTaken }: InitPlan, before: string): readonly string[] {
  if (manifest === undefined)
    return [
      `  package.json: script ${SCRIPT} already there, ${isScriptTaken ? "with another command, left alone" : "unchanged"}`,
    ];
  const [old, now] = [textLines(before), textLines(manifest)];
  let same = 0;
  while (same < old.length && old[same] === now[same]) same += 1;
  let sameAtEnd = 0;
  const shorter = Math.min(old.length, now.length) - same;
  while (sameAtEnd < shorter && old.at(-1 - sameAtEnd) === now.at(-1 - sameAtEnd)) sameAtEnd += 1;
  return [
    "~ package.json",
    ...old.slice(same, old.length - sameAtEnd).map((line) => `-   ${line}`),
    ...now.slice(same, now.length - sameAtEnd).map((line) => `+   ${line}`),
  ];
}

function textLines(text: string): readonly string[] {
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}
