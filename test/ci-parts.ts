/** The steps of the templates that play a night in parts: a part, and the report of all. */
import {
  action,
  circleci,
  gitlab,
  gitlabBefore,
  jenkins,
  kubernetesScript,
  scriptOf,
  workflow,
} from "./ci-steps.ts";

const github = {
  GITHUB_ACTIONS: "true",
  GITHUB_OUTPUT: "output",
  GITHUB_STEP_SUMMARY: "summary",
  GITHUB_SHA: "abc123",
};

export interface Template {
  readonly shard: string;
  readonly report: string;
  readonly shardEnv: (part: number) => Readonly<Record<string, string>>;
  readonly reportEnv: Readonly<Record<string, string>>;
  /** Where the folders of the parts are. */
  readonly shards: string;
}
const inGitlab = (job: string): string =>
  [...gitlabBefore("is installed"), ...(gitlab[job]?.script ?? [])].join("\n");
const inPod = (name: string): string => {
  const shared = `cat > brownout.sh <<'END'\n${kubernetesScript("brownout.sh")}END\n`;
  return `${shared}cat > ${name} <<'END'\n${kubernetesScript(name)}END\nbash ${name} "$@"`;
};
/** Of each template that plays a night in parts. */
export const templates: Readonly<Record<string, Template>> = {
  GitHub: {
    shard: scriptOf(action, "Run the scenarios"),
    report: scriptOf(workflow, "Put the shards together"),
    shardEnv: (part) => ({ ...github, SHARD: `${part}/3`, OUT: `shards/brownout-shard-${part}` }),
    reportEnv: { ...github, ARCHIVE: "reports/archive", BROWNOUT_WEBHOOK: "" },
    shards: "shards",
  },
  GitLab: {
    shard: inGitlab("brownout:shard"),
    report: inGitlab("brownout:report"),
    shardEnv: (part) => ({
      BROWNOUT_PROJECT: ".",
      CI_NODE_INDEX: String(part),
      CI_NODE_TOTAL: "3",
    }),
    reportEnv: { BROWNOUT_PROJECT: ".", CI_PIPELINE_SOURCE: "schedule" },
    shards: "shards",
  },
  CircleCI: {
    shard: scriptOf(circleci, "Run the scenarios").replaceAll("/tmp/shards", "shards"),
    report:
      scriptOf(circleci, "Put the shards together").replaceAll("/tmp/shards", "shards") +
      scriptOf(circleci, "Say how it ended"),
    shardEnv: (part) => ({ CIRCLE_NODE_INDEX: String(part - 1), CIRCLE_NODE_TOTAL: "3" }),
    reportEnv: { NIGHTLY: "true" },
    shards: "shards",
  },
  Jenkins: {
    shard: jenkins[0] ?? "",
    report: jenkins[1] ?? "",
    shardEnv: (part) => ({ SHARD: String(part), BROWNOUT_SHARD: `${part}/3` }),
    reportEnv: {},
    shards: "shards",
  },
  Kubernetes: {
    shard: inPod("shard.sh"),
    report: inPod("report.sh"),
    shardEnv: (part) => ({
      JOB_COMPLETION_INDEX: String(part - 1),
      BROWNOUT_SHARDS: "3",
      JOB_NAME: "brownout-1",
      DATA: "data",
    }),
    reportEnv: { DATA: "data" },
    shards: "data/nights/brownout-1",
  },
};
