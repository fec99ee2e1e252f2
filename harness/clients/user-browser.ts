/** The browser of the user whom a request is for, and what they type on sign-in pages. */
import type { ClientContext, OpenOptions, TokenRequest } from "./client.ts";
import { answersOfUser, type UserAnswers } from "./html-form.ts";
import { createUserAgent, type UserAgent } from "./user-agent.ts";

/** Opens the browser of the user of a request; records a prompt when a page asks them to act. */
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

/** What the user of a request types. */
export function answersOf({ user }: TokenRequest): UserAnswers {
  return user === undefined ? { username: "", password: "" } : answersOfUser(user);
}
