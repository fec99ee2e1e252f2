/** A night of a project as cron plays it, and as the GitHub workflow does with its jobs, caches and artifacts. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { action, bash, root, scriptOf, workflow } from "../ci-steps.ts";
import { ARCHIVE_FILE } from "../../harness/reporting/archive/add-to-archive.ts";
import { put } from "./night-project.ts";
import { saidInText } from "./night-receivers.ts";
import type { Accident } from "./night-story.ts";

/** A night, as a stage is asked to play it. */
export interface Asked {
  readonly project: string;
  /** Of the receivers. */
  readonly address: string;
  /** Whether a run of it never ends by itself. */
  readonly hangs: boolean;
  /** When it begins, ms since the Unix epoch. */
  readonly atMs: number;
  readonly commit: string;
  readonly branch: string;
  readonly accident?: Accident;
}

/** How it ended: the exit code, null where the service says nothing, and what was mailed. */
export interface Played {
  readonly code: number | null;
  readonly mail: readonly string[];
  /** What the steps printed. */
  readonly log: string;
}

const FILES = "./outages/*.scenario.ts";
const OPTIONS = "--mount msw --no-control --job nightly --workers 1";

/** Linux lets every user mount for itself, unless an administrator has forbidden it. */
export const mayMount =
  spawnSync("unshare", "--user --map-root-user --mount mount -t tmpfs tmpfs /mnt".split(" "))
    .status === 0;

/** A run that never ends is ended; how long the others take depends on the machine. */
const optionsOf = ({ hangs }: Asked): string =>
  hangs ? `${OPTIONS} --scenario-timeout 90s` : OPTIONS;

