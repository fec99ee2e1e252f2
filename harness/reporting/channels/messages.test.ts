/** What each service is sent: within its limits, and with text of others that does nothing there. */
import { describe, expect, it } from "vitest";
import type { Change, ChangeDetail } from "../archive/change.ts";
import { cloudEvents } from "./cloud-events.ts";
import { emailText } from "./email-text.ts";
import { googleChat } from "./google-chat.ts";
import { itemsOf, type Message } from "./message.ts";
import { messagesOf } from "./pack.ts";
import { slack } from "./slack.ts";
import { teams } from "./teams.ts";

const session = { id: 12, recordedAt: "2026-10-12T03:00:00.000Z", brownout: "0.1.0", seed: "1" };
const good = { ...session, id: 11, recordedAt: "2026-10-11T03:00:00.000Z" };
const packages = [{ name: "@azure/msal-node", from: "6.0.1", to: "7.2.3" }];

function change(number: number, parts: Partial<Change> = {}): Change {
  return {
    id: number.toString(16).padStart(12, "0"),
    job: "nightly",
    branch: "main",
    subject: { scenario: `outage-${number}`, client: "orders", mount: "direct", rule: "backoff" },
    session,
    finding: `finding-${number}`,
    version: "1.0.0",
    message: "asked again 44 times",
    since: { firstSeen: session, lastGood: good, between: { packages }, times: 1 },
    detail: { kind: "new", how: "first" },
    ...parts,
  };
}

/** Changes that cannot be shown as one. */
const many = (size: number, parts: Partial<Change> = {}): readonly Change[] =>
  Array.from({ length: size }, (_, index) =>
    change(index, {
      subject: { scenario: "outage", client: "orders", mount: "direct", rule: `rule-${index}` },
      ...parts,
    }),
  );

const sender = {
  project: "contoso/orders",
  build: "https://ci.example/run/7?a=1&b=2",
  report: "https://ci.example/report",
  detailsOf: () => ({
    withoutTokenMs: 180_000,
    replay: "npx brownout replay reports/out/journals/outage.jsonl",
    fix: "Wait for as long as Retry-After says.",
  }),
};

const bodyOf = (message: Message | undefined): object => message?.body ?? {};

const services = { slack, teams, "google-chat": googleChat } as const;

describe.each(Object.entries(services))("a message for %s", (_, format) => {
  const textOf = (changes: readonly Change[]): string =>
    JSON.stringify(messagesOf(changes, sender, format).map(({ body }) => body));

  it("says what broke, for whom, since when, by which change, at what cost, and what to do", () => {
    const text = textOf([change(1)]);
    for (const part of [
      "contoso/orders",
      "1 new finding",
      "Job nightly, branch main",
      "outage-1, orders 1.0.0: backoff: asked again 44 times",
      "Since run 12 of 2026-10-12; last good in run 11 of 2026-10-11; changed between them: @azure/msal-node 6.0.1 → 7.2.3.",
      "Without a token for 3m",
      "Wait for as long as Retry-After says.",
      "npx brownout replay reports/out/journals/outage.jsonl",
      "https://ci.example/report",
    ])
      expect(text).toContain(part);
  });

  it("shows forty runs with one broken rule as one, and loses none", () => {
    const changes = Array.from({ length: 40 }, (_value, index) => change(index));
    const messages = messagesOf(changes, sender, format);
    expect(messages.map((message) => message.changes.length)).toEqual([40]);
    expect(textOf(changes)).toMatch(/Also in 39 other runs: outage-1 \(direct\), .* \d+ more/);
  });

  it("is one of a few when there is too much for one, and each change is in one of them", () => {
    const changes = many(500, { message: `"<&>\\ `.repeat(200) });
    const messages = messagesOf(changes, sender, format);
    expect(messages).toHaveLength(5);
    expect(new Set(messages.flatMap((message) => message.changes)).size).toBe(500);
    expect(messages.flatMap((message) => message.changes)).toHaveLength(500);
    expect(JSON.stringify(messages[1]?.body)).toContain("(part 2 of 5)");
    expect(JSON.stringify(messages.at(-1)?.body)).toMatch(/\d+ changes that this channel has no/);
  });

  it("has the same id for the same changes in any order", () => {
    const ids = (changes: readonly Change[]) => messagesOf(changes, sender, format)[0]?.id;
    expect(ids([change(1), change(2)])).toBe(ids([change(2), change(1)]));
    expect(ids([change(1)])).not.toBe(ids([change(2)]));
  });

  it("shows control characters and marks of direction as escapes, and keeps to a line", () => {
    const text = textOf([change(1, { message: "a\nb\u001B[2Jc\u202Ed\u0000" })]);
    expect(text).toContain(String.raw`backoff: a b\\u001b[2Jc\\u202ed\\u0000`);
  });
});

const mentions = "<!channel> <@U123> <users/all> <at>Ann</at> @here & <https://evil.example|x>";

