/** The same in the templates of Angular and Vue, and in HTML: read as text, as they are no programs. */
import type { SignInClicks } from "./sign-in-clicks.ts";

/** What people write by hand is shorter; the time that a search takes may grow with the square. */
const TEMPLATE_LENGTH_MAX = 100_000;

const ELEMENT =
  /<(button|a|[a-z]{1,20}-(?:btn|button))\b((?:"[^"]{0,300}"|'[^']{0,300}'|[^"'<>]){0,300})>((?:[^<>{}]|<\/?(?:span|i|svg|img|mat-icon|path)\b[^<>]{0,200}>){1,400})<\/\1>/gi;

/** The elements that say so, or whose handler is one of the functions that begin a sign-in. */
export function clicksInTemplate(
  text: string,
  { isSignIn, beginning }: { readonly isSignIn: RegExp; readonly beginning: ReadonlySet<string> },
): readonly SignInClicks[] {
  if (text.length > TEMPLATE_LENGTH_MAX || !/<\/(?:button|a|[a-z]+-(?:btn|button))>/i.test(text))
    return [];
  const elements = [...text.matchAll(ELEMENT)].map(([, tag = "", attributes = "", inner = ""]) => ({
    role: tag.toLowerCase() === "a" ? ("link" as const) : ("button" as const),
    name: nameIn(attributes, inner),
    attributes,
  }));
  const opener = elements.find(({ attributes }) => /\[matMenuTriggerFor\]/i.test(attributes));
  return elements.flatMap(({ role, name, attributes }): readonly SignInClicks[] => {
    const begins = handledBy(attributes).some((one) => beginning.has(one));
    const isTrigger = /\[matMenuTriggerFor\]/i.test(attributes);
    if (name === "" || name.length > 60 || !(isSignIn.test(name) || begins) || isTrigger) return [];
    if (!/\bmat-menu-item\b/.test(attributes) || opener === undefined)
      return [{ clicks: [{ role, name }], begins }];
    return [
      {
        clicks: [
          { role: "button", name: opener.name },
          { role: "menuitem", name },
        ],
        begins,
      },
    ];
  });
}

function nameIn(attributes: string, inner: string): string {
  const label = /\baria-label="([^"{}]{1,80})"/i.exec(attributes)?.[1];
  // The name of an icon is drawn, and no part of what is read out.
  const texts = inner.replaceAll(/<mat-icon\b[^<>]*>[^<>]*<\/mat-icon>|<[^<>]*>/gi, " ");
  return (label ?? texts).replaceAll(/\s+/g, " ").trim();
}

/** `(click)="login()"`, `@click="auth.signIn"`, `onclick="signIn()"`. */
function handledBy(attributes: string): readonly string[] {
  const written = /(?:\(click\)|@click(?:\.\w+)*|v-on:click|\bonclick)="([^"]{1,200})"/i.exec(
    attributes,
  )?.[1];
  return written?.match(/[\w$]+/g) ?? [];
}
