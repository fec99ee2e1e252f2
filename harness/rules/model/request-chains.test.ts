/** The addresses that a client went round, and requests that follow one another. */
import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../../history/event.ts";
import { buildRun, type RunBuilder } from "../../../test/support/run-builder.ts";
import { exchangesOf } from "./exchanges.ts";
import { addressesBetween, longestChain, placeOf } from "./request-chains.ts";

const page = { endpoint: "resource", method: "GET", issued: "nothing" } as const;
const to = (path: string) => ({ ...page, url: `https://app.example/${path}` });

/** The exchanges of a run in which every answer leads to that location. */
function redirectedTo(run: RunBuilder, location: string) {
  const { header, events } = run.history();
  const headers = [
    ["content-type", "text/html"],
    ["location", location],
  ] as const;
  const led = events.map((event): HistoryEvent =>
    event.kind === "exchange-ended" && event.end.kind === "response"
      ? { ...event, end: { ...event.end, headers } }
      : event,
  );
  return exchangesOf({ header, events: led });
}

describe("the addresses of a loop", () => {
  it("are those of its requests and of their redirects, without queries and fragments", () => {
    const run = buildRun();
    for (let round = 0; round < 3; round += 1) run.exchange(to(`start?round=${round}#top`));
    const loop = redirectedTo(run, "https://login.example/authorize?state=1\n2");
    expect(addressesBetween(loop, loop)).toEqual([
      "GET https://app.example/start",
      "https://login.example/authorize",
    ]);
    const plain = exchangesOf(run.history());
    expect(addressesBetween(plain, plain)).toEqual(["GET https://app.example/start"]);
  });

  it("are those that come in every third round at least, of this client, between its ends", () => {
    const run = buildRun();
    run.exchange(to("before"));
    for (let round = 0; round < 6; round += 1) {
      run.exchange(to("loop"));
      if (round % 3 === 0) run.exchange(to("often"));
      if (round === 0) run.exchange(to("once"));
      run.exchange({ ...to("elsewhere"), client: "app-2" });
      run.exchange({ ...to("preflight"), method: "OPTIONS", status: 503 });
    }
    for (let more = 0; more < 6; more += 1) run.exchange(to("after"));
    const all = exchangesOf(run.history());
    const loop = all.filter(({ began }) => began.url.endsWith("/loop"));
    expect(addressesBetween(all, loop)).toEqual([
      "GET https://app.example/loop",
      "GET https://app.example/often",
    ]);
  });
});

describe("a chain without a pause", () => {
  /** How many of the requests of `/loop` follow one another at once. */
  const lengthIn = (run: RunBuilder): number => {
    const all = exchangesOf(run.history());
    const similar = all.filter(({ began }) => began.url.endsWith("/loop"));
    return longestChain(similar, placeOf(all)).length;
  };

  it("has pauses of 50 ms at most", () => {
    const paused = (pauseMs: number) => {
      const run = buildRun();
      for (let round = 0; round < 3; round += 1) {
        run.exchange({ ...to("loop"), takesMs: 100 });
        run.after(pauseMs);
      }
      return lengthIn(run);
    };
    expect([paused(0), paused(50), paused(51)]).toEqual([3, 3, 1]);
  });

  it("is filled by other requests that end before the next one begins, with such pauses", () => {
    const filled = (pauseMs: number, isAnswered = true) => {
      const run = buildRun();
      for (let round = 0; round < 3; round += 1) {
        run.exchange(to("loop"));
        run.after(pauseMs);
        const between = run.request(to("between"));
        run.after(500);
        if (isAnswered) between.answered();
        run.after(pauseMs);
      }
      return lengthIn(run);
    };
    expect([filled(50), filled(51), filled(0, false)]).toEqual([3, 1, 1]);
  });

  it("is none of requests under way together, and the first of two that are as long", () => {
    const run = buildRun();
    const together = [run.request(to("loop")), run.request(to("loop"))];
    for (const request of together) request.answered();
    expect(lengthIn(run)).toBe(1);
    run.after(1_000);
    run.exchange(to("loop"));
    const all = exchangesOf(run.history());
    expect(longestChain(all, placeOf(all))).toEqual([all[0]]);
  });
});
