/** Changes as the JSON of `news.json`: with a text, and as data. */
import { brownoutVersion } from "../../core/version.ts";
import type { Change } from "../archive/change.ts";
import { changeLines, changesTitle } from "../formats/change-text.ts";
import type { Message, Sender } from "./message.ts";
import { idOf } from "./pack.ts";

/** The contents of `news.json`. */
export function newsOf(changes: readonly Change[], sender: Sender): object {
  const { project, build, report, run, label } = sender;
  return {
    schema: "brownout/news/2",
    // What chat rooms show.
    text: [`Brownout: ${changesTitle(changes)}`, ...changeLines(changes)].join("\n"),
    brownout: brownoutVersion,
    project,
    ...(run === undefined ? {} : { run }),
    ...(label === undefined ? {} : { label }),
    ...(build === undefined ? {} : { build }),
    ...(report === undefined ? {} : { report }),
    news: changes,
  };
}

/** All changes in one message. */
export function plainNews(changes: readonly Change[], sender: Sender): readonly Message[] {
  if (changes.length === 0) return [];
  return [{ body: newsOf(changes, sender), id: idOf([{ changes }]), changes }];
}
