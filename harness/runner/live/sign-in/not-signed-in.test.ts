import { expect, it } from "vitest";
import { stoppedAt } from "./not-signed-in.ts";

/** What the error says of a page of the app. */
function shownOf(text: string): string | undefined {
  const end = {
    at: "app",
    url: new URL("http://localhost:3000/redirect"),
    method: "GET",
    answer: { status: 500, headers: new Headers(), text },
    withheld: [],
    isPastAnswer: false,
    isInFragment: false,
    carried: undefined,
    frames: [],
    pressed: [],
  } as const;
  const { message } = stoppedAt(end, { person: "adele", inOutage: false });
  return /with 500(?:: (.*))?$/s.exec(message)?.[1];
}

it.each([
  ["its title", "<title>Sorry &amp; goodbye</title><p>Later</p>", "Sorry & goodbye"],
  [
    "its words without styles and scripts",
    "<style>p{}</style><p>Try <b>later</b></p>",
    "Try later",
  ],
  ["no script without an end", "<p>Try later</p> <script>const secret = 1;", "Try later"],
  ["nothing behind 50,000 characters", `${" ".repeat(50_000)}<title>Far away</title>`, undefined],
])("says of a page %s", (_what, text, shown) => {
  expect(shownOf(text)).toBe(shown);
});
