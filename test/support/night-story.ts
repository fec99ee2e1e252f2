/** Nights of a job with everything that happens to such a job, and what each channel is to hear of them. */
import type { Behaviour, ProjectState } from "./night-project.ts";
import type { Away, Webhook } from "./night-receivers.ts";

/** The ways in which the job is played each night. */
export const stages = ["cron", "github"] as const;
export type Stage = (typeof stages)[number];

/** What goes wrong around a run; a stage on which it cannot happen plays a night as any other. */
export type Accident =
  /** Two nights at once. */
  | "overlap"
  /** No room for the results. */
  | "disk-full"
  /** No room for the archive either. */
  | "archive-disk-full"
  | "archive-damaged"
  /** Ended from outside in the middle. */
  | "cancelled"
  | "shard-lost"
  /** Of another branch, by hand. */
  | "branch";

export interface Night {
  readonly happens: string;
  /** What the project is from now on. */
  readonly scenarios?: Readonly<Record<string, Behaviour>>;
  readonly msal?: string;
  readonly version?: string;
  /** The commit stays that of the night before. */
  readonly isSameCommit?: true;
  readonly isMachineBusy?: true;
  readonly away?: Readonly<Partial<Record<Webhook, Away>>>;
  readonly accident?: Accident;
  /** Default: one. */
  readonly daysLater?: number;
  /** The exit code, by stage where it differs; null: there is none. */
  readonly code: number | Readonly<Record<Stage, number | null>>;
  /** What every channel hears. */
  readonly hears?: readonly string[] | Readonly<Record<Stage, readonly string[]>>;
  /** What this channel hears instead. */
  readonly instead?: Readonly<Record<string, readonly string[]>>;
}

/** What the project is before the first night. */
export const before: ProjectState = {
  scenarios: { login: 0, refresh: "upgraded", old: 5 },
  msal: "6.0.1",
  version: "1.0.0",
  commit: "",
  branch: "main",
  isMachineBusy: false,
};

const all = { login: 0, refresh: "upgraded", old: 40 } as const;
const less = { login: 0, old: 40 } as const;

