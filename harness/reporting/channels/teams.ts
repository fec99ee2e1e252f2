/**
 * Messages for Microsoft Teams: an Adaptive Card for the trigger "When a Teams webhook request is
 * received" of Workflows. A message has 28 KB at most, which Teams counts in UTF-16
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
 */
import type { Format } from "./pack.ts";
import type { Item } from "./message.ts";

/** UTF-16 units. */
const CARD_MAX = 13_000;

/** The format of Teams. */
export const teams: Format = {
  bodyOf: ({ title, about, links }, items) => ({
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          msteams: { width: "Full" },
          body: [
            paragraph([{ ...run(title), weight: "Bolder", size: "Medium" }]),
            ...items.flatMap(blocksOf),
            paragraph([{ ...run(about), isSubtle: true }]),
          ],
          ...(links.length === 0
            ? {}
            : {
                actions: links.map(({ text, url }) => ({
                  type: "Action.OpenUrl",
                  title: text,
                  url,
                })),
              }),
        },
      },
    ],
  }),
  fits: (body) => JSON.stringify(body).length <= CARD_MAX,
};

/** Text runs know no Markdown, and a mention needs an entity of its own: nothing has to be escaped. */
function run(text: string) {
  return { type: "TextRun", text };
}

function paragraph(inlines: readonly object[], more: object = {}) {
  return { type: "RichTextBlock", inlines, ...more };
}

function blocksOf({ title, text, more, command }: Item): readonly object[] {
  return [
    paragraph([{ ...run(`${title}: `), weight: "Bolder" }, run(text)], { separator: true }),
    ...more.map((line) => paragraph([run(line)], { spacing: "Small" })),
    ...(command === undefined
      ? []
      : [paragraph([{ ...run(command), fontType: "Monospace" }], { spacing: "Small" })]),
  ];
}
