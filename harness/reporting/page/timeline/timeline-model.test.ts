/** What is drawn of a history, and where each event stands. */
import { describe, expect, it } from "vitest";
import { historyOf, STARTED_AT, throttledDaemon } from "../../../../test/support/history.ts";
import { pageHistory } from "../../../../test/support/report-page.ts";
import type { RowKind } from "./mark.ts";
import { modelOf, type TimelineModel } from "./timeline-model.ts";

const drawn = ({ lanes }: TimelineModel, label: string, kind: RowKind): string[] =>
  (
    lanes.find((lane) => lane.label === label)?.rows.find((row) => row.kind === kind)?.marks ?? []
  ).map(({ style, from, to }) => `${style} ${from}-${to}`);

describe("a throttled daemon", () => {
  const history = pageHistory(throttledDaemon());
  const model = modelOf(history);

  it("has a lane for the fault, the notes, the instance and each service", () => {
    expect(model.lanes.map(({ label }) => label)).toEqual([
      "throttled",
      "Notes",
      "nightly-daemon-1",
      "Entra ID",
      "Edge",
    ]);
  });

  it("draws the fault, calls, requests, the wait that was asked for, and the token", () => {
    expect(drawn(model, "throttled", "faults")).toEqual(["fault 0-60000"]);
    expect(drawn(model, "nightly-daemon-1", "calls")).toEqual([
      "call-fail 0-40",
      "call-ok 5000-61050",
    ]);
    expect(drawn(model, "nightly-daemon-1", "requests")).toEqual([
      "request-throttled 0-40",
      // A minute from the answer on; the run is over soon after.
      "wait 40-60040",
      "request-failed 5000-5000",
      "request-ok 61000-61050",
    ]);
    expect(drawn(model, "Edge", "requests")).toEqual(["request-failed 5000-5000"]);
    expect(model.outages).toEqual([{ from: 0, to: 60_000 }]);
  });

  it("has a place for every event, in the lane where it is looked for", () => {
    expect(model.places).toHaveLength(history.events.length);
    expect(model.places.map(({ lane, at }) => `${model.lanes[lane]?.label} ${at}`)).toEqual(
      history.events.map(({ kind, at }) => {
        const after = at - STARTED_AT;
        if (kind.startsWith("fault-")) return `throttled ${after}`;
        return `${kind === "faults-cleared" ? "Notes" : "nightly-daemon-1"} ${after}`;
      }),
    );
    for (const { lane, row } of model.places) expect(model.lanes[lane]?.rows[row]).toBeDefined();
  });
});

const asks = {
  kind: "operation-invoked",
  client: "spa-1",
  flow: "silent",
  app: "app",
  tenant: "contoso",
  scopes: ["s"],
  tab: "tab-1",
} as const;

const token = {
  accessToken: "at-1",
  expiresAt: STARTED_AT + 5_000,
  extendedExpiresAt: STARTED_AT + 9_000,
};

describe("a browser", () => {
  const model = modelOf(
    pageHistory(
      historyOf([
        { afterMs: 0, kind: "tab-changed", client: "spa-1", tab: "tab-1", change: "opened" },
        { afterMs: 0, kind: "screen-seen", client: "spa-1", tab: "tab-1", shows: "content" },
        { afterMs: 1_000, ...asks, operation: 1 },
        { afterMs: 1_000, kind: "operation-completed", operation: 1, outcome: "ok", token },
        { afterMs: 2_000, ...asks, operation: 2 },
        {
          afterMs: 2_000,
          kind: "operation-completed",
          operation: 2,
          outcome: "fail",
          error: { name: "E", code: "c", message: "m", interactionRequired: false },
        },
        { afterMs: 3_000, kind: "prompt-shown", client: "spa-1", operation: 2, prompt: "login" },
        { afterMs: 4_000, ...asks, operation: 3 },
        {
          afterMs: 6_000,
          kind: "client-restarted",
          client: "spa-1",
          persisted: "nothing",
          browser: true,
        },
        { afterMs: 20_000, kind: "noted", text: "end" },
      ]),
    ),
  );

  it("has its tabs below the instance, with what each shows and calls", () => {
    expect(model.lanes.map(({ label, isNested }) => [label, isNested])).toEqual([
      ["Notes", false],
      ["spa-1", false],
      ["tab-1", true],
    ]);
    expect(drawn(model, "tab-1", "calls")).toEqual([
      "call-ok 1000-1000",
      // No request was sent for it: the client held it back.
      "call-blocked 2000-2000",
      "call-unknown 4000-20000",
    ]);
    expect(drawn(model, "tab-1", "signs")).toEqual(["tab 0-0", "prompt 3000-3000"]);
  });

  it("ends with a restart what does not outlive it", () => {
    expect(drawn(model, "tab-1", "screens")).toEqual(["screen-content 0-6000"]);
    expect(drawn(model, "spa-1", "tokens")).toEqual([
      "token-valid 1000-5000",
      "token-extended 5000-6000",
    ]);
  });
});

it("takes a mere limit of capacity for no outage, and an outage without end for one to the end", () => {
  const window = { id: "w", at: "primary", on: "all", from: 0, for: 9 } as const;
  const effect = { kind: "reset" } as const;
  const model = modelOf(
    pageHistory(
      historyOf([
        {
          afterMs: 0,
          kind: "fault-began",
          window: {
            ...window,
            effect: {
              kind: "capacity",
              requests: 1,
              perMs: 1,
              collapsesTo: 1,
              regrowsPerMinute: 1,
              shed: { status: 503, retryAfter: { form: "absent" }, body: { form: "empty" } },
            },
          },
        },
        { afterMs: 5, kind: "fault-began", window: { ...window, id: "x", effect } },
        { afterMs: 9, kind: "noted", text: "end" },
      ]),
    ),
  );
  expect(model.outages).toEqual([{ from: 5, to: 9 }]);
  expect(drawn(model, "x", "faults")).toEqual(["fault 5-9"]);
});
