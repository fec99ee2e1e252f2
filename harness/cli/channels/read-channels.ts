/** The channels of a project: its file, and the one address of the option or the variable. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { parseChannels } from "../../reporting/channels/channels-file.ts";
import type { Channel } from "../../reporting/channels/deliver.ts";
import type { Io } from "../io.ts";
import { readTextFile } from "../text-file.ts";
import { githubIssues } from "./github-issues.ts";
import { kindOfAddress, webhookChannel } from "./webhook-channels.ts";

/** The channels of the option's file, else of the project's. */
export function readChannels(
  named: string | undefined,
  { cwd, environment }: Pick<Io, "cwd" | "environment">,
): readonly Channel[] {
  const place = named ?? join("reports", "channels.json");
  const path = resolve(cwd, place);
  if (named === undefined && !existsSync(path)) return [];
  return parseChannels(readTextFile(path, place), place).map((entry) => {
    const parts = {
      name: entry.name,
      ...(entry.changes === undefined ? {} : { kinds: entry.changes }),
    };
    if (entry.kind === "github-issues") return issuesChannel(environment, parts, entry);
    const value = environment[entry.address];
    // Not a reason to play nothing; that it is down is reported on the others.
    if (value === undefined || value === "") return unusable(parts, `${entry.address} is not set`);
    return webhookChannel(entry.kind, { ...parts, url: readAddress(value, entry.address) });
  });
}

/** Issues of GitHub: of the repository that is named, else of the one that a workflow runs in. */
export function issuesChannel(
  environment: Io["environment"],
  parts: Pick<Channel, "name" | "kinds">,
  asked: { readonly token?: string; readonly repository?: string },
): Channel {
  const variable = asked.token ?? "GITHUB_TOKEN";
  const token = environment[variable] ?? "";
  if (!/^[!-~]+$/.test(token)) return unusable(parts, `${variable} has no token`);
  const repository = asked.repository ?? environment["GITHUB_REPOSITORY"] ?? "";
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
    return unusable(parts, "no repository is named, and GITHUB_REPOSITORY has none");
  const api = readAddress(
    environment["GITHUB_API_URL"] ?? "https://api.github.com",
    "GITHUB_API_URL",
  );
  return githubIssues({ repository, token, api }, parts);
}

function unusable(parts: Pick<Channel, "name" | "kinds">, why: string): Channel {
  return {
    ...parts,
    messagesOf: (changes) =>
      changes.length === 0 ? [] : [{ body: {}, id: "", changes: [...changes] }],
    send: () => Promise.resolve(`The channel "${parts.name}" gets nothing: ${why}.`),
  };
}

/** The channel of `--webhook` and its variable; undefined without either. */
export function readWebhook(
  named: string | undefined,
  { environment }: Pick<Io, "environment">,
): Channel | undefined {
  const address = named ?? environment["BROWNOUT_WEBHOOK"];
  if (address === undefined || address === "") return undefined;
  const url = readAddress(address, named === undefined ? "BROWNOUT_WEBHOOK" : "--webhook");
  return webhookChannel(kindOfAddress(url), { name: `webhook at ${url.host}`, url });
}

/** The address in an option or a variable; no message repeats it. */
function readAddress(address: string, place: string): URL {
  if (!URL.canParse(address) || !/^https?:/i.test(address)) {
    throw new HarnessError("bad-usage", "expected the address of a webhook", {
      place,
      hint: "Write all of it, such as https://example.com/hooks/brownout.",
    });
  }
  const url = new URL(address);
  // It would be refused later, and printed whole.
  if (url.username !== "" || url.password !== "") {
    throw new HarnessError("bad-usage", "it has a user name or a password, which is not sent", {
      place,
      hint: "Put the secret into its path or behind a question mark, as the receiver expects it.",
    });
  }
  return url;
}
