/** Signs a person in to a web app, by OpenID Connect or by SAML: a browser without a screen goes from the app to Entra and back. */
import type { CookieJar } from "tough-cookie";
import type { User, World } from "../../../entra/directory/world.ts";
import { accountIn, shortNameOf } from "./person.ts";
import type { Mounted } from "../../../network/mount.ts";
import type { Refusal } from "../refusals.ts";
import type { AppServer } from "./app-server.ts";
import { visit } from "./browser-visit.ts";
import { isInOutage, outcomeOf, wasCancelled } from "./sign-in-outcome.ts";
import {
  askedForBy,
  createSignInOperation,
  type SignInOperationParts,
} from "./sign-in-operation.ts";
import { createSignInVisit } from "./sign-in-visit.ts";
import { answersOf, checkPlayed } from "./sign-in-options.ts";
import type { SignInOptions, SignInVisit } from "./sign-in.ts";

export interface SignInParts extends SignInOperationParts {
  readonly world: World;
  /** The person of that name; throws `unknown-name`. */
  readonly userOf: (name: string) => User;
  readonly mounted: Pick<Mounted, "fetch">;
  /** What Entra has refused so far. */
  readonly refusals: () => readonly Refusal[];
}

/** What a browser keeps from one sign-in to the next. */
export interface Browser {
  readonly jar: CookieJar;
  readonly entraCookies: Map<string, string>;
  /** The origins at which Entra has sent it to the app. */
  readonly appOrigins: Set<string>;
  /** Who has signed in, and not out again. */
  readonly people: Set<User>;
}

/** A page of the app that a person opens. */
export interface PageOfApp {
  readonly user: User;
  readonly app: AppServer;
  readonly browser: Browser;
  readonly start: URL;
}

export interface WebSignIn extends PageOfApp {
  readonly options: SignInOptions;
}

/** Resolves when the app has accepted the sign-in; rejects `not-signed-in`. */
export async function signInToWebApp(
  parts: SignInParts,
  { user, app, browser, start, options }: WebSignIn,
): Promise<SignInVisit> {
  const { recorder, mounted, world, refusals } = parts;
  const account = accountIn(world, user);
  const operation = createSignInOperation(parts, account);
  const from = { event: recorder.events.length, refusal: refusals().length };
  let [prompt, wasAsked]: [string | undefined, boolean] = [undefined, false];
  try {
    const end = await visit(start, {
      app,
      ...browser,
      person: answersOf(user, options),
      asked() {
        wasAsked = true;
        operation.prompted(prompt ?? "none-given");
      },
      async askEntra(request) {
        if (prompt === undefined) {
          const first = await askedForBy(request);
          prompt = first.prompt;
          operation.begin(first.asked);
        }
        return operation.inside(() => mounted.fetch(request));
      },
    });
    if (wasCancelled(end)) {
      operation.fail({ name: "access_denied", message: `${user.upn} pressed Cancel` }, true);
      return createSignInVisit(end, { jar: browser.jar, app });
    }
    const { token } = outcomeOf(end, {
      person: shortNameOf(user),
      account,
      world,
      events: recorder.events.slice(from.event),
      isInOutage: isInOutage(recorder.events),
      refusal: refusals()[from.refusal],
    });
    operation.succeed(token);
    checkPlayed(options, { person: shortNameOf(user), wasAsked, pressed: end.pressed });
    browser.people.add(user);
    return createSignInVisit(end, { jar: browser.jar, app });
  } catch (error) {
    operation.fail(error, options.password !== undefined && options.password !== user.password);
    throw error;
  }
}
