/** Tools for coding agents on the scenarios of the library and what runs of them found. */
import { join, relative } from "node:path";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { nonEmptyString } from "../../core/common-schemas.ts";
import { parseWith, schema, type TypeOf } from "../../core/validation.ts";
import { evidenceLines } from "../../history/event-line.ts";
import { judgeHistory, ruleById } from "../../rules/rules.ts";
import { listScenarios } from "../../../scenarios/find-scenario.ts";
import { readArguments } from "../arguments.ts";
import { readHistory } from "../commands/check.ts";
import { runCommand } from "../commands/run.ts";
import type { Io } from "../io.ts";
import { runOptions } from "../plan.ts";
import { readTextFile } from "../text-file.ts";
import { insideFolder } from "./inside-folder.ts";
import type { Tool } from "./protocol.ts";

/** Where runs of an agent leave their results, below the folder. */
const RESULTS_FOLDER = "brownout-out";

const listInput = schema((z) =>
  z.strictObject({
    /** Only those whose name or title has this text. */
    containing: nonEmptyString().optional(),
  }),
);

const runInput = schema((z) =>
  z.strictObject({
    /** The name of a scenario, as list_scenarios gives it. */
    scenario: nonEmptyString(),
    /** A client by name, with a version if need be, such as `msal-node`. */
    client: z
      .string()
      .regex(/^[\w.-]+(?:@[\w.-]+)?$/)
      .optional(),
    seed: z
      .string()
      .regex(/^[\w.-]{1,100}$/)
      .optional(),
  }),
);

const findingsInput = schema((z) =>
  z.strictObject({
    /** Default: what the last run_scenario has left. */
    results: nonEmptyString().optional(),
  }),
);

const explainInput = schema((z) =>
  z.strictObject({
    /** The journal of the run, as list_findings gives it, or a HAR file. */
    journal: nonEmptyString(),
    /** The rule that has failed. */
    rule: nonEmptyString(),
  }),
);

/** What is read of `results.json`. */
const resultsSchema = schema((z) =>
  z.object({
    runs: z.array(
      z.object({
        scenario: z.string(),
        client: z.object({ name: z.string(), version: z.string() }),
        verdict: z.string(),
        journal: z.string().optional(),
        findings: z.array(
          z.object({
            rule: z.string(),
            verdict: z.string(),
            message: z.string(),
            baseline: z.string().optional(),
          }),
        ),
      }),
    ),
  }),
);

/** The tools; results are read and written below the folder of the process. */
export function libraryTools(io: Io): readonly Tool[] {
  return [
    {
      name: "list_scenarios",
      description: "Lists the outages of the library: name, title, and the rules that they assert.",
      input: listInput,
      isReadOnly: true,
      call: async ({ containing = "" }: TypeOf<typeof listInput>) => {
        const wanted = containing.toLowerCase();
        const found = listScenarios().filter(({ name, title }) =>
          `${name} ${title}`.toLowerCase().includes(wanted),
        );
        return json(
          found.map(({ name, title, asserts, needs }) => ({ name, title, asserts, needs })),
        );
      },
    },
    {
      name: "run_scenario",
      description:
        "Plays one outage of the library against a client library, in virtual time, and says what the rules found. Takes seconds; nothing leaves the machine.",
      input: runInput,
      isReadOnly: false,
      call: (input: TypeOf<typeof runInput>) => run(input, io),
    },
    {
      name: "list_findings",
      description:
        "The findings of a run: each failed rule with its message, and the journal that shows it.",
      input: findingsInput,
      isReadOnly: true,
      call: async ({ results }: TypeOf<typeof findingsInput>) => json(findingsIn(results, io)),
    },
    {
      name: "explain_finding",
      description:
        "Explains one finding by the journal of its run: what the rule demands and why, the events that show it, and how to fix it.",
      input: explainInput,
      isReadOnly: true,
      call: (input: TypeOf<typeof explainInput>) => explain(input, io),
    },
  ];
}

async function run({ scenario, client, seed }: TypeOf<typeof runInput>, io: Io): Promise<string> {
  const names = listScenarios().map(({ name }) => name);
  // Not a file: a name of the library runs no code that an agent has written.
  if (!names.includes(scenario)) {
    throw new HarnessError("unknown-name", `there is no scenario "${scenario}"`, {
      place: "run_scenario",
      hint: suggestNames(scenario, names, "list_scenarios gives their names."),
    });
  }
  const printed: string[] = [];
  const output = {
    write: (text: string) => void printed.push(text),
    command: (text: string) => void printed.push(text),
    isTTY: false,
    columns: 100,
  };
  const argv = [
    scenario,
    "--out",
    RESULTS_FOLDER,
    ...(client === undefined ? [] : ["--client", client]),
    ...(seed === undefined ? [] : ["--seed", seed]),
  ];
  const exitCode = await runCommand(readArguments("run", argv, runOptions), {
    ...io,
    stdout: output,
    stderr: output,
    ask: undefined,
  });
  return `${printed.join("").trimEnd()}\nexit code ${exitCode}`;
}

function findingsIn(named: string | undefined, { cwd }: Io): readonly object[] {
  const results = named ?? join(RESULTS_FOLDER, "results.json");
  const file = insideFolder(cwd, results);
  let value: unknown;
  try {
    value = JSON.parse(readTextFile(file, results));
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw new HarnessError("bad-usage", "expected JSON", { place: results });
  }
  const { runs } = parseWith(resultsSchema, value, {
    what: "results",
    code: "bad-usage",
    place: results,
    hint: "Name a results.json of brownout run.",
  });
  return runs.flatMap(({ scenario, client, findings }) =>
    findings
      .filter(({ verdict }) => verdict === "fail")
      .map(({ rule, message, baseline }) => ({
        scenario,
        client: `${client.name} ${client.version}`,
        rule,
        message,
        ...(baseline === undefined ? {} : { baseline }),
        journal: relative(cwd, join(file, "..", "journals", `${scenario}--${client.name}.jsonl`)),
      })),
  );
}

async function explain({ journal, rule }: TypeOf<typeof explainInput>, io: Io): Promise<string> {
  const { says, source, fix } = ruleById(rule);
  const history = await readHistory(insideFolder(io.cwd, journal), io);
  const finding = judgeHistory(history).find((one) => one.rule === rule);
  if (finding === undefined) return `Rule ${rule} has nothing to say about ${journal}.`;
  return [
    `${rule}: ${finding.verdict}. ${finding.message}`,
    `It demands: ${says}`,
    `Source: ${source}`,
    ...(finding.verdict === "fail" ? [`What to do: ${fix}`] : []),
    ...(finding.evidence.length === 0
      ? []
      : ["Evidence:", ...evidenceLines(history, finding.evidence).map((line) => `  ${line}`)]),
  ].join("\n");
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 1);
}
