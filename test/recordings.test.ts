/** Every recorded reply of the real service against the simulator's: equal, or a listed difference. */
import { describe, expect, it } from "vitest";
import { compareReply, type Difference } from "./support/recordings/compare-reply.ts";
import {
  type KnownDifference,
  readDifferences,
  type RecordedReply,
  readRecordings,
} from "./support/recordings/recording.ts";
import { UnknownForm } from "./support/recordings/request-forms.ts";
import { playReply } from "./support/recordings/situations.ts";

const recordings = readRecordings();
const known = readDifferences();
const used = new Set<KnownDifference>();

function isKnown(id: string, reply: string, { where }: Difference): boolean {
  const entries = known.filter(
    (entry) =>
      (entry.recording === "*" || entry.recording === id) &&
      (entry.reply === "*" || entry.reply === reply) &&
      entry.where === where,
  );
  for (const entry of entries) used.add(entry);
  return entries.length > 0;
}

/** How the simulator's reply differs; a request that cannot be made in the world is a difference as well. */
async function differencesOf(reply: RecordedReply): Promise<readonly Difference[]> {
  try {
    const { simulated, meanings } = await playReply(reply);
    return compareReply(reply, simulated, meanings);
  } catch (error) {
    if (!(error instanceof UnknownForm)) throw error;
    return [{ where: `no ${error.form}`, recorded: error.form, simulated: undefined }];
  }
}

const compared = recordings
  .map(({ replies, ...recording }) => ({
    ...recording,
    replies: replies.filter(({ outside }) => outside === undefined),
  }))
  .filter(({ replies }) => replies.length > 0);

describe.each(compared)("the recording $id of $recorded", ({ id, replies }) => {
  it.each(replies)("$name: the simulator answers so", async (reply) => {
    const differences = await differencesOf(reply);
    expect(differences.filter((one) => !isKnown(id, reply.name, one))).toEqual([]);
  });
});

describe("the recordings", () => {
  it("are at least 120 replies, of every kind that is simulated", () => {
    const replies = recordings.flatMap((recording) => recording.replies);
    expect(replies.length).toBeGreaterThanOrEqual(120);
  });

  it("have no listed difference that is gone", () => {
    expect(known.filter((entry) => !used.has(entry))).toEqual([]);
  });
});
