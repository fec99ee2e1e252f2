/** The options of `entra.signIn`: reads them, turns them into what the person does, and checks that there was occasion for it. */
import { answersOfUser, type UserAnswers } from "../../../clients/html-form.ts";
import { nonEmptyString } from "../../../core/common-schemas.ts";
import { HarnessError } from "../../../core/errors.ts";
import { expecting, parseWith, schemaOf } from "../../../core/validation.ts";
import type { User } from "../../../entra/directory/world.ts";
import type { SignInOptions } from "./sign-in.ts";

const optionsSchema = schemaOf<SignInOptions>()((z) =>
  z.strictObject({
    password: nonEmptyString().optional(),
    staySignedIn: z.enum(["yes", "no"]).optional(),
    cancel: z.literal(true, { error: expecting("true, or that it is left out") }).optional(),
  }),
);

/** The options, or none; throws `bad-usage` with what is wrong. */
export function readSignInOptions(options: unknown = {}): SignInOptions {
  const given = options as SignInOptions;
  parseWith(optionsSchema, given, { what: "entra.signIn", code: "bad-usage" });
  return given;
}

const LABELS = { yes: "Yes", no: "No" } as const;
const CANCEL = "Cancel";

/** What the person does on Entra's pages. */
export function answersOf(
  user: User,
  { password = user.password, staySignedIn, cancel }: SignInOptions,
): UserAnswers {
  const presses = [
    ...(cancel === true ? [CANCEL] : []),
    ...(staySignedIn === undefined ? [] : [LABELS[staySignedIn]]),
  ];
  return { ...answersOfUser(user), password, presses };
}

/** Throws `bad-usage` for an option for which a sign-in that succeeded gave no occasion: the test would prove nothing. */
export function checkPlayed(
  { password, staySignedIn, cancel }: SignInOptions,
  {
    person,
    wasAsked,
    pressed,
  }: {
    readonly person: string;
    readonly wasAsked: boolean;
    readonly pressed: readonly string[];
  },
): void {
  const fail = (what: string, hint: string): never => {
    throw new HarnessError("bad-usage", `${person} was signed in, but ${what}`, {
      place: "entra.signIn",
      hint,
    });
  };
  const NEW_BROWSER = "This browser has a session at Entra: take a new agent.";
  if (!wasAsked && password !== undefined) fail("was asked for no password", NEW_BROWSER);
  if (cancel === true) {
    const hint = "Only the sign-in page of OpenID Connect has a button to cancel.";
    fail("saw no page with the button Cancel", wasAsked ? hint : NEW_BROWSER);
  }
  if (staySignedIn !== undefined && !pressed.includes(LABELS[staySignedIn])) {
    const hint = 'Give the world settings: { staySignedInPage: "shown" }.';
    fail('was not asked "Stay signed in?"', wasAsked ? hint : NEW_BROWSER);
  }
}
