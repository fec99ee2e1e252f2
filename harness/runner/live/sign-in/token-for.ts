/** `entra.tokenFor`: a token as a person's own app would have got it, by authorization code with PKCE. */
import { answersOfUser } from "../../../clients/html-form.ts";
import { createHash } from "node:crypto";
import { createUserAgent, PageError } from "../../../clients/user-agent.ts";
import { HarnessError } from "../../../core/errors.ts";
import { parseObject } from "../../../core/http/json-object.ts";
import { createRequest } from "../../../core/http/message.ts";
import { textOf } from "../../../core/thrown.ts";
import type { AppRegistration, User } from "../../../entra/directory/world.ts";
import { loginClouds } from "../../../entra/directory/clouds.ts";
import { isOpenidScope } from "../../../entra/directory/identifiers.ts";
import { refusalTextOf } from "../refusals.ts";
import { refusedBy } from "./not-signed-in.ts";
import { shortNameOf } from "./person.ts";
import type { TokenFor, TokenForRequest, UserToken } from "./sign-in.ts";
import type { SignInParts } from "./web-sign-in.ts";

export interface TokenForParts extends Pick<
  SignInParts,
  "world" | "userOf" | "mounted" | "recorder" | "refusals"
> {
  /** The app of that name; throws `unknown-name`. */
  readonly appOf: (name: string) => AppRegistration;
  readonly now: () => number;
}

/** A secret of RFC 7636; here it only has to be long enough. */
const VERIFIER = "worthless-verifier-of-an-app-that-is-not-under-test";

/** The function `tokenFor` of one simulation. */
export function createTokenFor(parts: TokenForParts): TokenFor {
  return async (person, request) => {
    const user = parts.userOf(person);
    const app = request.app === undefined ? appWith(parts, request) : parts.appOf(request.app);
    return parts.recorder.causedBy({ client: app.name }, () => tokenOf(parts, user, app, request));
  };
}

async function tokenOf(
  parts: TokenForParts,
  user: User,
  app: AppRegistration,
  { scopes }: TokenForRequest,
): Promise<UserToken> {
  const tenant = parts.world.tenants.find(({ users }) => users.includes(user));
  const cloud = loginClouds.find(({ name }) => name === tenant?.cloud);
  const authority = `https://${cloud?.preferredNetwork ?? "login.microsoftonline.com"}/${tenant?.id ?? "common"}/oauth2/v2.0`;
  const [redirect] = app.redirectUris;
  if (redirect === undefined) throw withoutRedirectUri(app);
  const common = { client_id: app.clientId, redirect_uri: redirect.uri, scope: scopes.join(" ") };
  const ask = new URLSearchParams({
    ...common,
    response_type: "code",
    response_mode: "query",
    code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
    code_challenge_method: "S256",
  });
  const { send, refused } = createOwnRequests(parts, user);
  const browser = createUserAgent({ browse: send, asked: () => undefined });
  const returned = await browser
    .visit(`${authority}/authorize?${ask.toString()}`, redirect.uri, answersOfUser(user))
    .catch((error: unknown) => {
      throw refused(
        error instanceof PageError ? error.message : `Entra did not answer: ${textOf(error)}`,
        error,
      );
    });
  const code = returned?.get("code");
  if (code === undefined || code === null) throw refused("the sign-in page sent no code back");
  const [secret] = app.secrets;
  const response = await send(
    createRequest(`${authority}/token`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        // Codes of single-page apps are redeemed across origins only.
        ...(redirect.type === "spa" ? { origin: new URL(redirect.uri).origin } : {}),
      },
      body: new URLSearchParams({
        ...common,
        grant_type: "authorization_code",
        code,
        code_verifier: VERIFIER,
        ...(secret === undefined ? {} : { client_secret: secret.value }),
      }).toString(),
    }),
  ).catch((error: unknown) => {
    throw refused(`Entra did not answer: ${textOf(error)}`, error);
  });
  const body = parseObject(await response.text()) ?? {};
  const { access_token: accessToken, id_token: idToken, expires_in: expiresIn } = body;
  if (typeof accessToken !== "string")
    throw refused(`the token endpoint answered ${response.status}`);
  return {
    accessToken,
    ...(typeof idToken === "string" ? { idToken } : {}),
    expiresAt: parts.now() + Number(expiresIn) * 1_000,
  };
}

/** The requests of one call, and the error with what Entra has refused among them: other calls go on at the same time, and have refusals of their own. */
function createOwnRequests(
  { mounted, refusals, world }: TokenForParts,
  user: User,
): {
  readonly send: (request: Request) => Promise<Response>;
  readonly refused: (why: string, cause?: unknown) => HarnessError;
} {
  const before = refusals().length;
  const said = new Set<string | undefined>();
  return {
    async send(request) {
      const response = await mounted.fetch(request);
      said.add(await refusalTextOf(response));
      return response;
    },
    refused(why, cause) {
      const person = shortNameOf(user);
      const place = "entra.tokenFor";
      const refusal = refusals()
        .slice(before)
        .find(({ text }) => said.has(text));
      if (refusal === undefined)
        return new HarnessError("not-signed-in", `${person} got no token: ${why}`, {
          place,
          cause,
        });
      return refusedBy(refusal, {
        person,
        world,
        place,
        ...(cause === undefined ? {} : { cause }),
      });
    },
  };
}

const KINDS = ["spa", "native", "web"] as const;

/** The app that may ask for the scopes for a person: a single-page app first, as they call APIs most often. */
function appWith({ world }: TokenForParts, { scopes }: TokenForRequest): AppRegistration {
  const wanted = scopes.filter((scope) => !isOpenidScope(scope));
  const apps = world.tenants
    .flatMap((tenant) => tenant.apps)
    .filter(
      ({ redirectUris, delegated }) =>
        redirectUris.length > 0 &&
        wanted.every((scope) =>
          delegated.some((one) => one === scope || one.endsWith(`/${scope}`)),
        ),
    );
  const found = KINDS.map((kind) => apps.find((app) => app.kind === kind)).find(
    (app) => app !== undefined,
  );
  if (found !== undefined) return found;
  throw new HarnessError(
    "bad-usage",
    `no app of the world has a redirect URI and consent for ${scopes.join(" ")}`,
    {
      place: "entra.tokenFor",
      hint: `Add one: createWorld({ tenant, apps: [{ kind: "spa", clientId, redirectUris: ["http://localhost:3000"], scopes: [${scopes.map((scope) => `"${scope}"`).join(", ")}] }, …] }), or name an app.`,
    },
  );
}

function withoutRedirectUri({ name }: AppRegistration): HarnessError {
  return new HarnessError(
    "bad-usage",
    `the app ${name} has no redirect URI, so no one signs in to it`,
    {
      place: "entra.tokenFor",
      hint: 'Name an app of kind "spa", "native" or "web" that calls your API.',
    },
  );
}
