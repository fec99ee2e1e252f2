/** Which part of all runs this process is to play: the one that is named, or the one that its CI service says. */
import { HarnessError } from "../core/errors.ts";

/** The i-th of n parts. */
export interface Part {
  readonly part: number;
  readonly of: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Our own variable, for services that number their jobs nowhere: the templates set it. */
const OWN_VARIABLE = "BROWNOUT_SHARD";

/**
 * How services number parallel jobs, and count them; `first` is the number of the first.
 *
 * https://docs.gitlab.com/ci/variables/predefined_variables/
 * https://circleci.com/docs/reference/variables/
 * https://learn.microsoft.com/azure/devops/pipelines/build/variables#system-variables
 * https://buildkite.com/docs/pipelines/configure/environment-variables
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
 */
const services = [
  { name: "GitLab", index: "CI_NODE_INDEX", total: "CI_NODE_TOTAL", first: 1 },
  { name: "CircleCI", index: "CIRCLE_NODE_INDEX", total: "CIRCLE_NODE_TOTAL", first: 0 },
  {
    name: "Azure Pipelines",
    index: "SYSTEM_JOBPOSITIONINPHASE",
    total: "SYSTEM_TOTALJOBSINPHASE",
    first: 1,
  },
  {
    name: "Buildkite",
    index: "BUILDKITE_PARALLEL_JOB",
    total: "BUILDKITE_PARALLEL_JOB_COUNT",
    first: 0,
  },
  // Kubernetes does not say how many there are.
  { name: "Kubernetes", index: "JOB_COMPLETION_INDEX", total: "BROWNOUT_SHARDS", first: 0 },
] as const;

/** The part that `i/n` names, or that the environment does for `auto`; `bad-usage` when it names none. */
export function readPart(shard: string, environment: Environment): Part {
  if (shard === "auto") return partOf(environment);
  const part = parsePart(shard);
  if (part !== undefined) return part;
  throw new HarnessError("bad-usage", `--shard is "${shard}"`, {
    hint: "Write i/n with i from 1 to n, such as --shard 2/4, or auto.",
  });
}

/** The runs of a part: every n-th, so that slow neighbours are spread. */
export function takePart<T>(runs: readonly T[], { part, of }: Part): readonly T[] {
  return runs.filter((_, index) => index % of === part - 1);
}

function parsePart(text: string): Part | undefined {
  const [, part, of] = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/.exec(text) ?? [];
  if (part === undefined || of === undefined || Number(part) > Number(of)) return undefined;
  return { part: Number(part), of: Number(of) };
}

function partOf(environment: Environment): Part {
  const own = environment[OWN_VARIABLE];
  if (own !== undefined && own !== "") {
    const part = parsePart(own);
    if (part !== undefined) return part;
    throw new HarnessError("bad-usage", `--shard auto: ${OWN_VARIABLE} is "${own}"`, {
      hint: "Write i/n with i from 1 to n, such as 2/4.",
    });
  }
  const service = services.find(({ index }) => environment[index] !== undefined);
  if (service === undefined) throw unknownService();
  const { name, index, total, first } = service;
  const [at = "", of = ""] = [environment[index], environment[total]];
  const part = /^\d{1,5}$/.test(at) ? parsePart(`${Number(at) + 1 - first}/${of}`) : undefined;
  if (part !== undefined) return part;
  throw new HarnessError(
    "bad-usage",
    `--shard auto: ${name} says ${index} "${at}" and ${total} ${of === "" ? "nothing" : `"${of}"`}`,
    {
      hint: `Expected ${index} from ${first} on, and ${total}, the number of parallel jobs${name === "Kubernetes" ? ", which the manifest has to set" : ""}. Or name the part: --shard 2/4.`,
    },
  );
}

function unknownService(): HarnessError {
  const known = services.map(({ name, index }) => `${name} (${index})`).join(", ");
  return new HarnessError("bad-usage", "--shard auto: nothing says which part this is", {
    hint: `Set ${OWN_VARIABLE} to i/n, such as 2/4, as the templates for GitHub and Jenkins do, or name the part: --shard 2/4. Known are ${known}; a job that is not parallel has no part.`,
  });
}
