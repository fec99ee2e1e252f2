/**
 * Findings as the lines by which CI services mark a build: GitHub's workflow commands and
 * Azure Pipelines' logging commands. What is expected is not marked.
 *
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 * https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
import type { Explain } from "./explain.ts";
import { newFailures, newlyOpen, type Results } from "./results.ts";

export const annotators = ["github", "azure"] as const;

export type Annotator = (typeof annotators)[number];

interface Mark {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
  /** The user's scenario, relative to where the command was called. */
  readonly file?: string;
}

/** A line for each failure and each open question that nobody expects, each run that was not finished, and each fixed finding. */
export function annotationLines(
  results: Results,
  explain: Explain,
  annotator: Annotator,
): readonly string[] {
  return marksOf(results, explain).map((mark) => formats[annotator](mark));
}

function marksOf(results: Results, explain: Explain): readonly Mark[] {
  const { runs, failures = [], fixed = [] } = results;
  return [
    ...failures.map(({ scenario, client, message }): Mark => ({
      level: "error",
      title: `Brownout: ${scenario} was not finished`,
      message: `${client}: ${message}`,
    })),
    ...runs.flatMap((run) => {
      const file = explain.file(run);
      const markOf =
        (level: Mark["level"]) =>
        ({ rule, message }: { readonly rule: string; readonly message: string }): Mark => ({
          level,
          title: `Brownout: ${rule} in ${run.scenario}, ${run.client.name} ${run.client.version}`,
          message,
          ...(file === undefined ? {} : { file }),
        });
      return [...newFailures(run).map(markOf("error")), ...newlyOpen(run).map(markOf("warning"))];
    }),
    ...fixed.map(({ scenario, client, rule }): Mark => ({
      level: "notice",
      title: `Brownout: ${rule} in ${scenario}, ${client} holds now`,
      message: "The baseline still expects it to fail; --update-baseline takes it out.",
    })),
  ];
}

const formats: Readonly<Record<Annotator, (mark: Mark) => string>> = {
  github({ level, title, message, file }) {
    const where = file === undefined ? "" : `file=${property(file)},`;
    return `::${level} ${where}title=${property(title)}::${data(message)}`;
  },
  azure({ level, title, message, file }) {
    // It knows no notice: a line of the log is one.
    if (level === "notice") return `##[section]${oneLine(title)}: ${oneLine(message)}`;
    const where = file === undefined ? "" : `;sourcepath=${azureText(file)}`;
    return `##vso[task.logissue type=${level}${where}]${azureText(`${title}: ${message}`)}`;
  },
};

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function azureText(text: string): string {
  return text
    .replaceAll("%", "%AZP25")
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll("]", "%5D")
    .replaceAll(";", "%3B");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
