/** `--host`: hosts of the user and the servers behind them. */
import { isIP } from "node:net";
import { HarnessError } from "../core/errors.ts";
import { isLoopback } from "../network/loopback.ts";
import { isServedHost } from "../network/served-hosts.ts";
import type { Authority } from "../network/way-in/authority.ts";
import type { OwnHosts } from "../network/way-in/own-hosts.ts";

/** `api.contoso.test=http://127.0.0.1:3000`, several with commas. Throws `bad-usage`, also without an authority that can sign for them. */
export function readHosts(text: string, authority: Authority | undefined): OwnHosts {
  if (authority === undefined) {
    throw new HarnessError("bad-usage", "a host of your own takes an authority of your own", {
      place: "--host",
      hint: "Make one in this folder: brownout ca init.",
    });
  }
  return new Map(text.split(",").map((one) => readHost(one.trim())));
}

function readHost(text: string): readonly [string, string] {
  const [, name = "", address = ""] = /^([^=\s]+)=(\S+)$/.exec(text) ?? [];
  const url = URL.parse(address);
  const host = URL.parse(`https://${name}/`)?.host ?? "";
  if (url === null || !/^https?:$/.test(url.protocol) || host !== name.toLowerCase())
    throw refused(text, "expected a host and the address of its server");
  if (isServedHost(host)) throw refused(text, `the host "${host}" is simulated`);
  if (isLoopback(host) || isIP(host) !== 0) throw refused(text, "expected the name of a host");
  if (!isLoopback(url.hostname))
    throw refused(text, "expected a server of this machine: nothing may leave it");
  if (url.href !== `${url.origin}/`) throw refused(text, "expected an address without a path");
  return [host, url.origin];
}

function refused(text: string, message: string): HarnessError {
  return new HarnessError("bad-usage", `${message}, got "${text}"`, {
    place: "--host",
    hint: "Write --host api.contoso.test=http://127.0.0.1:3000",
  });
}
