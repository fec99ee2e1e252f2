/** What each CI service says of its build. */
import { expect, it } from "vitest";
import { type BuildFacts, buildFactsOf, repositoryOf } from "./ci-service.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

it.each<[string, Readonly<Record<string, string>>, BuildFacts]>([
  [
    "GitHub Actions",
    {
      GITHUB_ACTIONS: "true",
      GITHUB_SHA: commit,
      GITHUB_REF_NAME: "main",
      GITHUB_HEAD_REF: "",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "acme/orders",
      GITHUB_RUN_ID: "42",
      GITHUB_RUN_NUMBER: "7",
      GITHUB_WORKFLOW: "nightly",
    },
    {
      commit,
      branch: "main",
      build: "https://github.com/acme/orders/actions/runs/42",
      buildName: "nightly",
      buildNumber: "7",
    },
  ],
  [
    "a pull request on GitHub, by its own branch",
    { GITHUB_ACTIONS: "true", GITHUB_REF_NAME: "12/merge", GITHUB_HEAD_REF: "fix" },
    { branch: "fix" },
  ],
  [
    "Azure Pipelines",
    {
      TF_BUILD: "True",
      BUILD_SOURCEVERSION: commit,
      BUILD_SOURCEBRANCH: "refs/heads/release/2",
      SYSTEM_COLLECTIONURI: "https://dev.azure.com/acme/",
      SYSTEM_TEAMPROJECT: "Order team",
      BUILD_BUILDID: "42",
      BUILD_BUILDNUMBER: "20261130.1",
      BUILD_DEFINITIONNAME: "nightly",
    },
    {
      commit,
      branch: "release/2",
      build: "https://dev.azure.com/acme/Order%20team/_build/results?buildId=42",
      buildName: "nightly",
      buildNumber: "20261130.1",
    },
  ],
  [
    "GitLab",
    {
      GITLAB_CI: "true",
      CI_COMMIT_SHA: commit,
      CI_COMMIT_REF_NAME: "main",
      CI_JOB_URL: "https://gitlab.com/acme/orders/-/jobs/9",
      CI_JOB_NAME: "resilience",
      CI_PIPELINE_IID: "3",
    },
    {
      commit,
      branch: "main",
      build: "https://gitlab.com/acme/orders/-/jobs/9",
      buildName: "resilience",
      buildNumber: "3",
    },
  ],
  [
    "Jenkins",
    {
      JENKINS_URL: "https://ci.acme.example/",
      KUBERNETES_SERVICE_HOST: "10.0.0.1",
      GIT_COMMIT: commit,
      GIT_BRANCH: "origin/main",
      BUILD_URL: "https://ci.acme.example/job/nightly/4/",
      BUILD_NUMBER: "4",
      JOB_NAME: "nightly",
    },
    {
      commit,
      branch: "main",
      build: "https://ci.acme.example/job/nightly/4/",
      buildName: "nightly",
      buildNumber: "4",
    },
  ],
  [
    "CircleCI",
    { CIRCLECI: "true", CIRCLE_SHA1: commit, CIRCLE_BRANCH: "main", CIRCLE_BUILD_NUM: "5" },
    { commit, branch: "main", buildNumber: "5" },
  ],
  [
    "Bitbucket",
    {
      BITBUCKET_BUILD_NUMBER: "6",
      BITBUCKET_COMMIT: commit,
      BITBUCKET_BRANCH: "main",
      BITBUCKET_GIT_HTTP_ORIGIN: "https://bitbucket.org/acme/orders",
    },
    {
      commit,
      branch: "main",
      build: "https://bitbucket.org/acme/orders/pipelines/results/6",
      buildNumber: "6",
    },
  ],
  [
    "Buildkite",
    { BUILDKITE: "true", BUILDKITE_COMMIT: commit, BUILDKITE_BRANCH: "main" },
    { commit, branch: "main" },
  ],
  [
    "TeamCity",
    { TEAMCITY_VERSION: "2026.1", BUILD_VCS_NUMBER: commit, BUILD_NUMBER: "8" },
    { commit, buildNumber: "8" },
  ],
  [
    "a job of Kubernetes, by its name without that of the pod",
    {
      KUBERNETES_SERVICE_HOST: "10.0.0.1",
      HOSTNAME: "nightly-29012345-x7k2p",
      BROWNOUT_COMMIT: commit,
    },
    { commit, buildName: "nightly-29012345" },
  ],
])("reads the build of %s", (_, environment, facts) => {
  expect(buildFactsOf(environment)).toEqual(facts);
});

it.each([
  ["GITHUB_REPOSITORY", "contoso/orders"],
  ["CI_PROJECT_PATH", "contoso/orders"],
  ["BUILD_REPOSITORY_NAME", "orders"],
  ["BITBUCKET_REPO_FULL_NAME", "contoso/orders"],
  ["CIRCLE_PROJECT_REPONAME", "orders"],
  ["BUILDKITE_PIPELINE_SLUG", "orders"],
])("names the repository by %s", (variable, name) => {
  expect(repositoryOf({ HOME: "/root", [variable]: name })).toBe(name);
  expect(repositoryOf({ [variable]: " " })).toBeUndefined();
});

it("knows no build on a machine of no service", () => {
  expect(buildFactsOf({ GIT_COMMIT: commit, TF_BUILD: "" })).toBeUndefined();
});
