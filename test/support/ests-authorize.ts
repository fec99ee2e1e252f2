/** The sign-in page in tests: opens authorize, fills in the form, reads the answer. */
import type { Answer, EstsBench } from "./ests.ts";

const GRAPH = "https://graph.microsoft.com/User.Read openid profile offline_access";

/** An authorize address below the tenant, for a code at the app's first redirect URI. */
export function queryOf(
  bench: EstsBench,
  app: string,
  more: Readonly<Record<string, string>> = {},
): string {
  const { clientId, redirectUris } = bench.app(app);
  const asked = {
    client_id: clientId,
    response_type: "code",
    redirect_uri: redirectUris[0]?.uri ?? "",
    scope: GRAPH,
    state: "st4te",
    ...more,
  };
  return `oauth2/v2.0/authorize?${new URLSearchParams(asked)}`;
}

/** Opens the page and sends its form. */
export async function signInAt(
  bench: EstsBench,
  path: string,
  who: { readonly login: string; readonly passwd: string },
): Promise<Answer> {
  const page = await bench.get(path);
  const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(page.text) ?? [];
  return bench.post("login", { ...who, ctx });
}

/** What the app gets from an answer, in the fragment or the query. */
export function answerOf(location: string | null): URLSearchParams {
  const url = new URL(location ?? "http://nowhere");
  return url.hash === "" ? url.searchParams : new URLSearchParams(url.hash.slice(1));
}
