/**
 * Findings as the lines by which CI services mark a build: GitHub's workflow commands and
 * Azure Pipelines' logging commands. What is expected is not marked.
 *
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 * https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
import { withoutControls } from "./terminal-text.ts";
import type { ReportModel, RunReport } from "../model/report-model.ts";

/** CI services whose commands are known. */
export const annotators = ["github", "azure"] as const;

/** A CI service by name. */
export type Annotator = (typeof annotators)[number];

interface Mark {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
  /** The user's scenario, relative to where the command was called. */
  readonly file?: string;
}

/** A line for each unexpected failure and inconclusive rule, for each run that was not finished, and for each fixed finding. */
export function annotationLines(model: ReportModel, annotator: Annotator): readonly string[] {
  return marksOf(model).map((mark) => formats[annotator](mark));
}

function marksOf({ runs, results, fixed }: ReportModel): readonly Mark[] {
  return [
    ...(results.failures ?? []).map(({ scenario, client, message }): Mark => ({
      level: "error",
      title: `Brownout: ${scenario} was not finished`,
      message: `${client}: ${message}`,
    })),
    ...runs.flatMap((run) => [...marksAt(run, "new"), ...marksAt(run, "inconclusive")]),
    ...fixed.map(({ scenario, client, rule }): Mark => ({
      level: "notice",
      title: `Brownout: ${rule} in ${scenario}, ${client} holds now`,
      message: "The baseline still expects it to fail; --update-baseline takes it out.",
    })),
  ];
}

/** The findings of a run with that standing. */
function marksAt(run: RunReport, standing: keyof typeof levels): readonly Mark[] {
  const { scenario, client, file, findings } = run;
  return findings
    .filter((finding) => finding.standing === standing)
    .map(({ rule, message, controlText }) => ({
      level: levels[standing],
      title: `Brownout: ${rule} in ${scenario}, ${client}`,
      message: controlText === undefined ? message : `${message} ${controlText}`,
      ...(file === undefined ? {} : { file }),
    }));
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
