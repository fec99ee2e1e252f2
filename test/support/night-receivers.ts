/** Receivers of what a job reports, over real HTTP, and what each of them heard: chat services, plain and CloudEvents receivers, and issues of GitHub. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Change } from "../../harness/reporting/archive/change.ts";
import { changeTitles } from "../../harness/reporting/formats/change-text.ts";

/** Each channel, as `reports/channels.json` and the table of nights name it. */
export const webhooks = ["slack", "teams", "events", "hook"] as const;
export type Webhook = (typeof webhooks)[number];
export const channels = [...webhooks, "issues"] as const;

/** How a receiver that is away behaves: it answers with an error, never answers, or ends the connection. */
export type Away = "error" | "silent" | "gone";

interface Issue {
  readonly number: number;
  title: string;
  body: string;
  state: string;
  readonly comments: { readonly body: string }[];
}

/** Listens; `heard` has what each channel took since it was last asked, as `kind scenario rule`. */
export async function createReceivers() {
  const issues: Issue[] = [];
  const taken = new Map<string, string[]>(channels.map((name) => [name, []]));
  let away: Readonly<Partial<Record<Webhook, Away>>> = {};
  const take = (channel: string, said: readonly string[]): void => {
    taken.get(channel)?.push(...said);
  };
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const url = request.url ?? "";
    const webhook = webhooks.find((name) => url.startsWith(`/${name}`));
    if (webhook === undefined) {
      const { reply, said } = askGithub(issues, { url, method: request.method, text });
      take("issues", said);
      response.end(JSON.stringify(reply));
      return;
    }
    switch (away[webhook]) {
      case "error":
        response.writeHead(500).end();
        return;
      case "gone":
        response.destroy();
        return;
      case "silent":
        return;
      default:
        take(webhook, saidIn(webhook, JSON.parse(text)));
        response.end("ok");
    }
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    issues,
    setAway: (who: Readonly<Partial<Record<Webhook, Away>>>) => {
      away = who;
    },
    /** What a channel took since it was asked last, in its order. */
    heard: (channel: string): readonly string[] => taken.get(channel)?.splice(0) ?? [],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What a text says has happened, each as `kind scenario rule`. */
export function saidInText(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const [, title = "", rest = ""] = /^[*>]*([A-Z][a-z ]+?)[*]*: (.*)$/.exec(line) ?? [];
    const kind = Object.entries(changeTitles).find(([, named]) => named === title)?.[0];
    if (kind === undefined) return [];
    const [, file] = /^([\w/.-]+\.ts) /.exec(rest) ?? [];
    const [, scenario = file, rule] =
      /^([\w-]+), (?:orders|msal-node)(?: [\d.]+)?(?:: ([\w-]+))?/.exec(rest) ?? [];
    return [label(kind, scenario, rule)];
  });
}

const label = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(" ");

const saidInChanges = (changes: readonly Change[]): readonly string[] =>
  changes.map(({ detail, subject }) => label(detail.kind, subject.scenario, subject.rule));

function saidIn(webhook: Webhook, body: unknown): readonly string[] {
  switch (webhook) {
    case "slack": {
      const { blocks } = body as { readonly blocks: readonly { text?: { text: string } }[] };
      return blocks.flatMap(({ text }) => saidInText(text?.text ?? ""));
    }
    case "teams": {
      const { attachments } = body as {
        attachments: {
          content: { body: { inlines: { text: string }[] }[] };
        }[];
      };
      const rows = attachments.flatMap(({ content }) => content.body);
      return rows.flatMap(({ inlines }) => saidInText(inlines.map(({ text }) => text).join("")));
    }
    case "events":
      return saidInChanges((body as { readonly data: { changes: Change[] } }).data.changes);
    case "hook":
      return saidInChanges((body as { readonly news: Change[] }).news);
  }
}

/** Answers as GitHub does, and returns what was written. */
function askGithub(
  issues: Issue[],
  {
    url,
    method = "GET",
    text,
  }: { readonly url: string; readonly method?: string | undefined; readonly text: string },
): { readonly reply: unknown; readonly said: readonly string[] } {
  const [, number, comments] = /\/issues(?:\/(\d+)(\/comments)?)?/.exec(url) ?? [];
  const issue = issues[Number(number) - 1];
  const asked = (text === "" ? {} : JSON.parse(text)) as Partial<Issue> & { readonly body: string };
  if (method === "POST" && issue === undefined) {
    const { title = "", body } = asked;
    const opened = { number: issues.length + 1, title, body, state: "open", comments: [] };
    issues.push(opened);
    return { reply: opened, said: saidInText(body) };
  }
  if (method === "POST") {
    issue?.comments.push({ body: asked.body });
    return { reply: {}, said: saidInText(asked.body) };
  }
  if (method === "PATCH") Object.assign(issue ?? {}, asked);
  const listed = comments === undefined ? [...issues].reverse() : issue?.comments;
  return { reply: method === "GET" ? listed : issue, said: [] };
}
