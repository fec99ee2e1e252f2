import { expect, it } from "vitest";
import { rules } from "../../rules/rules.ts";
import { piecesOf } from "./linked.tsx";

const links = (text: string): (string | undefined)[] =>
  piecesOf(text).flatMap(({ href }) => (href === undefined ? [] : [href]));

it("links addresses, RFCs and issues, and keeps every letter", () => {
  const text =
    "Guide (https://learn.microsoft.com/entra/x); forms: RFC 9110 section 10.2.3. AzureAD/msal#2525, https://a.example/b.";
  expect(links(text)).toEqual([
    "https://learn.microsoft.com/entra/x",
    "https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3",
    "https://github.com/AzureAD/msal/issues/2525",
    "https://a.example/b",
  ]);
  expect(
    piecesOf(text)
      .map((piece) => piece.text)
      .join(""),
  ).toBe(text);
});

it("makes no link of anything that could run", () => {
  expect(links("javascript:alert(1) data:text/html,x file:///etc/passwd <a href=x>")).toEqual([]);
});

it("finds the address of every rule whose source has one", () => {
  for (const { source } of rules) {
    const addresses = source.match(/https:\/\/[^\s);]+/g) ?? [];
    expect(links(source)).toEqual(expect.arrayContaining(addresses));
  }
});
