/** The problems of a test that are not its code's own, in one error: all hosts that were not simulated at once. */
import { HarnessError } from "../../core/errors.ts";
import { isWithoutTls, unmockedHostOf } from "../../network/served-hosts.ts";

/** The hosts that were asked and are not simulated, each once, with their ports unless these are 443. */
export function unmockedHosts(problems: readonly Error[]): readonly string[] {
  return [...new Set(problems.flatMap((problem) => unmockedHostOf(problem) ?? []))];
}

/**
 * One error for all problems; undefined without any. `hintFor` says what to write for the hosts that
 * are not simulated, and is given the origin of each. Problems of another kind come with their messages, each once.
 */
export function joinProblems(
  problems: readonly Error[],
  hintFor: (hosts: readonly string[], originOf: (host: string) => string) => string,
): Error | undefined {
  const hosts = unmockedHosts(problems);
  const [host] = hosts;
  const [ofHost] = problems.filter((problem) => unmockedHostOf(problem) !== undefined);
  const others = problems.filter((problem) => unmockedHostOf(problem) === undefined);
  if (host === undefined || ofHost === undefined) return joinOthers(others);
  return new HarnessError(
    "unmocked-request",
    hosts.length === 1
      ? ofHost.message
      : `requests to ${hosts.length} unmocked hosts were stopped: ${hosts.join(", ")}`,
    {
      place: host,
      hint: [hintFor(hosts, originIn(problems)), ...alsoLines(others)].join("\n  "),
      ...causedBy(others),
    },
  );
}

/** The first, with the messages of the others. */
function joinOthers(problems: readonly Error[]): Error | undefined {
  const [first, ...more] = problems;
  const also = alsoLines(more.filter(({ message }) => message !== first?.message));
  if (first === undefined || also.length === 0) return first;
  if (!(first instanceof HarnessError))
    return new Error([first.message, ...also].join("\n  "), causedBy(problems));
  const { code, message, place, hint } = first;
  return new HarnessError(code, message, {
    ...(place === undefined ? {} : { place }),
    hint: [hint ?? [], ...also].flat().join("\n  "),
    ...causedBy(problems),
  });
}

function alsoLines(problems: readonly Error[]): readonly string[] {
  return [...new Set(problems.map(({ message }) => `Also: ${message}`))];
}

/** What has the stacks of all. */
function causedBy(problems: readonly Error[]): { readonly cause?: Error } {
  const [first, ...more] = problems;
  if (first === undefined) return {};
  return { cause: more.length === 0 ? first : new AggregateError(problems, "several problems") };
}

/** Names in the form of an array in code. */
export function quotedNames(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
}

/** The host alone, as `allow` takes it. */
export function withoutPort(place: string): string {
  return place.replace(/:\d+$/, "");
}

/** The origin of a host that may have a port: where only the port is known, that of plain HTTP is 80. */
function originIn(problems: readonly Error[]): (host: string) => string {
  const plain = new Set(problems.filter(isWithoutTls).map(unmockedHostOf));
  return (host) =>
    plain.has(host) || host.endsWith(":80")
      ? `http://${host.replace(/:80$/, "")}`
      : `https://${host}`;
}
