/**
 * The hosts that a mount serves: what Entra answers under (`docs/sources.md#a1` and D.5)
 * and the protected APIs of the fixture worlds. The fixture certificate is for exactly
 * these names (a test compares them); every other host is an unmocked request.
 */
import { HarnessError } from "../core/errors.ts";
import { isMachineAddress, isMachinePlace } from "../entra/request/machine-address.ts";

/** Host names; a leading `*.` stands for exactly one label, as in a certificate. */
export const servedHosts = [
  "login.microsoftonline.com",
  "*.microsoftonline.com",
  "*.login.microsoftonline.com",
  "login.microsoft.com",
  "*.login.microsoft.com",
  "login.windows.net",
  "sts.windows.net",
  "login.microsoftonline.us",
  "*.login.microsoftonline.us",
  "login.usgovcloudapi.net",
  "login.microsoftonline.de",
  "login.chinacloudapi.cn",
  "login.partner.microsoftonline.cn",
  "*.login.partner.microsoftonline.cn",
  "login.sovcloud-identity.fr",
  "login.sovcloud-identity.de",
  "login.sovcloud-identity.sg",
  "*.ciamlogin.com",
  "*.mtlsauth.microsoft.com",
  "graph.microsoft.com",
  "*.contoso.example",
] as const;

const names = new Set<string>(servedHosts);

/** Whether the simulated service answers for a host (no port; any case). */
export function isServedHost(host: string): boolean {
  const lower = host.toLowerCase();
  if (names.has(lower)) return true;
  const dot = lower.indexOf(".");
  return dot > 0 && names.has(`*${lower.slice(dot)}`);
}

/** Whether a host is the one named, or one label below a name that begins with `*.`; any case. */
export function hostMatches(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase();
  const lower = host.toLowerCase();
  if (!wanted.startsWith("*.")) return wanted === lower;
  const dot = lower.indexOf(".");
  return dot > 0 && lower.slice(dot) === wanted.slice(1);
}

/** Whether the simulated service answers for an address: its host, over TLS, on the usual port; or an endpoint of the machine. */
export function isServedUrl(url: URL): boolean {
  if (isMachineAddress(url)) return true;
  return url.protocol === "https:" && url.port === "" && isServedHost(url.hostname);
}

/** The harness error for an address that is not simulated. */
export function unmockedUrl(url: URL): HarnessError {
  const usualPort = url.protocol === "http:" ? 80 : 443;
  const error = unmockedRequest(url.hostname, url.port === "" ? usualPort : Number(url.port));
  if (url.protocol === "http:") withoutTls.add(error);
  return error;
}

/** The error for a name that a program looks up: whose server would be asked is not on this machine. */
export function unmockedLookup(name: string): HarnessError {
  return new HarnessError("unmocked-request", `a look-up of the name ${name} was stopped`, {
    place: name,
    hint: "Nothing in a run may reach a real name server. Requests to the hosts that the simulator serves need no look-up of yours; stub any other in your code, or allow its host in a test suite.",
  });
}

/** The error for a look-up that was seen, but not stopped. */
export function leftLookup(name: string): HarnessError {
  return new HarnessError("unmocked-request", `a look-up of the name ${name} left this machine`, {
    place: name,
    hint: "The function was taken out of node:dns before the simulation began (const { lookup } = require(...), promisify(dns.lookup)), so it could not be stopped. Stub it in your code.",
  });
}

/** The error for a session of HTTP/2 to a simulated host: no mount speaks it. */
export function http2Request(host: string): HarnessError {
  return new HarnessError("unmocked-request", `a request over HTTP/2 to ${host} was stopped`, {
    place: host,
    hint: "The simulator speaks HTTP/1.1, which Entra does as well. Let this client use it in tests: fetch or node:https instead of node:http2, http2: false in got, httpVersion: 1 in axios.",
  });
}

/** The error for a request to a host that is not simulated: nothing in a run may leave the machine. */
export function unmockedRequest(
  host: string,
  port: number,
  what: "request" | "datagram" = "request",
): HarnessError {
  const where = port === 443 ? host : `${host}:${port}`;
  const error = new HarnessError(
    "unmocked-request",
    `a ${what} to the unmocked host ${where} was stopped`,
    {
      place: where,
      // A served host gets here only under mounts that stand where requests are made, not on the wire.
      hint:
        isServedHost(host) || isMachinePlace(host, port)
          ? 'The mounts msw and nock answer fetch, node:http and node:https, and direct only clients that are handed its transport. For code with connections of its own: --mount https, or useEntra({ mount: "https" }).'
          : "Nothing in a run may reach a real host. The simulator serves the login hosts, graph.microsoft.com and *.contoso.example; stub any other in your code, or in a test suite mock or allow it.",
    },
  );
  // A simulated host has a hint of its own.
  if (!isServedHost(host)) unmocked.set(error, where);
  return error;
}

const unmocked = new WeakMap<Error, string>();

const withoutTls = new WeakSet<Error>();

/** Whether an error of `unmockedUrl` is about an address of plain HTTP. */
export function isWithoutTls(error: Error): boolean {
  return withoutTls.has(error);
}

/** The host that an error of `unmockedRequest` is about, with its port unless that is 443; undefined for another error. */
export function unmockedHostOf(error: Error): string | undefined {
  return unmocked.get(error);
}
