/**
 * What the CI service that runs us says of the build, in its environment: GitHub Actions, Azure
 * Pipelines, GitLab, Jenkins, CircleCI, Bitbucket, Buildkite, TeamCity, and a job of Kubernetes.
 */

import { isAbsolute } from "node:path";

/** What is known of a build; a service says some of it. */
export interface BuildFacts {
  readonly commit?: string;
  readonly branch?: string;
  /** The address of the build's page. */
  readonly build?: string;
  /** Of the pipeline, workflow or job. */
  readonly buildName?: string;
  readonly buildNumber?: string;
}

/** The root of the checkout that the service made, where it says so; absolute. */
export function checkoutRootOf(environment: Environment): string | undefined {
  const names = ["GITHUB_WORKSPACE", "BUILD_SOURCESDIRECTORY", "CI_PROJECT_DIR", "WORKSPACE"];
  const roots = names.map((name) => environment[name]);
  return roots.find((root) => root !== undefined && isAbsolute(root));
}

/** The repository, as the service that runs us names it. */
export function repositoryOf(environment: Environment): string | undefined {
  const names = [
    "GITHUB_REPOSITORY",
    "CI_PROJECT_PATH",
    "BUILD_REPOSITORY_NAME",
    "BITBUCKET_REPO_FULL_NAME",
    "CIRCLE_PROJECT_REPONAME",
    "BUILDKITE_PIPELINE_SLUG",
  ];
  return names.map((name) => environment[name]?.trim()).find((value) => (value ?? "") !== "");
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable, or nothing when it is absent or empty. */
type Variable = (name: string) => string | undefined;

/** The build that this environment is of; undefined on a machine of no service. */
export function buildFactsOf(environment: Environment): BuildFacts | undefined {
  const variable: Variable = (name) => {
    const value = environment[name]?.trim();
    return value === "" ? undefined : value;
  };
  for (const [mark, read] of services) {
    if (variable(mark) !== undefined) return withoutGaps(read(variable));
  }
  return undefined;
}

type Read = (variable: Variable) => { readonly [Name in keyof BuildFacts]: string | undefined };

const github: Read = (of) => ({
  commit: of("GITHUB_SHA"),
  // The ref of a pull request is that of a merge that no one made.
  branch: of("GITHUB_HEAD_REF") ?? of("GITHUB_REF_NAME"),
  build: joined([
    of("GITHUB_SERVER_URL"),
    of("GITHUB_REPOSITORY"),
    "actions/runs",
    of("GITHUB_RUN_ID"),
  ]),
  buildName: of("GITHUB_WORKFLOW"),
  buildNumber: of("GITHUB_RUN_NUMBER"),
});

const azure: Read = (of) => ({
  commit: of("BUILD_SOURCEVERSION"),
  branch: (of("SYSTEM_PULLREQUEST_SOURCEBRANCH") ?? of("BUILD_SOURCEBRANCH"))?.replace(
    /^refs\/(?:heads|tags)\//,
    "",
  ),
  build: azureBuild(of),
  buildName: of("BUILD_DEFINITIONNAME"),
  buildNumber: of("BUILD_BUILDNUMBER"),
});

const gitlab: Read = (of) => ({
  commit: of("CI_COMMIT_SHA"),
  branch: of("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") ?? of("CI_COMMIT_REF_NAME"),
  build: of("CI_JOB_URL") ?? of("CI_PIPELINE_URL"),
  buildName: of("CI_JOB_NAME"),
  buildNumber: of("CI_PIPELINE_IID") ?? of("CI_PIPELINE_ID"),
});

const jenkins: Read = (of) => ({
  commit: of("GIT_COMMIT"),
  branch: of("CHANGE_BRANCH") ?? of("BRANCH_NAME") ?? of("GIT_BRANCH")?.replace(/^origin\//, ""),
  build: of("BUILD_URL"),
  buildName: of("JOB_NAME"),
  buildNumber: of("BUILD_NUMBER"),
});

const circleci: Read = (of) => ({
  commit: of("CIRCLE_SHA1"),
  branch: of("CIRCLE_BRANCH"),
  build: of("CIRCLE_BUILD_URL"),
  buildName: of("CIRCLE_JOB"),
  buildNumber: of("CIRCLE_BUILD_NUM"),
});

const bitbucket: Read = (of) => ({
  commit: of("BITBUCKET_COMMIT"),
  branch: of("BITBUCKET_BRANCH") ?? of("BITBUCKET_TAG"),
  build: joined([
    of("BITBUCKET_GIT_HTTP_ORIGIN"),
    "pipelines/results",
    of("BITBUCKET_BUILD_NUMBER"),
  ]),
  buildName: of("BITBUCKET_REPO_FULL_NAME"),
  buildNumber: of("BITBUCKET_BUILD_NUMBER"),
});

const buildkite: Read = (of) => ({
  commit: of("BUILDKITE_COMMIT"),
  branch: of("BUILDKITE_BRANCH"),
  build: of("BUILDKITE_BUILD_URL"),
  buildName: of("BUILDKITE_PIPELINE_SLUG"),
  buildNumber: of("BUILDKITE_BUILD_NUMBER"),
});

const teamcity: Read = (of) => ({
  commit: of("BUILD_VCS_NUMBER"),
  // TeamCity passes these on only where the configuration says so.
  branch: of("TEAMCITY_BUILD_BRANCH"),
  build: of("BUILD_URL") ?? of("TEAMCITY_BUILD_URL"),
  buildName: of("TEAMCITY_BUILDCONF_NAME"),
  buildNumber: of("BUILD_NUMBER"),
});

/** A pod says nothing of itself unless its manifest hands it on: see the template. */
const kubernetes: Read = (of) => ({
  commit: of("BROWNOUT_COMMIT"),
  branch: of("BROWNOUT_BRANCH"),
  build: of("BROWNOUT_BUILD"),
  buildName: of("JOB_NAME") ?? of("HOSTNAME")?.replace(/-[a-z0-9]{5}$/, ""),
  buildNumber: undefined,
});

/** By the variable that only this service sets; the first that is there counts. */
const services: readonly (readonly [string, Read])[] = [
  ["GITHUB_ACTIONS", github],
  ["TF_BUILD", azure],
  ["GITLAB_CI", gitlab],
  ["CIRCLECI", circleci],
  ["BITBUCKET_BUILD_NUMBER", bitbucket],
  ["BUILDKITE", buildkite],
  ["TEAMCITY_VERSION", teamcity],
  ["JENKINS_URL", jenkins],
  ["JENKINS_HOME", jenkins],
  ["KUBERNETES_SERVICE_HOST", kubernetes],
];

function azureBuild(of: Variable): string | undefined {
  const base = joined([of("SYSTEM_COLLECTIONURI")?.replace(/\/$/, ""), of("SYSTEM_TEAMPROJECT")]);
  const id = of("BUILD_BUILDID");
  if (base === undefined || id === undefined) return undefined;
  return encodeURI(`${base}/_build/results?buildId=${id}`);
}

/** With slashes between; nothing when a part is missing. */
function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join("/");
}

function withoutGaps(facts: ReturnType<Read>): BuildFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
