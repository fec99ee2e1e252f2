/**
 * Messages for an incoming webhook of Slack, in Block Kit: a header has 150 characters at most, a
 * section 3 000, a message 50 blocks (https://docs.slack.dev/reference/block-kit/blocks), and
 * all blocks about 13 200 characters, above which Slack answers `msg_blocks_too_long`.
 */
import type { Format } from "./pack.ts";
import { type Item, oneLine } from "./message.ts";

const HEADER_MAX = 150;
const SECTION_MAX = 3_000;
const ITEMS_MAX = 47;
const BLOCKS_MAX = 12_000;

/** Slack's format. */
export const slack: Format = {
  bodyOf: ({ title, about, links }, items) => ({
    // What notifications show; also where blocks are not.
    text: escape(title),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      {
        type: "header",
        text: { type: "plain_text", text: oneLine(title, HEADER_MAX), emoji: false },
      },
      ...items.map((item) => ({ type: "section", text: markdown(sectionOf(item)) })),
      {
        type: "context",
        elements: [
          markdown(
            [escape(about), ...links.map(({ text, url }) => `<${escape(url)}|${text}>`)].join(
              " · ",
            ),
          ),
        ],
      },
    ],
  }),
  fits: (body, items) => items <= ITEMS_MAX && JSON.stringify(body).length <= BLOCKS_MAX,
};

/** `verbatim`: names of people and channels in it are no mentions. */
function markdown(text: string) {
  return { type: "mrkdwn", text, verbatim: true };
}

function sectionOf({ title, text, more, command }: Item): string {
  const lines = [`*${title}*: ${escape(text)}`, ...more.map(escape)];
  const whole = command === undefined ? lines : [...lines, `\`${code(command)}\``];
  const room = whole.join("\n").length <= SECTION_MAX ? whole : lines.slice(0, 1);
  // Half an entity is none.
  return room
    .join("\n")
    .slice(0, SECTION_MAX)
    .replace(/&[a-z]{0,3}$/, "");
}

/** Slack's three characters (https://docs.slack.dev/messaging/formatting-message-text#escaping): `<!channel>` would call everybody. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function code(text: string): string {
  return escape(text).replaceAll("`", "'");
}
