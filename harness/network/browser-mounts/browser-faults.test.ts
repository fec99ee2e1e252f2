/** Every fault, as the pages of a real Chromium see it: the table of `docs/browser.md`, under both mounts. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import type { DeviceEffect } from "../../faults/effect-traits.ts";
import type { FaultEffect, FaultEffectKind } from "../../faults/plan.ts";
import { createResponse } from "../../core/http/message.ts";
import { browserMounts } from "../mount-names.ts";
import { HOST } from "../../../test/support/mount.ts";
import {
  type BrowserBench,
  closeBrowser,
  startBrowserBench,
} from "../../../test/support/mount-browser.ts";
import { see, type Sightings } from "../../../test/support/mount-sightings.ts";

interface Row {
  readonly name: string;
  readonly effect?: FaultEffect;
  readonly retryAfterExposed?: "yes";
}

const json = { form: "json", value: { error: "temporarily_unavailable" } } as const;
const html = { form: "html", title: "Unavailable" } as const;
const in60s = { form: "seconds", seconds: 60 } as const;
const shed = { status: 503, retryAfter: in60s, body: json } as const;
const nothing = { requests: 0, perMs: 1_000, collapsesTo: 0, regrowsPerMinute: 0 };

/** Faults of the browser itself, and not of an answer, are in `page-device.test.ts`. */
type OnDevice = "offline" | DeviceEffect["kind"];

// The compiler sees that no kind of fault is missing.
const rows: Readonly<Record<Exclude<FaultEffectKind, OnDevice>, readonly Row[]>> = {
  throttle: [
    { name: "429, JSON", effect: { kind: "throttle", retryAfter: in60s, body: json } },
    {
      name: "429, JSON, Retry-After exposed",
      effect: { kind: "throttle", retryAfter: in60s, body: json },
      retryAfterExposed: "yes",
    },
    { name: "429, HTML", effect: { kind: "throttle", retryAfter: in60s, body: html } },
  ],
  "server-error": [
    { name: "503, JSON", effect: { kind: "server-error", status: 503, body: json } },
    { name: "503, HTML", effect: { kind: "server-error", status: 503, body: html } },
    { name: "503, empty", effect: { kind: "server-error", status: 503, body: { form: "empty" } } },
    {
      name: "503, HTML, without CORS",
      effect: { kind: "server-error", status: 503, body: html, cors: "absent" },
    },
  ],
  respond: [
    {
      name: "400, `slow_down`",
      effect: {
        kind: "respond",
        status: 400,
        body: { form: "json", value: { error: "slow_down" } },
      },
    },
  ],
  updating: [{ name: "410, JSON", effect: { kind: "updating", status: 410, body: json } }],
  capacity: [{ name: "shed load", effect: { kind: "capacity", ...nothing, shed } }],
  latency: [{ name: "late by 5 s", effect: { kind: "latency", delay: 5_000 } }],
  hang: [{ name: "hang of 30 s", effect: { kind: "hang", forMs: 30_000 } }],
  "slow-body": [
    { name: "slow body", effect: { kind: "slow-body", chunkBytes: 10, everyMs: 1_000 } },
  ],
  "stalled-body": [
    { name: "stalled body", effect: { kind: "stalled-body", bytes: 49, forMs: 7_000 } },
  ],
  "truncated-body": [{ name: "truncated body", effect: { kind: "truncated-body", bytes: 49 } }],
  "cut-body": [
    { name: "FIN in mid-body", effect: { kind: "cut-body", bytes: 49, by: "fin" } },
    { name: "RST in mid-body", effect: { kind: "cut-body", bytes: 49, by: "reset" } },
  ],
  reset: [{ name: "reset", effect: { kind: "reset" } }],
  "answer-lost": [{ name: "answer lost", effect: { kind: "answer-lost", by: "reset" } }],
  refused: [{ name: "refused", effect: { kind: "refused" } }],
  "dns-failure": [{ name: "DNS failure", effect: { kind: "dns-failure" } }],
  "connect-timeout": [{ name: "connect timeout", effect: { kind: "connect-timeout" } }],
  "tls-failure": [{ name: "TLS failure", effect: { kind: "tls-failure" } }],
  "wrong-content-type": [
    {
      name: "wrong content type",
      effect: { kind: "wrong-content-type", contentType: "text/plain" },
    },
  ],
  "empty-success": [{ name: "`200 {}`", effect: { kind: "empty-success" } }],
  "keys-withdrawn": [{ name: "keys withdrawn", effect: { kind: "keys-withdrawn" } }],
};
const all: readonly Row[] = [{ name: "none" }, ...Object.values(rows).flat()];

/** What the document says of each fault. */
const said = new Map(
  readFileSync(new URL("../../../docs/browser.md", import.meta.url), "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter((cells) => cells.length === 7)
    .map(([, name = "", proxy = "", route = "", tab = "", frame = ""]) => {
      return [name, { proxy, route, tab, frame }] as const;
    }),
);

const REFUSED = "refused by name";

/** On connections that lay ready the browser repeats what hung, and waits as long again for each. */
const callOf = ({ call, failed }: Sightings): string => {
  const seen = call.replace(/^(TypeError.*) after (?:60|90|120) s$/, "$1 after 30 s");
  return failed === "" ? seen : `${seen} (${failed})`;
};

const seenBy = ({ tab, frame }: Sightings) => ({ tab, frame });

/** Of the two that the document names where the headless shell differs, the one that was seen. */
const tabOf = (cell: string | undefined, { tab }: Sightings): string | undefined => {
  const either = cell?.split("; the headless shell: ") ?? [];
  return either.includes(tab) ? tab : cell;
};

afterAll(closeBrowser);

describe.skipIf(wantsNoBrowser()).each(browserMounts)("under %s", (mount) => {
  let bench: BrowserBench;
  beforeAll(async () => {
    bench = await startBrowserBench(mount);
  });
  afterAll(() => bench.stop());

  it.each(all)("$name", async ({ name, effect, retryAfterExposed }) => {
    const text = "<!doctype html><title>The service</title><h1>The service</h1>";
    bench.serve({
      handle: () =>
        Promise.resolve(
          createResponse(text, {
            status: 200,
            headers: [
              ["Content-Type", "text/html"],
              ["Access-Control-Allow-Origin", "*"],
            ],
          }),
        ),
    });
    bench.break(effect, retryAfterExposed);
    const seen = await see(bench, `${HOST}/common/oauth2/v2.0/token`);
    const isRefused = bench.harnessErrors.some((error) =>
      String(error).includes(`cannot show the effect ${effect?.kind ?? ""}`),
    );
    const expected = said.get(name);
    expect(isRefused ? { [mount]: REFUSED } : { [mount]: callOf(seen), ...seenBy(seen) }).toEqual(
      expected?.[mount] === REFUSED
        ? { [mount]: REFUSED }
        : { [mount]: expected?.[mount], tab: tabOf(expected?.tab, seen), frame: expected?.frame },
    );
    expect(isRefused || bench.harnessErrors.length === 0).toBe(true);
  });
});

it("names no fault that there is not", () => {
  const names = new Set(["fault", "---", ...all.map(({ name }) => name)]);
  expect([...said.keys()].filter((name) => !names.has(name.replace(/^-+$/, "---")))).toEqual([]);
});