/** Processes of Node begin at that time. */
function clockAt(atMs: number): Readonly<Record<string, string>> {
  const clock = `const now = Date.now; const by = ${atMs} - now(); Date.now = () => now() + by;`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}` };
}

function addresses(address: string): Readonly<Record<string, string>> {
  return {
    SLACK_WEBHOOK: `${address}/slack`,
    TEAMS_WEBHOOK: `${address}/teams`,
    EVENTS_URL: `${address}/events`,
    BROWNOUT_WEBHOOK: `${address}/hook`,
  };
}

const github = (address: string) => ({
  GITHUB_TOKEN: "token",
  GITHUB_API_URL: address,
  GITHUB_REPOSITORY: "contoso/orders",
});

const channelsOf = (...more: readonly object[]): string =>
  JSON.stringify([
    { name: "slack", kind: "slack", address: "SLACK_WEBHOOK" },
    { name: "teams", kind: "teams", address: "TEAMS_WEBHOOK" },
    { name: "events", kind: "cloudevents", address: "EVENTS_URL" },
    ...more,
  ]);

function damage(archive: string): void {
  writeFileSync(join(archive, ARCHIVE_FILE), "no database ".repeat(400));
}

/** Where `reports`, or its `out` alone, is on a disk that is full. */
const DISKS: Readonly<Partial<Record<Accident, string>>> = {
  "disk-full":
    "mkdir -p reports/out; mount -t tmpfs -o size=64k tmpfs reports/out; dd if=/dev/zero of=reports/out/big bs=1k count=1000 2> /dev/null || true",
  "archive-disk-full":
    "rm -rf reports/out reports/log; cp -a reports /tmp/saved.$$; mount -t tmpfs -o size=8m tmpfs reports; cp -a /tmp/saved.$$/. reports; rm -r /tmp/saved.$$; dd if=/dev/zero of=reports/big bs=1k count=10000 2> /dev/null || true",
};

/** A night of the crontab. */
export async function playCron(asked: Asked): Promise<Played> {
  const { project, address, atMs, accident } = asked;
  put(project, "reports/channels.json", channelsOf({ name: "issues", kind: "github-issues" }));
  if (accident === "archive-damaged") damage(join(project, "reports/archive"));
  const script = join(root, "ci", "cron", "brownout.sh");
  const env = { ...clockAt(atMs), ...addresses(address), ...github(address), SCRIPT: script };
  const options = optionsOf(asked);
  const night = `"$SCRIPT" "$PWD" '${FILES}' ${options}`;
  const disk = accident === undefined ? undefined : DISKS[accident];
  const steps =
    disk !== undefined && mayMount
      ? `unshare --user --map-root-user --mount bash -c '${disk}; exec "$SCRIPT" "$PWD" "${FILES}" ${options}'`
      : accident === "overlap"
        ? overlapping(night)
        : accident === "cancelled"
          ? cancelled(night)
          : `exec ${night}`;
  const { code, stdout, stderr } = await bash(project, steps, env);
  const log = stdout + stderr;
  const said = saidInText(log);
  // Where no news can be kept, the script says so in its own words.
  const isUnplayed = said.length === 0 && log.includes("the night could not be played, or not to");
  return { code, mail: isUnplayed ? ["unknown"] : said, log };
}

/** The first run goes on when `hold` is gone; it says that it has begun. */
const HELD = "rm -f playing; touch hold";
const PLAYING = "until [ -e playing ]; do sleep 0.05; done";

/** The second is refused while the first runs, and what it changes is reported by the first. */
const overlapping = (night: string): string => `
${HELD}
${night} > first.log 2>&1 & first=$!
${PLAYING}
second=0; ${night} > second.log 2>&1 || second=$?
rm hold
code=0; wait $first || code=$?
cat first.log
if [ "$second" != 2 ]; then echo "the second night ended with $second" >&2; exit 99; fi
exit "$code"`;

/** Ended by the machine in mid-run, as at a shutdown. */
const cancelled = (night: string): string => `
${HELD}
set -m
${night} & night=$!
${PLAYING}
kill -TERM -- -$night
code=0; wait $night || code=$?
rm hold
exit "$code"`;

/** A night of the workflow: each job has a machine of its own. */
export async function playGithub(asked: Asked): Promise<Played> {
  const { project, address, atMs, commit, branch, accident } = asked;
  const cache = join(project, "..", "caches");
  const own = join(cache, branch);
  const archive = join(project, "reports/archive");
  const env = {
    ...clockAt(atMs),
    GITHUB_ACTIONS: "true",
    GITHUB_OUTPUT: "output",
    GITHUB_STEP_SUMMARY: "summary",
    GITHUB_SERVER_URL: "https://github.example",
    GITHUB_REPOSITORY: "contoso/orders",
    GITHUB_RUN_ID: String(atMs / 86_400_000),
    GITHUB_SHA: commit,
    GITHUB_REF_NAME: branch,
  };
  clean(project);
  const parts = accident === "cancelled" ? [1] : [1, 2];
  const logs = await Promise.all(
    parts.map(async (part) => {
      const inputs = { SCENARIOS: FILES, OPTIONS: optionsOf(asked), SUITE: "", SHARD: `${part}/2` };
      // Each has a checkout of its own.
      const machine = join(project, "..", `machine-${part}`);
      rmSync(machine, { recursive: true, force: true });
      cpSync(project, machine, { recursive: true, verbatimSymlinks: true });
      const play = scriptOf(action, "Run the scenarios");
      const out = `shard-${part}`;
      const ended = await bash(machine, play, { ...env, ...inputs, OUT: out });
      if (accident !== "shard-lost" || part !== 2)
        cpSync(join(machine, out), join(project, "shards", `brownout-shard-${part}`), {
          recursive: true,
        });
      return ended.stdout + ended.stderr;
    }),
  );
  if (accident === "cancelled") return { code: null, mail: [], log: logs.join("") };

  put(project, "reports/channels.json", channelsOf());
  restore(archive, { own, of: join(cache, "main") });
  if (accident === "archive-damaged") damage(archive);
  const merged = await bash(project, scriptOf(workflow, "Put the shards together"), {
    ...env,
    ...addresses(address),
    ARCHIVE: "reports/archive",
  });
  save(archive, own);
  // A machine of its own, which gets what was kept.
  restore(archive, { own, of: join(cache, "main") });
  const update = scriptOf(workflow, "Bring the issues up to date");
  const issues = await bash(project, update, { ...env, ...github(address) });
  save(archive, own);
  const log = [...logs, merged.stdout, merged.stderr, issues.stdout, issues.stderr].join("");
  if (issues.code !== 0) throw new Error(`the job of the issues failed: ${log}`);
  return { code: merged.code, mail: [], log };
}

function clean(project: string): void {
  for (const name of ["reports", "shards", "output", "summary"])
    rmSync(join(project, name), { recursive: true, force: true });
  mkdirSync(join(project, "shards"), { recursive: true });
}

/** A branch reads the caches of the default branch, and writes its own. */
function restore(archive: string, { own, of }: { readonly own: string; readonly of: string }) {
  rmSync(archive, { recursive: true, force: true });
  const kept = [own, of].find((path) => existsSync(path) && readdirSync(path).length > 0);
  if (kept !== undefined) cpSync(kept, archive, { recursive: true });
}

function save(archive: string, own: string): void {
  rmSync(own, { recursive: true, force: true });
  cpSync(archive, own, { recursive: true });
}
