/** `--upstream`: another identity provider behind the faults. */
import { HarnessError } from "../core/errors.ts";
import { isServedHost } from "../network/served-hosts.ts";

/** The origin of `http://127.0.0.1:8080`. Throws `bad-usage`, also for a host that is simulated: nothing here may reach the real one. */
export function readUpstream(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw refused(text, "expected an address");
  if (url.username !== "") throw refused(text, "expected an address without a user");
  if (isServedHost(url.hostname)) throw refused(text, `the host "${url.hostname}" is simulated`);
  if (url.href !== `${url.origin}/`) throw refused(text, "expected an address without a path");
  return url.origin;
}

function refused(text: string, message: string): HarnessError {
  return new HarnessError("bad-usage", `${message}, got "${text}"`, {
    place: "--upstream",
    hint: "Write --upstream http://127.0.0.1:8080",
  });
}
