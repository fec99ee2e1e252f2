/**
 * Changes as events of CloudEvents 1.0, in the structured mode of HTTP: one for the changes of each
 * run, so that an event that comes twice has the same `source` and `id`. Intermediaries must
 * forward events of up to 64 KiB (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#size-limits).
 */
import type { Change } from "../archive/change.ts";
import { changeLines, changesTitle } from "../formats/change-text.ts";
import type { Message, Sender } from "./message.ts";
import { idOf } from "./pack.ts";

const BYTES_MAX = 60_000;

/** The content type of an event. */
export const CLOUD_EVENT = "application/cloudevents+json; charset=utf-8";

/** The events of changes. */
export function cloudEvents(changes: readonly Change[], sender: Sender): readonly Message[] {
  const bySession = Map.groupBy(
    changes,
    // That another channel is down may be found after the run's own changes were sent.
    ({ session, detail }) => `${session.id} ${detail.kind === "channel-down"}`,
  );
  return [...bySession.values()].flatMap((group) => eventsWithin(group, sender));
}

/** A single change is within the limit. */
function eventsWithin(changes: readonly Change[], sender: Sender): readonly Message[] {
  const body = eventOf(changes, sender);
  const middle = Math.ceil(changes.length / 2);
  if (changes.length <= 1 || Buffer.byteLength(JSON.stringify(body)) <= BYTES_MAX)
    return [{ body, id: idOf([{ changes }]), changes }];
  return [
    ...eventsWithin(changes.slice(0, middle), sender),
    ...eventsWithin(changes.slice(middle), sender),
  ];
}

function eventOf(changes: readonly Change[], { project, build, report }: Sender): object {
  const [first] = changes;
  return {
    specversion: "1.0",
    id: idOf([{ changes }]),
    source: `/brownout/${encodeURIComponent(project)}`,
    type: "brownout.changes.v1",
    subject: first?.job ?? "",
    ...(first === undefined ? {} : { time: first.session.recordedAt }),
    datacontenttype: "application/json",
    data: {
      text: [changesTitle(changes), ...changeLines(changes)].join("\n"),
      ...(build === undefined ? {} : { build }),
      ...(report === undefined ? {} : { report }),
      changes,
    },
  };
}