export const story: readonly Night[] = [
  { happens: "the first night ever; a finding is there", code: 1, hears: ["new old retry-after"] },
  { happens: "nothing", code: 1 },
  {
    happens: "a regression",
    scenarios: { ...all, old: 5, login: 20 },
    code: 1,
    hears: ["new login retry-after"],
  },
  {
    happens: "its fix",
    scenarios: { ...all, old: 5 },
    code: 1,
    hears: ["fixed login retry-after"],
  },
  {
    happens: "the regression again",
    scenarios: { ...all, old: 5, login: 20 },
    code: 1,
    hears: ["new login retry-after"],
  },
  { happens: "a run by hand of a branch that has the fixes", accident: "branch", code: 0 },
  { happens: "main, which is still broken", code: 1 },
  {
    happens: "the second fix",
    scenarios: { ...all, old: 5 },
    code: 1,
    hears: ["fixed login retry-after"],
  },
  {
    happens: "far more repeats, and a receiver that is away for one night",
    scenarios: all,
    away: { hook: "error" },
    code: 1,
    hears: ["worse old retry-after"],
    instead: { hook: [] },
  },
  {
    happens: "a file that cannot be loaded; the others run",
    scenarios: { ...all, login: "unloadable" },
    code: 2,
    hears: ["unknown outages/login.scenario.ts"],
    instead: { hook: ["worse old retry-after", "unknown outages/login.scenario.ts"] },
  },
  {
    happens: "the same",
    code: 2,
    // The script mails each night that was not played to its end.
    instead: { mail: ["unknown"] },
  },
  {
    happens: "it is loaded",
    scenarios: all,
    code: 1,
    hears: ["fixed outages/login.scenario.ts"],
  },
  {
    happens: "a script that never yields",
    scenarios: { ...all, refresh: "hangs" },
    code: 2,
    hears: ["unknown refresh"],
  },
  { happens: "it ends again", scenarios: all, code: 1, hears: ["fixed refresh"] },
  {
    happens: "nothing to judge",
    scenarios: { ...all, old: "idle" },
    code: 3,
    hears: ["inconclusive old fault-met", "inconclusive old retry-after"],
  },
  {
    happens: "it fails as before",
    scenarios: all,
    code: 1,
    hears: ["fixed old fault-met"],
  },
  {
    happens: "an upgrade of MSAL breaks another",
    msal: "7.2.3",
    code: 1,
    hears: ["new refresh retry-after"],
  },
  {
    happens: "its fix, while Slack answers 500",
    msal: "7.2.4",
    scenarios: { ...all, refresh: 0 },
    away: { slack: "error" },
    code: 1,
    hears: ["fixed refresh retry-after"],
    instead: { slack: [] },
  },
  { happens: "Slack does not answer", away: { slack: "silent" }, code: 1 },
  {
    happens: "Slack ends the connection, for the third night",
    away: { slack: "gone" },
    code: 1,
    hears: ["channel-down"],
    instead: { slack: [] },
  },
  {
    happens: "Slack is back",
    code: 1,
    instead: { slack: ["fixed refresh retry-after"] },
  },
  {
    happens: "a scenario is renamed",
    scenarios: { ...less, renewal: 0 },
    code: 1,
    hears: ["gone refresh"],
  },
  {
    happens: "a scenario is deleted",
    scenarios: less,
    code: 1,
    hears: ["gone renewal"],
    // It never had one.
    instead: { issues: [] },
  },
  { happens: "the service goes from 1.0.0 to 2.0.0", version: "2.0.0", code: 1 },
  {
    happens: "the old finding is fixed",
    scenarios: { login: 0, old: 0 },
    code: 0,
    hears: ["fixed old retry-after"],
  },
  {
    happens: "the same commit fails on a busy machine",
    isSameCommit: true,
    isMachineBusy: true,
    code: 1,
    hears: ["flaky login retry-after"],
  },
  { happens: "and holds again", isSameCommit: true, code: 0 },
  { happens: "it fails", scenarios: { login: 20, old: 0 }, code: 1 },
  { happens: "and again", code: 1 },
  { happens: "and stays", code: 1, hears: ["new login retry-after"] },
  {
    happens: "the archive is damaged",
    accident: "archive-damaged",
    code: 1,
    hears: ["archive-lost"],
  },
  {
    happens: "two nights at once",
    accident: "overlap",
    code: { cron: 1, github: 1 },
    hears: { cron: ["unknown", "fixed"], github: [] },
    // What is over before it is heard of needs none.
    instead: { issues: [] },
  },
  {
    happens: "a part of the runs is lost",
    accident: "shard-lost",
    code: { cron: 1, github: 2 },
    hears: { cron: [], github: ["unknown old"] },
  },
  { happens: "all parts are there", code: 1, hears: { cron: [], github: ["fixed old"] } },
  {
    happens: "the disk of the results is full",
    accident: "disk-full",
    code: { cron: 2, github: 1 },
    hears: { cron: ["unknown"], github: [] },
  },
  { happens: "there is room again", code: 1, hears: { cron: ["fixed"], github: [] } },
  {
    happens: "the disk of the archive is full as well",
    accident: "archive-disk-full",
    code: { cron: 2, github: 1 },
    hears: { cron: ["unknown"], github: [] },
    instead: { issues: [] },
  },
  { happens: "there is room again", code: 1 },
  {
    happens: "the night is cancelled",
    accident: "cancelled",
    code: { cron: 143, github: null },
    hears: { cron: ["unknown"], github: [] },
  },
  { happens: "the next comes to its end", code: 1, hears: { cron: ["fixed"], github: [] } },
  {
    happens: "nothing, eight days later",
    daysLater: 8,
    code: 1,
    hears: ["heartbeat"],
    instead: { issues: [] },
  },
];
