/**
 * Messages for an incoming webhook of Google Chat: a card. A message has 32 000 bytes at most, and
 * a card 100 widgets (https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create).
 */
import type { Format } from "./pack.ts";
import type { Item } from "./message.ts";

const BYTES_MAX = 30_000;
const ITEMS_MAX = 90;

/** The format of Google Chat. */
export const googleChat: Format = {
  bodyOf: ({ title, about, links }, items, id) => ({
    // Its own markup has no escapes: `<users/all>` would call everybody.
    text: title.replaceAll("<", "‹").replaceAll(">", "›"),
    cardsV2: [
      {
        cardId: `brownout-${id}`,
        card: {
          header: { title, subtitle: about },
          sections: [
            ...items.map((item) => ({ widgets: [{ textParagraph: { text: paragraphOf(item) } }] })),
            ...(links.length === 0
              ? []
              : [
                  {
                    widgets: [
                      {
                        buttonList: {
                          buttons: links.map(({ text, url }) => ({
                            text,
                            onClick: { openLink: { url } },
                          })),
                        },
                      },
                    ],
                  },
                ]),
          ],
        },
      },
    ],
  }),
  fits: (body, items) => items <= ITEMS_MAX && Buffer.byteLength(JSON.stringify(body)) <= BYTES_MAX,
};

function paragraphOf({ title, text, more, command }: Item): string {
  return [
    `<b>${title}</b>: ${escape(text)}`,
    ...more.map(escape),
    ...(command === undefined ? [] : [`<i>${escape(command)}</i>`]),
  ].join("<br>");
}

/** Text of a card is a part of HTML. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
