/**
 * The text of a scenario that plays what was seen: of a capture, or of what was done by hand to a
 * served simulation. Only checked ids, addresses, scopes, names and numbers of it are in the text.
 */
import { indentedBlock, literal } from "../../core/source-literal.ts";
import type { FaultWindow } from "../../faults/plan.ts";
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import type { RecordedFlow } from "./recorded-calls.ts";

/** Something that the script does, ms since what was seen began. */
export interface ScriptStep {
  readonly atMs: number;
  readonly text: string;
}

/** What a scenario is made of. */
export interface ScenarioDraft {
  readonly name: string;
  /** What it was made from, such as `a capture`. */
  readonly from: string;
  /** The statement that makes the constant `world`; default: the world of every scenario. */
  readonly world?: string;
  /** Names that the statement takes from the package. */
  readonly imports: readonly string[];
  readonly settings?: Partial<ServiceSettings> | undefined;
  readonly flows: readonly RecordedFlow[];
  /** Windows whose `from` counts from the beginning of what was seen. */
  readonly faults: readonly FaultWindow[];
  /** What is at hand before anything happens, such as `const app1 = await open({ app: "daemon" });`. */
  readonly opening: readonly string[];
  readonly steps: readonly ScriptStep[];
  /** What of it could not be taken over, for the reader. */
  readonly leftOut?: string | undefined;
}

/** Before what was seen: time for the sign-ins of those who had tokens already. */
export const BEFORE_MS = 60_000;

/** The file, as `brownout run` plays it. */
export function scenarioText(draft: ScenarioDraft): string {
  const { name, from, world, settings, flows, faults, opening, steps, leftOut } = draft;
  const later = faults.map((window) => ({ ...window, from: window.from + BEFORE_MS }));
  const sentence = `What ${from} shows, as a scenario: ${counted(steps.length, "step")}, ${counted(faults.length, "fault")}.`;
  return [
    `/** ${sentence}${leftOut === undefined ? "" : ` ${leftOut}`} */`,
    `import { ${[...draft.imports, "defineScenario"].join(", ")} } from "brownout";`,
    "",
    ...(world === undefined ? [] : [world, ""]),
    "export default defineScenario({",
    `  name: ${literal(name)},`,
    `  title: ${literal(`What ${from} shows, played again`)},`,
    "  story: {",
    `    standsFor: ${literal(`The requests and answers of ${from}.`)},`,
    '    asserts: "Nothing by name yet: add the rules that must come to a conclusion.",',
    '    failureMeans: "See what each rule says.",',
    '    fix: "See what each rule says.",',
    "  },",
    ...(world === undefined ? [] : ["  world,"]),
    ...(settings === undefined || Object.keys(settings).length === 0
      ? []
      : [`  settings: ${indentedBlock(literal(settings), 2)},`]),
    `  needs: ${literal([...new Set(flows)])},`,
    "  asserts: [],",
    `  faults: ${indentedBlock(literal(later), 2)},`,
    "  async script({ open, world: directory, clock }) {",
    ...[...opening, ...inTime(steps)].map((text) => `    ${indentedBlock(text, 4)}`),
    "  },",
    "});",
    "",
  ].join("\n");
}

/** A call of the script. */
export function callText(
  application: string,
  {
    flow,
    scopes,
    user,
  }: {
    readonly flow: RecordedFlow;
    readonly scopes: readonly string[];
    readonly user: string | undefined;
  },
): string {
  const who = user === undefined ? "" : `, user: directory.user(${literal(user)})`;
  // What was seen has a request for each: so the cache is passed over.
  const fresh = flow === "silent" ? ", forceRefresh: true" : "";
  return `await ${application}.attempt({ flow: ${literal(flow)}, scopes: ${literal(scopes)}${who}${fresh} });`;
}

/** Each step at its time. */
function inTime(steps: readonly ScriptStep[]): readonly string[] {
  let nowMs = -BEFORE_MS;
  return steps
    .toSorted((one, other) => one.atMs - other.atMs)
    .flatMap(({ atMs, text }) => {
      const wait = atMs > nowMs ? [`await clock.until(${atMs + BEFORE_MS});`] : [];
      nowMs = Math.max(nowMs, atMs);
      return [...wait, text];
    });
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
