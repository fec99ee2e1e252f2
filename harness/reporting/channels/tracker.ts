/**
 * Changes as issues of a tracker: one for each finding, and one for each run or job that cannot
 * be played. Pure: what to write and in which state it belongs, for GitHub and for any other.
 */
import { changeKinds, type Change, type ChangeDetail } from "../archive/change.ts";
import { shortHash } from "../archive/fold-session.ts";
import { NO_CLIENT } from "../model/results.ts";
import { inline } from "../formats/markdown-text.ts";
import { type Item, itemsOf, type Message, oneLine, type Sender } from "./message.ts";
import { idOf } from "./pack.ts";

/** What an issue should say and be after some changes. */
export interface IssueUpdate {
  /** The same in all changes of one issue. */
  readonly key: string;
  readonly title: string;
  /** What is said of each change, in Markdown, the oldest first; `id` is that of the change. */
  readonly entries: readonly { readonly id: string; readonly text: string }[];
  /** `not-run`: closed, since its scenario is no longer run. */
  readonly state: "open" | "fixed" | "not-run";
}

/** The form of an update that is sent to a tracker. */
export const ISSUE_SCHEMA = "brownout/issue/1";

/** Changes that are of no issue: that the job is alive is no work for anyone. */
export const trackedKinds: readonly ChangeDetail["kind"][] = changeKinds.filter(
  (kind) => kind !== "heartbeat",
);

/** Characters; GitHub takes 256. */
const TITLE_MAX = 200;

/** The updates of issues that changes ask for, in the order of their first changes; an update is the body of each message. */
export function issueUpdates(changes: readonly Change[], sender: Sender): readonly Message[] {
  return [...Map.groupBy(changes, keyOf)].flatMap(([key, group]) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return [];
    const entries = group.flatMap((change) =>
      itemsOf([change], sender).map((item) => ({
        id: change.id,
        text: entryText(item, { change, sender }),
      })),
    );
    const update: IssueUpdate = {
      key,
      title: oneLine(`Brownout: ${titleOf(first)}`, TITLE_MAX),
      entries,
      state: stateAfter(last.detail),
    };
    return [{ body: update, id: idOf([{ changes: group }]), changes: group }];
  });
}

/** Twelve hexadecimal digits: the finding, else what could not be played. */
function keyOf({ finding, job, branch, subject, detail, id }: Change): string {
  if (finding !== undefined) return finding;
  switch (detail.kind) {
    case "channel-down":
      return shortHash([job, branch, detail.kind, detail.channel]);
    case "archive-lost":
      return id;
    case "worse":
      return shortHash([job, branch, "worse", subject.scenario, subject.client, subject.mount]);
    default:
      return shortHash([job, branch, "run", subject.scenario, subject.client, subject.mount]);
  }
}

function titleOf({ subject, detail, job }: Change): string {
  const { scenario, client, rule } = subject;
  const parts = [scenario, client].filter((part) => part !== undefined && part !== NO_CLIENT);
  const named = parts.join(", ");
  if (rule !== undefined) return `${rule} in ${named}`;
  switch (detail.kind) {
    case "archive-lost":
      return `the archive of ${job} was damaged`;
    case "channel-down":
      return `${detail.channel} takes no news`;
    case "worse":
      return `${named}: longer without a token`;
    default:
      return named === "" ? `${job} does not come to its end` : `${named} is not played to its end`;
  }
}

function stateAfter({ kind }: ChangeDetail): IssueUpdate["state"] {
  if (kind === "fixed") return "fixed";
  return kind === "gone" ? "not-run" : "open";
}

function entryText(
  { title, text, more, command }: Item,
  { change, sender }: { readonly change: Change; readonly sender: Sender },
): string {
  const { build, report } = sender;
  const links = [
    ...(report === undefined ? [] : [`[Report](${address(report)})`]),
    ...(build === undefined ? [] : [`[Build](${address(build)})`]),
  ];
  return [
    `**${title}**: ${safe(text)}`,
    ...more.map(safe),
    ...(command === undefined ? [] : [`\`\`\`\n${command.replaceAll("`", "'")}\n\`\`\``]),
    [`Job ${safe(change.job)}`, ...links].join(" · "),
  ].join("\n\n");
}

/** Without calls of people, links and mentions of other issues. */
function safe(text: string): string {
  return inline(text).replaceAll(/#(?=\d)/g, "#\u2060");
}

function address(url: string): string {
  return url.replaceAll("(", "%28").replaceAll(")", "%29").replaceAll(/\s/g, "%20");
}
