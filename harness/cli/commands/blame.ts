/** `brownout blame`: since when a finding has been there, and what changed before it. */
import { join } from "node:path";
import { clientPackages } from "../../clients/registry.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { Archive } from "../../reporting/archive/database.ts";
import type { Change, Since } from "../../reporting/archive/change.ts";
import type { TrackedFinding } from "../../reporting/archive/tracked-findings.ts";
import { differenceTexts, sessionText } from "../../reporting/formats/change-text.ts";
import { createPaint } from "../../reporting/formats/terminal.ts";
import { shortPath } from "../../reporting/files/short-path.ts";
import { archiveFolder, archiveOptions } from "../archive-run.ts";
import type { Arguments, Options } from "../arguments.ts";
import { commandToRun } from "../command-name.ts";
import { archiveToRead } from "../find-session.ts";
import { findLine, jobOption } from "../job-line.ts";
import type { Io } from "../io.ts";
import { compareVersions } from "../../clients/versions/version-order.ts";
import { cacheOption } from "../client-versions/cache-option.ts";
import { bisectCommand } from "./bisect.ts";

/** The options of `brownout blame`. */
export const blameOptions = {
  client: { value: "NAME", says: "the client, where several have the finding" },
  archive: archiveOptions.archive,
  ...jobOption,
  bisect: { says: "where versions of the client differ, find the first one that fails" },
  cache: cacheOption,
  json: { says: "print what is known as JSON" },
} as const satisfies Options;

/** What is known of a finding. */
interface Blamed {
  readonly finding: TrackedFinding;
  /** Of its last occurrence; absent when its first session was pruned. */
  readonly since?: Since;
  /** What its rule says, as it was last seen. */
  readonly message?: string;
  /** The arguments of the `bisect` that finds the first bad version, where the client under test is one that bisect knows. */
  readonly bisect?: Bisecting;
}

interface Bisecting {
  readonly positionals: readonly [scenario: string, range: string];
  readonly rule: string;
  /** Of the first bad session, where it is not the usual one. */
  readonly seed?: string;
}

/** Prints what is known of a finding; resolves to 0, or with `--bisect` to the exit code of `bisect`. */
export async function blameCommand(
  { values, positionals }: Arguments<typeof blameOptions>,
  io: Io,
): Promise<number> {
  const folder = archiveFolder(values.archive, io.cwd) ?? io.cwd;
  const archive = archiveToRead(values.archive, io.cwd);
  let blamed: Blamed;
  try {
    const line = findLine(archive.lines(), values.job);
    const findings = line === undefined ? [] : archive.findings(line);
    blamed = blamedOf(findNamed(findings, positionals, values.client), archive);
  } finally {
    archive.close();
  }
  if (values.json !== undefined) {
    io.stdout.write(`${JSON.stringify(asJson(blamed), null, 2)}\n`);
  } else {
    const paint = createPaint(io.stdout, io.environment);
    const [title = "", ...rest] = lines(blamed, { folder, cwd: io.cwd });
    for (const line of [paint("bold", title), ...rest]) io.stdout.write(`${line}\n`);
  }
  if (values.bisect === undefined) return 0;
  const { bisect } = blamed;
  if (bisect === undefined) {
    throw new HarnessError("bad-usage", "no versions of a client under test differ there", {
      place: "--bisect",
      hint: `bisect installs versions of ${[...clientPackages.keys()].join(", ")}; for a package of your own app, change its version and run again.`,
    });
  }
  const { positionals: asked, ...rest } = bisect;
  const { cache } = values;
  const options = { ...rest, ...(cache === undefined ? {} : { cache }) };
  return bisectCommand({ values: options, positionals: [...asked] }, io);
}

/** The one finding that is named: by its id or the beginning of it, or by scenario and rule. */
function findNamed(
  findings: readonly TrackedFinding[],
  names: readonly string[],
  client: string | undefined,
): TrackedFinding {
  const [first, rule, ...more] = names;
  if (first === undefined || more.length > 0) {
    throw new HarnessError("bad-usage", "blame takes a finding", {
      hint: "Name its scenario and its rule, or its id, which trend shows: brownout blame token-throttled retry-after.",
    });
  }
  const known = (wanted: string, candidates: readonly string[]): HarnessError => {
    const hint =
      candidates.length === 0
        ? "It has no findings."
        : suggestNames(wanted, candidates, "brownout trend lists them.");
    return new HarnessError("bad-usage", `the archive has no finding "${names.join(" ")}"`, {
      place: wanted,
      hint,
    });
  };
  const ofScenario = findings.filter(({ subject }) => subject.scenario === first);
  if (ofScenario.length === 0) {
    const isId = rule === undefined && /^[\da-f]{4,12}$/.test(first);
    const found = isId ? findings.filter(({ id }) => id.startsWith(first)) : [];
    if (found.length > 0) return onlyOne(found, first);
    throw known(first, unique(findings.map(({ subject }) => subject.scenario)));
  }
  const ofRule = ofScenario.filter(({ subject }) => rule === undefined || subject.rule === rule);
  if (ofRule.length === 0)
    throw known(rule ?? "", unique(ofScenario.map((one) => one.subject.rule)));
  const ofClient = ofRule.filter(
    ({ subject }) => client === undefined || subject.client === client,
  );
  if (ofClient.length === 0)
    throw known(client ?? "", unique(ofRule.map(({ subject }) => subject.client)));
  const open = ofClient.filter((one) => one.open !== undefined);
  return onlyOne(open.length === 1 ? open : ofClient, first);
}

