/** The environment variables by which programs of an ecosystem reach a served simulation. */
import { HarnessError, suggestNames } from "../core/errors.ts";
import type { Ready } from "./ready-file.ts";

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string>>;

/** What programs need to know of the way in. */
type Reach = Pick<Ready, "proxy" | "ca">;

interface Ecosystem {
  readonly variables: (ready: Ready) => Variables;
  /** What has to be done apart from that, for people. */
  readonly notes?: (ready: Ready) => readonly string[];
}

const proxied = ({ proxy }: Pick<Ready, "proxy">): Variables => ({
  HTTPS_PROXY: proxy,
  https_proxy: proxy,
  NO_PROXY: "localhost,127.0.0.1,::1",
  no_proxy: "localhost,127.0.0.1,::1",
});

const ecosystems = {
  curl: { variables: (ready: Reach) => ({ ...proxied(ready), CURL_CA_BUNDLE: ready.ca }) },
  python: {
    variables: (ready: Reach) => ({
      ...proxied(ready),
      REQUESTS_CA_BUNDLE: ready.ca,
      SSL_CERT_FILE: ready.ca,
    }),
  },
  go: { variables: (ready: Reach) => ({ ...proxied(ready), SSL_CERT_FILE: ready.ca }) },
  node: {
    variables: (ready: Reach) => ({
      ...proxied(ready),
      NODE_EXTRA_CA_CERTS: ready.ca,
      NODE_USE_ENV_PROXY: "1",
    }),
  },
  dotnet: { variables: (ready: Reach) => ({ ...proxied(ready), SSL_CERT_FILE: ready.ca }) },
  java: {
    variables: ({ host, port }) => ({
      JAVA_TOOL_OPTIONS: `-Dhttps.proxyHost=${host} -Dhttps.proxyPort=${port} -Djavax.net.ssl.trustStore=brownout.p12 -Djavax.net.ssl.trustStorePassword=changeit`,
    }),
    notes: ({ ca }) => [
      `Once: keytool -importcert -noprompt -alias brownout -file ${ca} -keystore brownout.p12 -storetype PKCS12 -storepass changeit`,
    ],
  },
} as const satisfies Readonly<Record<string, Ecosystem>>;

/** The names of ecosystems. */
export const ecosystemNames = Object.keys(ecosystems);

/** The variables for one ecosystem, with what has to be done apart from that; throws `unknown-name`. */
export function variablesFor(
  name: string,
  ready: Ready,
): { readonly variables: Variables; readonly notes: readonly string[] } {
  const found: Ecosystem | undefined = Object.entries(ecosystems).find(
    ([known]) => known === name,
  )?.[1];
  if (found === undefined) {
    throw new HarnessError("unknown-name", `there is no ecosystem "${name}"`, {
      place: "--for",
      hint: suggestNames(name, ecosystemNames, `There are ${ecosystemNames.join(", ")}.`),
    });
  }
  return {
    variables: { ...found.variables(ready), ...ready.machine, ...ownVariables(ready) },
    notes: found.notes?.(ready) ?? [],
  };
}

/** Those of all ecosystems that need no preparation, for a command of any. */
export function variablesForAll(ready: Ready): Variables {
  return { ...reachVariables(ready), ...ready.machine, ...ownVariables(ready) };
}

/** Of these the way in alone. */
export function reachVariables(reach: Reach): Variables {
  const all = ["curl", "python", "go", "node", "dotnet"] as const;
  return Object.assign({}, ...all.map((name) => ecosystems[name].variables(reach))) as Variables;
}

/** Where the certificate is, for programs that need no proxy but have a store of their own. */
export function trustVariables(bundle: string): Variables {
  return {
    CURL_CA_BUNDLE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    SSL_CERT_FILE: bundle,
    NODE_EXTRA_CA_CERTS: bundle,
  };
}

/** How `brownout op` and programs find the control API. */
export function ownVariables({ control, token }: Ready): Variables {
  return { BROWNOUT_CONTROL: control, BROWNOUT_TOKEN: token };
}
