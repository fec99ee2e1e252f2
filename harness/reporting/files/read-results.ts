/** Reads a `results.json` back: of this version, of an older one, or of one to come. */
import type { Verdict } from "../../rules/rule.ts";
import { HarnessError } from "../../core/errors.ts";
import { isRecord, type JsonRecord, parseJson } from "../../core/json.ts";
import type { ComparedFinding, FailedRun, Results, RunResult } from "../model/results.ts";

/** What can be counted on in every `results.json`; later versions may have added to it. */
export interface ReadResults extends Pick<Results, "schema" | "seed" | "brownout"> {
  readonly runs: readonly (Omit<RunResult, "cost"> & Partial<Pick<RunResult, "cost">>)[];
  readonly failures: readonly FailedRun[];
}

/** The results in a text; `bad-results` with the place of what is wrong. */
export function parseResults(source: string, place: string): ReadResults {
  const found = parseJson(source, {
    code: "bad-results",
    place,
    hint: "Is it cut off? Run again, or name another file.",
  });
  if (!isRecord(found) || found["schema"] !== "brownout/results/1") {
    const schema = isRecord(found) ? found["schema"] : undefined;
    const what = typeof schema === "string" ? `its schema is "${schema}"` : "it has no schema";
    throw bad(place, what, 'A results.json of brownout says "schema": "brownout/results/1".');
  }
  const { failures = [] } = found;
  checkTexts(found, ["seed", "brownout"], place);
  const runs = listIn(found, "runs", place);
  runs.forEach((run, index) => checkRun(run, `${place}, runs[${index}]`));
  if (!Array.isArray(failures)) throw bad(`${place}, failures`, "it is no list");
  for (const [index, failure] of failures.entries())
    checkTexts(failure, ["scenario", "client", "mount", "code"], `${place}, failures[${index}]`);
  return { ...found, runs, failures } as unknown as ReadResults;
}

function checkRun(run: unknown, place: string): void {
  const found = checkTexts(run, ["scenario", "mount", "verdict"], place);
  checkTexts(found["client"], ["name", "version"], `${place}.client`);
  if (typeof found["simulatedMs"] !== "number")
    throw bad(`${place}.simulatedMs`, "it is no number");
  const findings = listIn(found, "findings", place);
  const { unseen = [], cost = {} } = found;
  if (!Array.isArray(unseen) || !unseen.every((rule) => typeof rule === "string"))
    throw bad(`${place}.unseen`, "it is no list of texts");
  if (!isRecord(cost)) throw bad(`${place}.cost`, "it is no object");
  for (const [name, figure] of Object.entries(cost))
    if (typeof figure !== "number") throw bad(`${place}.cost.${name}`, "it is no number");
  checkVerdict(found, place);
  for (const [index, finding] of findings.entries()) {
    const at = `${place}.findings[${index}]`;
    checkVerdict(checkTexts(finding, fields, at), at);
  }
}

const fields: readonly (keyof ComparedFinding)[] = [
  "rule",
  "verdict",
  "message",
  "source",
  "baseline",
];

const verdicts: readonly unknown[] = ["pass", "fail", "inconclusive"] satisfies readonly Verdict[];

/** Of another word nobody knows whether it is good or bad. */
function checkVerdict({ verdict }: JsonRecord, place: string): void {
  if (!verdicts.includes(verdict)) throw bad(`${place}.verdict`, `it is "${String(verdict)}"`);
}

function checkTexts(value: unknown, names: readonly string[], place: string): JsonRecord {
  if (!isRecord(value)) throw bad(place, "it is no object");
  for (const name of names)
    if (typeof value[name] !== "string") throw bad(`${place}.${name}`, "it is no text");
  return value;
}

function listIn(value: JsonRecord, name: string, place: string): readonly unknown[] {
  const list = value[name];
  if (!Array.isArray(list)) throw bad(`${place}, ${name}`, "it is no list");
  return list;
}

function bad(
  place: string,
  message: string,
  hint = "Name a results.json that brownout wrote.",
): HarnessError {
  return new HarnessError("bad-results", message, { place, hint });
}