function onlyOne(findings: readonly TrackedFinding[], named: string): TrackedFinding {
  const [finding, ...others] = findings;
  if (finding !== undefined && others.length === 0) return finding;
  const names = findings.map(
    ({ id, subject: { scenario, rule, client, mount } }) =>
      `${id} (${scenario} ${rule}, ${client}, ${mount})`,
  );
  throw new HarnessError("bad-usage", `"${named}" is several findings`, {
    hint: `Name one by its id: ${names.join("; ")}.`,
  });
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function blamedOf(finding: TrackedFinding, archive: Archive): Blamed {
  // A finding that holds now: what was last reported of it.
  const last = archive
    .changesOfFinding(finding.id)
    .findLast((change): change is Change & { readonly since: Since } => change.since !== undefined);
  const since = finding.open?.since ?? last?.since;
  const message = finding.open?.message ?? last?.message;
  const bisect = since === undefined ? undefined : bisecting(finding, since);
  return {
    finding,
    ...(since === undefined ? {} : { since }),
    ...(message === undefined ? {} : { message }),
    ...(bisect === undefined ? {} : { bisect }),
  };
}

function bisecting(
  { subject }: TrackedFinding,
  { between, firstSeen: { seed } }: Since,
): Bisecting | undefined {
  const { scenario, client, rule } = subject;
  const change = between?.packages.find(({ name }) => name === client);
  const { from, to } = change ?? {};
  if (!clientPackages.has(client) || from === undefined || to === undefined) return undefined;
  // An app may have gone back to an older version; bisect takes the older end first.
  const [older, newer] = [from, to].toSorted(compareVersions);
  return {
    positionals: [scenario, `${client}@${older}..${newer}`],
    rule,
    ...(seed === "1" ? {} : { seed }),
  };
}

function asJson({ finding, since, message, bisect }: Blamed) {
  const { id, subject, open, evidence } = finding;
  return {
    schema: "brownout/blame/1",
    id,
    ...subject,
    open: open !== undefined,
    ...(message === undefined ? {} : { message }),
    ...(since === undefined ? {} : { since }),
    evidence,
    ...(bisect === undefined ? {} : { bisect: bisectWords(bisect) }),
  };
}

function bisectWords({ positionals, rule, seed }: Bisecting): readonly string[] {
  return [
    "bisect",
    ...positionals,
    "--rule",
    rule,
    ...(seed === undefined ? [] : ["--seed", seed]),
  ];
}

function lines(
  { finding, since, message, bisect }: Blamed,
  { folder, cwd }: { readonly folder: string; readonly cwd: string },
): readonly string[] {
  const { id, subject, open, lastHeld, evidence } = finding;
  const { scenario, client, mount, rule } = subject;
  const held = lastHeld === undefined ? "" : ` It holds now, last in run ${lastHeld.session}.`;
  const commits = since?.between?.commits;
  const file = (name: string): string => shortPath(cwd, join(folder, name));
  return [
    `${scenario}, ${client}, ${mount}: ${rule} [${id}]`,
    ...(since === undefined
      ? [
          `  The run in which it began is no longer in the archive.${open === undefined ? held : ""}`,
        ]
      : [
          `  First bad:  ${sessionText(since.firstSeen)}; seen in ${since.times === 1 ? "that run" : `${since.times} runs`}.${open === undefined ? held : ""}`,
          `  Last good:  ${since.lastGood === undefined ? "none; it was there in its first run" : sessionText(since.lastGood)}`,
        ]),
    ...changedLines(since),
    ...(message === undefined ? [] : [`  It says:    ${message}`]),
    ...(evidence.firstBad === undefined
      ? []
      : [`  Evidence:   ${file(evidence.firstBad)} (first bad)`]),
    ...(evidence.lastGood === undefined
      ? []
      : [`              ${file(evidence.lastGood)} (last good)`]),
    ...(commits === undefined
      ? []
      : [`  Commits:    git log --oneline ${commits.from}..${commits.to}`]),
    ...(bisect === undefined
      ? []
      : [`  Version:    ${commandToRun(cwd, bisectWords(bisect))}, or blame with --bisect`]),
  ];
}

function changedLines(since: Since | undefined): readonly string[] {
  if (since?.between === undefined) return [];
  const [first, ...others] = differenceTexts(since.between);
  if (first === undefined)
    return [
      "  Changed:    nothing that is recorded: look at the machine, the network and what the app reads",
    ];
  return [`  Changed:    ${first}`, ...others.map((text) => `              ${text}`)];
}
