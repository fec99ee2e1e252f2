/** Which versions of which clients a command line means: `msal-node@1,2,7.1,latest`, `msal-node@7.0.0..7.2.1`. */
import { HarnessError, suggestNames } from "../../core/errors.ts";
import { isWanted, LATEST } from "./version-order.ts";

/** A client with versions as they were asked for: majors, `a.b`, whole, or `latest`. */
export interface ClientVersions {
  readonly client: string;
  /** None: the one that is installed. */
  readonly wanted: readonly string[];
}

/** A client with the ends of a range; both belong to it, and the newer may be `latest`. */
export interface ClientRange {
  readonly client: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Reads `CLIENT@V,V…`, each client once; `known` are the clients that are packages, and `installed`
 * those whose versions this machine decides, which stand without one.
 */
export function readClientVersions(
  texts: readonly string[],
  known: readonly string[],
  installed: readonly string[] = [],
): readonly ClientVersions[] {
  if (texts.length === 0) {
    throw new HarnessError("bad-usage", "no client is named", {
      hint: "Write clients with versions, such as: brownout matrix msal-node@6,7",
    });
  }
  const found = new Map<string, readonly string[]>();
  for (const text of texts) {
    const [name = ""] = text.split("@");
    if (installed.includes(name)) {
      if (name !== text) throw withItsVersion(text, name);
      found.set(name, []);
      continue;
    }
    const [client, versions] = splitClient(text, known, "msal-node@6,7");
    const wanted = versions.split(",").filter((version) => version !== "");
    if (wanted.length === 0) throw withoutVersion(text, "msal-node@6,7");
    for (const version of wanted)
      if (version !== LATEST && !isWanted(version)) throw noVersion(version, text);
    found.set(client, [...new Set([...(found.get(client) ?? []), ...wanted])]);
  }
  return [...found].map(([client, wanted]) => ({ client, wanted }));
}

/** Reads `CLIENT@A..B`. */
export function readClientRange(text: string, known: readonly string[]): ClientRange {
  const example = "msal-node@7.0.0..7.2.1";
  const [client, versions] = splitClient(text, known, example);
  const [from = "", to = "", ...more] = versions.split("..");
  if (from === "" || to === "" || more.length > 0) {
    throw new HarnessError("bad-usage", `"${text}" is no range of versions`, {
      hint: `Write the two ends with two dots between them, such as ${example}.`,
    });
  }
  if (!isWanted(from)) throw noVersion(from, text);
  if (to !== LATEST && !isWanted(to)) throw noVersion(to, text);
  return { client, from, to };
}

function splitClient(
  text: string,
  known: readonly string[],
  example: string,
): readonly [client: string, versions: string] {
  const at = text.lastIndexOf("@");
  const client = at > 0 ? text.slice(0, at) : text;
  if (!known.includes(client)) {
    throw new HarnessError("unknown-client", `there is no client "${client}" with versions`, {
      ...(text === client ? {} : { place: text }),
      hint: suggestNames(client, known, `There are ${known.join(", ")}.`),
    });
  }
  const versions = at > 0 ? text.slice(at + 1) : "";
  if (versions === "") throw withoutVersion(text, example);
  return [client, versions];
}

function withItsVersion(text: string, name: string): HarnessError {
  return new HarnessError("bad-usage", `"${text}" names a version of ${name}`, {
    hint: `This machine decides which one it is: write ${name} alone.`,
  });
}

function withoutVersion(text: string, example: string): HarnessError {
  return new HarnessError("bad-usage", `"${text}" names no version`, {
    hint: `Write versions behind an @, such as ${example}.`,
  });
}

function noVersion(version: string, place: string): HarnessError {
  return new HarnessError("bad-usage", `"${version}" is no version`, {
    place,
    hint: 'Write a major (7), a minor (7.2), a whole version (7.2.1), or "latest" for the newest; no prereleases.',
  });
}
