/** What is left of a history in the report, and what is not. */
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import type { HistoryEvent } from "../../history/event.ts";
import { throttledDaemon } from "../../../test/support/history.ts";
import { describeEvent } from "../../history/event-line.ts";
import { packHistory, slimHistory } from "./slim-history.ts";

it("says of each event what the journal says", () => {
  for (const history of [throttledDaemon(), buildRun().history()]) {
    const slim = slimHistory(history);
    const again = slim.events.map((event, index) => ({ ...event, index }) as HistoryEvent);
    expect(again.map(describeEvent)).toEqual(history.events.map(describeEvent));
    expect(again.map(({ at, kind }) => [at, kind])).toEqual(
      history.events.map(({ at, kind }) => [at, kind]),
    );
  }
});

it("leaves bodies, headers, forms and addresses in the journal", () => {
  const history = throttledDaemon();
  const text = JSON.stringify(slimHistory(history));
  expect(JSON.stringify(history)).toMatch(/client_secret.*expires_in/s);
  expect(text).not.toMatch(/client_secret|expires_in|https:\/\/login|cache-control|content-type/);
});

it("packs the same into the same bytes, without a time or a machine", () => {
  const history = slimHistory(throttledDaemon());
  const bytes = Buffer.from(packHistory(history), "base64");
  expect(packHistory(history)).toBe(bytes.toString("base64"));
  // RFC 1952: MTIME is four bytes from the fifth, OS the tenth.
  expect([...bytes.subarray(4, 8), bytes[9]]).toEqual([0, 0, 0, 0, 255]);
  expect(JSON.parse(gunzipSync(bytes).toString())).toEqual(history);
});
