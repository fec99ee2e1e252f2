/**
 * One issue of GitHub for each finding: opened when it appears, closed when it is fixed, reopened
 * when it is back. What is there is read from GitHub itself by marks in the texts, so that
 * nothing is written twice, also when the last run was ended midway.
 */
import type { Channel } from "../../reporting/channels/deliver.ts";
import type { Message } from "../../reporting/channels/message.ts";
import { type IssueUpdate, issueUpdates, trackedKinds } from "../../reporting/channels/tracker.ts";
import { type Outgoing, type Reply, send } from "./post.ts";

/** Where issues are kept, and as whom. */
export interface IssuesPlace {
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
  /** The address of the API, such as `https://api.github.com`. */
  readonly api: URL;
}

interface Issue {
  readonly number: number;
  readonly state: string;
  readonly body?: string | null;
  readonly pull_request?: unknown;
}

const LABEL = "brownout";

/** Pages of a hundred that are read; older issues are not found again. */
const PAGES_MAX = 30;

/** GitHub takes 65 536 characters; entries are far shorter. */
const BODY_MAX = 60_000;

/** A request to the API, by its path below the repository; its answer as JSON. */
type Call = (
  method: "GET" | "POST" | "PATCH",
  path: string,
  body?: object,
) => Promise<{ readonly value: unknown; readonly next?: string }>;

/** What a call throws: why it failed, in a sentence. */
class CallFailed extends Error {}

/** The channel of a repository's issues. */
export function githubIssues(place: IssuesPlace, named: Pick<Channel, "name" | "kinds">): Channel {
  const call = createCall(place);
  let known: Promise<Map<string, Issue>> | undefined;
  return {
    ...named,
    kinds: named.kinds ?? trackedKinds,
    needsArchive: true,
    messagesOf: issueUpdates,
    async send({ body }: Message) {
      try {
        known ??= readIssues(call);
        await update(body as IssueUpdate, { call, known: await known });
        return undefined;
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        return error.message;
      }
    },
  };
}

async function update(
  { key, title, entries, state }: IssueUpdate,
  { call, known }: { readonly call: Call; readonly known: Map<string, Issue> },
): Promise<void> {
  const issue = known.get(key);
  if (issue === undefined) {
    // What was fixed before anyone heard of it needs no issue.
    if (state !== "open") return;
    const text = entries.map((entry) => marked("change", entry.id, entry.text)).join("\n\n---\n\n");
    const body = marked("finding", key, text.slice(0, BODY_MAX));
    const { value } = await call("POST", "issues", { title, body, labels: [LABEL] });
    known.set(key, { ...(value as Issue), body });
    return;
  }
  const written = [issue.body ?? "", ...(await commentsOf(issue, call))].join("\n");
  for (const { id, text } of entries) {
    if (written.includes(markOf("change", id))) continue;
    await call("POST", `issues/${issue.number}/comments`, { body: marked("change", id, text) });
  }
  const isOpen = issue.state === "open";
  if (isOpen === (state === "open")) return;
  const reason = { open: "reopened", fixed: "completed", "not-run": "not_planned" }[state];
  const wanted = state === "open" ? "open" : "closed";
  await call("PATCH", `issues/${issue.number}`, { state: wanted, state_reason: reason });
  known.set(key, { ...issue, state: wanted });
}

async function readIssues(call: Call): Promise<Map<string, Issue>> {
  const issues = (await pagesOf(call, `issues?labels=${LABEL}&state=all&per_page=100`)) as Issue[];
  const byKey = new Map<string, Issue>();
  for (const issue of issues) {
    const key = /<!-- brownout:finding=([\da-f]{12}) -->/.exec(issue.body ?? "")?.[1];
    // The newest is first.
    if (key !== undefined && issue.pull_request === undefined && !byKey.has(key))
      byKey.set(key, issue);
  }
  return byKey;
}

async function commentsOf({ number }: Issue, call: Call): Promise<readonly string[]> {
  const comments = await pagesOf(call, `issues/${number}/comments?per_page=100`);
  return (comments as { readonly body?: string }[]).map(({ body }) => body ?? "");
}

async function pagesOf(call: Call, first: string): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  let path: string | undefined = first;
  for (let page = 0; path !== undefined && page < PAGES_MAX; page += 1) {
    const { value, next }: Awaited<ReturnType<Call>> = await call("GET", path);
    if (Array.isArray(value)) all.push(...(value as unknown[]));
    path = next;
  }
  return all;
}

function marked(what: "finding" | "change", id: string, text: string): string {
  return `${text}\n\n${markOf(what, id)}`;
}

/** Not shown. Text of others cannot have it: its angle brackets are escaped. */
function markOf(what: "finding" | "change", id: string): string {
  return `<!-- brownout:${what}=${id} -->`;
}

function createCall({ repository, token, api }: IssuesPlace): Call {
  const base = `${api.href.replace(/\/$/, "")}/repos/${repository}/`;
  return async (method, path, body) => {
    const outgoing: Outgoing = {
      receiver: `GitHub at ${api.host}, for issues of ${repository},`,
      url: new URL(path, base),
      method,
      ...(body === undefined ? {} : { body }),
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
        "user-agent": "brownout",
      },
    };
    const reply = await send(outgoing);
    if (reply.kind === "failure") throw new CallFailed(withHint(reply));
    const next = nextPage(reply.headers, base);
    return { value: parsed(reply.text), ...(next === undefined ? {} : { next }) };
  };
}

function withHint({ sentence, status }: Extract<Reply, { readonly kind: "failure" }>): string {
  switch (status) {
    case 401:
    case 403:
    case 404:
      return `${sentence} Its token needs the permission "issues: write" there.`;
    case 410:
      return `${sentence} The repository has issues switched off.`;
    default:
      return sentence;
  }
}

/** Only below the same repository: the token goes nowhere else. GitHub writes it with the number of the repository. */
function nextPage(headers: Headers, base: string): string | undefined {
  const link = /<([^>]+)>;\s*rel="next"/.exec(headers.get("link") ?? "")?.[1];
  if (link === undefined || !URL.canParse(link)) return undefined;
  const { pathname, search, origin } = new URL(link);
  if (origin !== new URL(base).origin) return undefined;
  const path = /\/(?:repos\/[^/]+\/[^/]+|repositories\/\d+)\/(issues(?:\/\d+\/comments)?)$/.exec(
    pathname,
  )?.[1];
  return path === undefined ? undefined : `${path}${search}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CallFailed(
      "GitHub answered with something that is no JSON. The next run reports it.",
    );
  }
}
