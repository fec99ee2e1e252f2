/**
 * What every channel says of changes, before a service's own format: one item for all changes of
 * a kind that a rule found in a client, with what to do about it. Pure.
 */
import { formatDuration } from "../../core/time/duration.ts";
import type { Change } from "../archive/change.ts";
import {
  changeSentence,
  changesTitle,
  changeTitles,
  inOrder,
  sinceOfChange,
} from "../formats/change-text.ts";
import { withoutControls } from "../formats/terminal-text.ts";
import { count, namesWithin } from "../model/wording.ts";

/** What is known tonight of the run that a change is about. */
export interface RunDetails {
  /** How long somebody wanted a token and had none, ms. */
  readonly withoutTokenMs?: number;
  /** The command that plays it again. */
  readonly replay?: string;
  /** What to do when its rule fails. */
  readonly fix?: string;
}

/** Where changes come from, as messages name it. */
export interface Sender {
  /** The repository or folder, such as `contoso/orders`. */
  readonly project: string;
  /** The session's number in the archive. */
  readonly run?: number;
  /** What the person or the CI service calls the session. */
  readonly label?: string;
  /** The address of the build. */
  readonly build?: string;
  /** The address of the report. */
  readonly report?: string;
  /** Default: nothing is known. */
  readonly detailsOf?: (change: Change) => RunDetails;
}

/** Changes that belong together. All texts are of one line, without control characters, and not escaped. */
export interface Item {
  /** Such as `New`. */
  readonly title: string;
  readonly text: string;
  /** Since when and by which change, where else, what it costs, what to do. */
  readonly more: readonly string[];
  readonly command?: string;
  readonly changes: readonly Change[];
}

/** One message: some of the items, in a service's format. */
export interface Message {
  readonly body: object;
  /** Equal for equal changes, so that a receiver recognises a message that comes twice. */
  readonly id: string;
  readonly changes: readonly Change[];
}

/** What stands above a message and below it. */
export interface Frame {
  readonly title: string;
  /** Such as `Job nightly, branch main`. */
  readonly about: string;
  readonly links: readonly { readonly text: string; readonly url: string }[];
}

/** How much of texts is shown, in characters. */
export interface TextLimits {
  readonly text: number;
  readonly command: number;
  /** The names of other runs. */
  readonly also: number;
}

const shortTexts: TextLimits = { text: 700, command: 400, also: 200 };

/** The items of changes, those that want action first. */
export function itemsOf(
  changes: readonly Change[],
  { detailsOf }: Sender,
  limits: TextLimits = shortTexts,
): readonly Item[] {
  const groups = Map.groupBy(inOrder(changes), groupOf);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const details = detailsOf?.(first) ?? {};
    const isOpen = first.detail.kind !== "fixed" && first.detail.kind !== "gone";
    const { withoutTokenMs = 0, fix, replay } = isOpen ? details : {};
    const others = namesOf(group.slice(1));
    const more = [
      sinceOfChange(first),
      others.length === 0
        ? undefined
        : `Also in ${count(others.length, "other run")}: ${namesWithin(others, limits.also)}.`,
      withoutTokenMs === 0 ? undefined : `Without a token for ${formatDuration(withoutTokenMs)}.`,
      fix,
    ];
    return [
      {
        title: changeTitles[first.detail.kind],
        text: oneLine(changeSentence(first), limits.text),
        more: more.flatMap((text) => (text === undefined ? [] : [oneLine(text, limits.text)])),
        ...(replay === undefined ? {} : { command: oneLine(replay, limits.command) }),
        changes: group,
      },
    ];
  });
}

/** What stands around a message of these changes. */
export function frameOf(changes: readonly Change[], sender: Sender): Frame {
  const [first] = changes;
  const branch = first?.branch === undefined ? "" : `, branch ${first.branch}`;
  const links = [
    ...(sender.report === undefined ? [] : [{ text: "Report", url: sender.report }]),
    ...(sender.build === undefined ? [] : [{ text: "Build", url: sender.build }]),
  ];
  return {
    title: oneLine(`Brownout, ${sender.project}: ${changesTitle(changes)}`, shortTexts.text),
    about: oneLine(`Job ${first?.job ?? ""}${branch}`, shortTexts.text),
    links,
  };
}

/** On one line, with escapes for control characters and marks of direction, at most so many UTF-16 units. */
export function oneLine(text: string, max: number): string {
  const plain = withoutControls(text.replace(/\s+/g, " ").trim());
  if (plain.length <= max) return plain;
  // Half a character is none.
  return `${plain.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Changes with one name are shown as one. */
function groupOf({ id, detail, subject, message = "" }: Change): string {
  const { client = "", rule } = subject;
  switch (detail.kind) {
    case "new":
      return JSON.stringify([detail.kind, detail.how, client, rule]);
    case "fixed":
    case "inconclusive":
      return JSON.stringify([detail.kind, detail.was, client, rule]);
    case "worse":
      return JSON.stringify([detail.kind, detail.figure, client, rule]);
    case "flaky":
      return JSON.stringify([detail.kind, detail.by, client, rule, message]);
    case "unknown":
      return JSON.stringify([detail.kind, client, detail.problem.code, detail.problem.message]);
    case "gone":
      return JSON.stringify(
        detail.renamedTo === undefined ? [detail.kind, client] : [detail.kind, id],
      );
    case "archive-lost":
    case "channel-down":
    case "heartbeat":
      return id;
  }
}

/** The scenarios of changes, or their rules where a scenario has none of its own. */
function namesOf(changes: readonly Change[]): readonly string[] {
  const names = changes.map(({ subject: { scenario = "", mount } }) =>
    mount === undefined ? scenario : `${scenario} (${mount})`,
  );
  return [...new Set(names)].filter((name) => name !== "");
}
