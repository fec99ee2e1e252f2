/** SAML sign-on in tests without a client: sends requests and reads the responses. */
import { readResponse, type ReadResponse } from "../../harness/entra/saml/read-saml-response.ts";
import { deflated } from "./saml.ts";
import type { Answer, EstsBench } from "./ests.ts";

/** What the app gets from an answer. */
export interface Brought {
  /** The target of the form. */
  readonly action: string;
  readonly relayState: string | undefined;
  readonly xml: string;
  readonly says: ReadResponse | undefined;
  /** The AADSTS code of a page or of a status message. */
  readonly code: number | undefined;
  /** The last parts of the status codes, outer one first. */
  readonly statuses: readonly string[];
}

export function broughtBy({ text }: Answer): Brought {
  const [, action = ""] = /<form method="post" action="([^"]*)"/.exec(text) ?? [];
  const [, encoded = ""] = /name="SAMLResponse" type="hidden" value="([^"]*)"/.exec(text) ?? [];
  const [, relayState] = /name="RelayState" type="hidden" value="([^"]*)"/.exec(text) ?? [];
  const xml = Buffer.from(encoded, "base64").toString("utf8");
  const [, code] = /AADSTS(\d+)/.exec(xml === "" ? text : xml) ?? [];
  return {
    action,
    relayState,
    xml,
    says: readResponse(xml),
    code: code === undefined ? undefined : Number(code),
    statuses: [...xml.matchAll(/<samlp:StatusCode Value="[^"]*:(\w+)"/g)].map(
      ([, name = ""]) => name,
    ),
  };
}

/** Sends a request by redirect. */
export function byRedirect(
  bench: EstsBench,
  xml: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  return bench.get(
    `saml2?${new URLSearchParams({ SAMLRequest: deflated(xml), ...more })}`,
    cookies.get(bench),
  );
}

/** Sends a request by form. */
export function byForm(
  bench: EstsBench,
  xml: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  const SAMLRequest = Buffer.from(xml).toString("base64");
  return bench.post("saml2", { SAMLRequest, ...more }, cookies.get(bench));
}

/** Starts a sign-in at Entra. */
export function byLaunch(
  bench: EstsBench,
  app: string,
  more: Record<string, string> = {},
): Promise<Answer> {
  const query = new URLSearchParams({ appid: bench.app(app).clientId, ...more });
  return bench.get(`saml2/launch?${query}`, cookies.get(bench));
}

/** Fills in the sign-in page of an answer and keeps the session cookie. */
export async function fillIn(bench: EstsBench, page: Answer, name = "adele"): Promise<Answer> {
  const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(page.text) ?? [];
  const { upn, password } = bench.user(name);
  const answer = await bench.post("login", { login: upn, passwd: password, ctx });
  const given = answer.headers.getSetCookie().find((line) => line.startsWith("ESTSAUTH="));
  if (given !== undefined) cookies.set(bench, { cookie: given.split(";")[0] ?? "" });
  return answer;
}

/** The session cookie of the browser. */
export function cookieOf(bench: EstsBench): string {
  return cookies.get(bench)?.["cookie"] ?? "";
}

const cookies = new WeakMap<EstsBench, Record<string, string>>();
