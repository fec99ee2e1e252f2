/** The person at a sign-in, with their own browser: who is asked, and what they type. */
import type { ClientContext, OpenOptions, TokenRequest } from "./client.ts";
import { createUserAgent, type PersonAnswers, type UserAgent } from "./user-agent.ts";

/** The browser of the user whom a request is for; the history is told when a page asks them to act. */
export function browserOf(
  { user, prompt }: TokenRequest,
  options: OpenOptions,
  context: ClientContext,
  shownAs: string = prompt ?? "none-given",
): UserAgent {
  return createUserAgent({
    browse: context.browse,
    cookies: context.cookiesOf(user?.id),
    asked: () =>
      context.prompted({
        ...(user === undefined ? {} : { user: user.id }),
        app: options.app.clientId,
        prompt: shownAs,
      }),
  });
}

/** What that person types. */
export function answersOf({ user }: TokenRequest): PersonAnswers {
  return { username: user?.upn ?? "", password: user?.password ?? "" };
}
