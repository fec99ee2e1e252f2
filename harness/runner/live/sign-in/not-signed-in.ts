/** Why a person was not signed in, in the words of what they saw: Entra's page, the app's answer, or no answer at all. */
import { titleOf, unescapeHtml } from "../../../clients/html-form.ts";
import { HarnessError } from "../../../core/errors.ts";
import { textOf } from "../../../core/thrown.ts";
import type { World } from "../../../entra/directory/world.ts";
import { worldHint, worldLine } from "../refusal-hint.ts";
import type { Refusal } from "../refusals.ts";
import { isWebAddress, type VisitEnd } from "./browser-visit.ts";

/** What the person wanted, and the function that the test has called for it. */
const ACTS = {
  "sign-in": { code: "not-signed-in", failed: "was not signed in", place: "entra.signIn" },
  "sign-out": { code: "not-signed-out", failed: "was not signed out", place: "entra.signOut" },
} as const;

export type Act = keyof typeof ACTS;

/** The error for a sign-in that Entra has refused, with what to add to the world. */
export function refusedBy(
  refusal: Refusal,
  {
    person,
    world,
    ownWorld = `useEntra({ world: ${worldLine(world, refusal)} })`,
    cause,
    act = "sign-in",
    place = ACTS[act].place,
  }: {
    readonly person: string;
    readonly world: World;
    /** How a test is given a world of its own; default: as in a suite. */
    readonly ownWorld?: string;
    readonly cause?: unknown;
    readonly act?: Act;
    readonly place?: string;
  },
): HarnessError {
  const has = worldHint(world, refusal);
  const { code, failed } = ACTS[act];
  return new HarnessError(code, `${person} ${failed}: ${refusal.text}`, {
    place,
    ...(has === "" ? {} : { hint: `${has}\n  For your own: ${ownWorld}; docs/guide/worlds.md.` }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The error for a visit that ended anywhere but in the app, signed in. */
export function stoppedAt(
  end: VisitEnd,
  {
    person,
    inOutage,
    failure,
    act = "sign-in",
  }: {
    readonly person: string;
    readonly act?: Act;
    readonly inOutage: boolean;
    /** The request that the service had failed by then, and how. */
    readonly failure?: string;
  },
): HarnessError {
  if (!isWebAddress(end.url)) {
    const { protocol, host, pathname } = end.url;
    return notSignedIn(
      person,
      `the browser was sent to ${protocol}//${host}${pathname}, expected an address of http or https`,
      {
        act,
        hint: "Only the program on a device that has registered for such an address can open it.",
      },
    );
  }
  const outage = inOutage ? "An outage is on: this is what a person saw in it." : undefined;
  const where = end.at === "entra" ? `Entra's page at ${end.url.host}` : "the app";
  if (end.answer === undefined) {
    return notSignedIn(
      person,
      `${where} did not answer ${requestOf(end)}: ${reasonOf(end.error)}`,
      {
        act,
        hint:
          outage ??
          (end.at === "app"
            ? `Let the app listen at this address, or hand over supertest's agent of it: ${ACTS[act].place}(person, request.agent(app), path).`
            : undefined),
        cause: end.error,
      },
    );
  }
  const { status, text } = end.answer;
  const shown = shownBy(text);
  const what = `${where} answered ${requestOf(end)} with ${status}${shown === "" ? "" : `: ${shown}`}${failure === undefined ? "" : `, after ${failure}`}`;
  if (end.withheld.length > 0 && status >= 400) {
    const names = end.withheld.map((name) => `"${name}"`).join(", ");
    return notSignedIn(person, what, {
      act,
      hint: `A browser did not send the app's cookie ${names} along, as Entra's answer comes from another site and the cookie is not SameSite=None${end.method === "POST" ? ' (cookie: { sameSite: "none", secure: true }), or the app must ask for response_mode=query' : ""}.`,
    });
  }
  return notSignedIn(person, what, { act, hint: outage });
}

/** The error for an app that did not lead to a sign-in or a sign-out, or made nothing of it. */
export function notSignedIn(
  person: string,
  why: string,
  options: {
    readonly act?: Act;
    readonly hint?: string | undefined;
    readonly cause?: unknown;
  } = {},
): HarnessError {
  const { act = "sign-in", hint, cause } = options;
  const { code, failed, place } = ACTS[act];
  return new HarnessError(code, `${person} ${failed}: ${why}`, {
    place,
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A request in an error: without the codes and tokens in its address. */
export function requestOf({ method, url }: Pick<VisitEnd, "method" | "url">): string {
  return `${method} ${url.pathname}`;
}

const SHOWN_MAX = 200;
/** Of a longer page only the beginning is read, in characters: patterns over all of it take their time. */
const READ_MAX = 50_000;

/** What a page says, in one line: its title, else its words. */
function shownBy(text: string): string {
  const title = unescapeHtml(titleOf(text.slice(0, READ_MAX)));
  if (title !== "" && title !== "Error") return title.slice(0, SHOWN_MAX);
  const words = unescapeHtml(
    text
      .slice(0, READ_MAX)
      .replaceAll(/<(script|style|title)\b[^>]*>[\s\S]*?(?:<\/\1>|$)/gi, " ")
      .replaceAll(/<br\s*\/?>/gi, "\n")
      .replaceAll(/<[^<>]*>/g, " "),
  );
  const line = words.split(/[\r\n]/).find((one) => one.trim() !== "") ?? "";
  return line.replaceAll(/\s+/g, " ").trim().slice(0, SHOWN_MAX);
}

/** The reason of Node's errors is at the end of their causes. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined) return reasonOf(error.cause);
  return error instanceof Error && error.message !== "" ? error.message : textOf(error);
}
