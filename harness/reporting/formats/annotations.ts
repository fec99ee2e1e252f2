/**
 * Findings as the lines by which CI services mark a build: GitHub's workflow commands and
 * Azure Pipelines' logging commands. What is expected is not marked.
 *
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 * https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
import { withoutControls } from "./terminal-text.ts";
import type { ReportModel, RunReport } from "../model/report-model.ts";
import type { RunFacts } from "../model/run-facts.ts";
import { count, namesWithin } from "../model/wording.ts";
import { repositoryPath } from "./repository-path.ts";

/** CI services whose commands are known. */
export const annotators = ["github", "azure"] as const;

/** A CI service by name. */
export type Annotator = (typeof annotators)[number];

interface Mark {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
  /** The user's scenario, from the root of the repository. */
  readonly file?: string;
}

/** GitHub shows ten of a level for a step, and drops the others without a word. */
const MARKS_MAX = 10;

/** How much of the names of scenarios a mark lists. */
const NAMES_WIDTH = 120;

/**
 * Lines for unexpected failures and inconclusive rules, for runs that were not finished, and for
 * fixed findings. Findings of one rule and client are one mark; of each level there are at most
 * ten, those about most runs first, and the last counts the rest.
 */
export function annotationLines(
  model: ReportModel,
  annotator: Annotator,
  facts: Pick<RunFacts, "folder">,
): readonly string[] {
  const marks = marksOf(model, facts);
  return (["error", "warning", "notice"] as const)
    .flatMap((level) =>
      atMost(
        MARKS_MAX,
        marks.filter((mark) => mark.level === level),
      ),
    )
    .map((mark) => formats[annotator](mark));
}

function atMost(max: number, marks: readonly Mark[]): readonly Mark[] {
  if (marks.length <= max) return marks;
  const shown = marks.slice(0, max - 1);
  const rest = marks.slice(max - 1);
  const [first] = rest;
  if (first === undefined) return shown;
  const titles = rest.map(({ title }) => title.replace(/^Brownout: /, ""));
  const { level } = first;
  const message = `${titles.slice(0, MARKS_MAX).join("; ")}. All are in summary.md and report.html.`;
  return [...shown, { level, title: `Brownout: ${rest.length} more`, message }];
}

function marksOf(
  { runs, failures, cutShort, fixed, entryNotes }: ReportModel,
  facts: Pick<RunFacts, "folder">,
): readonly Mark[] {
  return [
    ...cutShort.map(({ message, runs: cut }): Mark => ({
      level: "error",
      title: `Brownout: nothing is said about ${count(cut.length, "run")}`,
      message,
    })),
    ...failures.map(({ scenario, client, message }): Mark => ({
      level: "error",
      title: `Brownout: ${scenario} was not finished`,
      message: `${client}: ${message}`,
    })),
    ...marksAt(runs, "new", facts),
    ...marksAt(runs, "inconclusive", facts),
    ...fixed.map(({ scenario, client, rule }): Mark => ({
      level: "notice",
      title: `Brownout: ${rule} in ${scenario}, ${client} holds now`,
      message: "The baseline still expects it to fail; --update-baseline takes it out.",
    })),
    ...noteMarks("warning", "overdue", entryNotes.overdue),
    ...noteMarks("notice", "stale", entryNotes.stale),
  ];
}

/** One mark for all entries of the baseline and the quarantine with the same problem. */
function noteMarks(level: Mark["level"], what: string, lines: readonly string[]): readonly Mark[] {
  if (lines.length === 0) return [];
  const entries = lines.length === 1 ? "entry is" : "entries are";
  return [
    {
      level,
      title: `Brownout: ${lines.length} accepted ${entries} ${what}`,
      message: lines.slice(0, MARKS_MAX).join("\n"),
    },
  ];
}

/** The findings with that standing, those of one rule and client together, the most frequent first. */
function marksAt(
  runs: readonly RunReport[],
  standing: keyof typeof levels,
  facts: Pick<RunFacts, "folder">,
): readonly Mark[] {
  const found = runs.flatMap((run) =>
    run.findings
      .filter((finding) => finding.standing === standing)
      .map((finding) => ({ run, finding })),
  );
  const groups = [
    ...Map.groupBy(found, ({ run, finding }) =>
      JSON.stringify([run.client, finding.rule]),
    ).values(),
  ];
  return groups
    .toSorted((a, b) => b.length - a.length)
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const { scenario, client, file } = first.run;
      const { rule, message, controlText } = first.finding;
      const more = others.length === 0 ? "" : ` and ${count(others.length, "more scenario")}`;
      const names = namesWithin(
        others.map(({ run }) => run.scenario),
        NAMES_WIDTH,
      );
      return [
        {
          level: levels[standing],
          title: `Brownout: ${rule} in ${scenario}${more}, ${client}`,
          message: [
            message,
            ...(controlText === undefined ? [] : [controlText]),
            ...(others.length === 0 ? [] : [`Also in ${names}.`]),
          ].join(" "),
          ...(file === undefined ? {} : { file: repositoryPath(facts, file) }),
        },
      ];
    });
}

const levels = { new: "error", inconclusive: "warning" } as const;

const formats: Readonly<Record<Annotator, (mark: Mark) => string>> = {
  github({ level, title, message, file }) {
    const where = file === undefined ? "" : `file=${property(file)},`;
    return `::${level} ${where}title=${property(title)}::${data(message)}`;
  },
  azure({ level, title, message, file }) {
    // Azure has no level for notices: a section line of the log stands out.
    if (level === "notice") return `##[section]${oneLine(title)}: ${oneLine(message)}`;
    const where = file === undefined ? "" : `;sourcepath=${azureText(file)}`;
    return `##vso[task.logissue type=${level}${where}]${azureText(`${title}: ${message}`)}`;
  },
};

function data(raw: string): string {
  const text = raw.replaceAll(/[^\n\r]+/g, withoutControls);
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function azureText(raw: string): string {
  return raw
    .replaceAll(/[^\n\r]+/g, withoutControls)
    .replaceAll("%", "%AZP25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll("]", "%5D")
    .replaceAll(";", "%3B");
}

function oneLine(text: string): string {
  return withoutControls(text.replaceAll(/\s+/g, " "));
}
