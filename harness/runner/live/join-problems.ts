/** The problems of a test that are not its code's own, in one error: all hosts that were not simulated at once. */
import { HarnessError } from "../../core/errors.ts";
import { unmockedHostOf } from "../../network/served-hosts.ts";

/** The hosts that were asked and are not simulated, each once, with their ports unless these are 443. */
export function unmockedHosts(problems: readonly Error[]): readonly string[] {
  return [...new Set(problems.flatMap((problem) => unmockedHostOf(problem) ?? []))];
}

/**
 * One error for all problems; undefined without any. `hintFor` says what to write for the hosts that
 * are not simulated. Problems of another kind come with their messages, each once.
 */
export function joinProblems(
  problems: readonly Error[],
  hintFor: (hosts: readonly string[]) => string,
): Error | undefined {
  const hosts = unmockedHosts(problems);
  const [host] = hosts;
  const [ofHost] = problems.filter((problem) => unmockedHostOf(problem) !== undefined);
  const others = problems.filter((problem) => unmockedHostOf(problem) === undefined);
  if (host === undefined || ofHost === undefined) return others[0];
  const also = [...new Set(others.map(({ message }) => message))];
  return new HarnessError(
    "unmocked-request",
    hosts.length === 1
      ? ofHost.message
      : `requests to ${hosts.length} unmocked hosts were stopped: ${hosts.join(", ")}`,
    {
      place: host,
      hint: [hintFor(hosts), ...also.map((message) => `Also: ${message}`)].join("\n  "),
    },
  );
}

/** Names in the form of an array in code. */
export function quotedNames(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
}

/** The host alone, as `allow` takes it. */
export function withoutPort(place: string): string {
  return place.replace(/:\d+$/, "");
}

/** The origin of a host that may have a port. */
export function originOfPlace(place: string): string {
  return place.endsWith(":80") ? `http://${place.slice(0, -3)}` : `https://${place}`;
}