describe("text of others", () => {
  it("calls no one and links to nothing in Slack, and does not end the code", () => {
    const replay = "x ` <!here> `";
    const [message] = messagesOf(
      [change(1, { message: mentions })],
      { ...sender, project: "<!channel>", detailsOf: () => ({ replay }) },
      slack,
    );
    const { text, blocks } = bodyOf(message) as {
      readonly text: string;
      readonly blocks: readonly {
        readonly type: string;
        readonly text?: { readonly type: string; readonly text: string; verbatim?: boolean };
      }[];
    };
    expect(text).not.toContain("<");
    const sections = blocks.filter(({ type }) => type === "section");
    expect(sections[0]?.text).toMatchObject({ type: "mrkdwn", verbatim: true });
    expect(sections[0]?.text?.text).not.toMatch(/[<>]/);
    expect(sections[0]?.text?.text).toMatch(/&lt;!channel&gt; .* @here &amp; /);
    expect(sections[0]?.text?.text).toMatch(/`x ' &lt;!here&gt; '`$/);
  });

  it("is in text runs for Teams, which know no Markdown, and names no entity to mention", () => {
    const [message] = messagesOf([change(1, { message: mentions })], sender, teams);
    const { attachments } = bodyOf(message) as {
      readonly attachments: readonly { readonly content: { readonly body: readonly object[] } }[];
    };
    for (const block of attachments[0]?.content.body ?? [])
      expect(block).toMatchObject({ type: "RichTextBlock" });
    expect(JSON.stringify(message?.body)).not.toContain("entities");
  });

  it("is no markup in a card of Google Chat, nor in the text of its notification", () => {
    const [message] = messagesOf(
      [change(1, { message: mentions })],
      { ...sender, project: "<users/all>" },
      googleChat,
    );
    const body = JSON.stringify(message?.body);
    expect(body).toContain("&lt;users/all&gt; &lt;at&gt;Ann");
    expect((bodyOf(message) as { readonly text: string }).text).not.toContain("<");
  });
});

describe("the limits of", () => {
  const bodies = (format: typeof slack) =>
    messagesOf(many(300, { message: `"<&>\\ é`.repeat(200) }), sender, format).map(
      ({ body }) => body,
    );

  it("Slack: 50 blocks, 3 000 characters a section, 150 a header", () => {
    for (const body of bodies(slack)) {
      const { blocks } = body as {
        readonly blocks: readonly { type: string; text?: { readonly text: string } }[];
      };
      expect(blocks.length).toBeLessThanOrEqual(50);
      expect(JSON.stringify(body).length).toBeLessThanOrEqual(13_000);
      for (const { type, text } of blocks) {
        const length = text?.text.length ?? 0;
        expect(length).toBeLessThanOrEqual(type === "header" ? 150 : 3_000);
        expect(text?.text ?? "").not.toMatch(/&[a-z]{0,3}$/);
      }
    }
    expect(messagesOf(many(60, { message: "m" }), sender, slack).length).toBeGreaterThan(1);
  });

  it("Teams: 28 KB in UTF-16", () => {
    for (const body of bodies(teams))
      expect(Buffer.byteLength(JSON.stringify(body), "utf16le")).toBeLessThan(28_000);
  });

  it("Google Chat: 32 000 bytes", () => {
    for (const body of bodies(googleChat))
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(32_000);
  });

  it("CloudEvents: 64 KiB, and one event for each run", () => {
    const changes = [
      ...many(300, { message: "é".repeat(400) }),
      change(999, { session: { ...session, id: 13 } }),
    ];
    const events = cloudEvents(changes, sender);
    for (const { body } of events)
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(65_536);
    expect(events.flatMap((event) => event.changes)).toEqual(changes);
    expect(events.at(-1)?.changes).toHaveLength(1);
    expect(events.at(-1)?.body).toMatchObject({
      specversion: "1.0",
      source: "/brownout/contoso%2Forders",
      type: "brownout.changes.v1",
      time: session.recordedAt,
    });
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });
});

describe("the text of an e-mail", () => {
  it("has all of it in lines of 76 columns, and the command in one piece", () => {
    const text = emailText([change(1), change(2, { message: "word ".repeat(60) })], sender);
    expect(text).toBe(`Brownout, contoso/orders: 2 new findings

New: outage-1, orders 1.0.0: backoff: asked again 44 times
  Since run 12 of 2026-10-12; last good in run 11 of 2026-10-11; changed
  between them: @azure/msal-node 6.0.1 → 7.2.3.
  Also in 1 other run: outage-2 (direct).
  Without a token for 3m.
  Wait for as long as Retry-After says.
  $ npx brownout replay reports/out/journals/outage.jsonl

Job nightly, branch main
Report: https://ci.example/report
Build: https://ci.example/run/7?a=1&b=2
`);
  });

  it("leaves nothing out", () => {
    const text = emailText(many(200), sender);
    for (let rule = 0; rule < 200; rule += 1) expect(text).toContain(`: rule-${rule}: `);
    const changes = Array.from({ length: 200 }, (_value, index) => change(index));
    const grouped = emailText(changes, sender);
    expect(grouped.match(/outage-\d+/g)).toHaveLength(200);
  });
});

describe("items", () => {
  it("of each kind are worded, and only what is open says what to do", () => {
    const problem = { code: "x", message: "it cannot be loaded", place: "a.scenario.ts" };
    const details: readonly ChangeDetail[] = [
      { kind: "new", how: "again" },
      { kind: "worse", figure: "count", from: 4, to: 44 },
      { kind: "fixed", was: "failing" },
      { kind: "flaky", by: "seed", failing: ["1"], holding: ["2"] },
      { kind: "gone" },
      { kind: "inconclusive", was: "holding" },
      { kind: "unknown", problem },
      { kind: "archive-lost", keptAs: "runs.db.damaged", open: [] },
      { kind: "channel-down", channel: "team", runs: 3, error: "503" },
      { kind: "heartbeat", runs: 7, open: 1 },
    ];
    const items = itemsOf(
      details.map((detail, index) => change(index, { detail })),
      sender,
    );
    expect(items.map(({ title }) => title)).toEqual([
      "Archive lost",
      "Unknown",
      "New",
      "Worse",
      "Inconclusive",
      "No longer run",
      "Flaky",
      "Not delivered",
      "Fixed",
      "No change",
    ]);
    const withAdvice = items.filter(({ command }) => command !== undefined);
    expect(withAdvice.map(({ title }) => title)).not.toContain("Fixed");
    expect(withAdvice.map(({ title }) => title)).toContain("New");
  });
});
