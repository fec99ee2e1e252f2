/** Channels that are one address which takes JSON: chat services, CloudEvents, and a plain webhook, and trackers of issues. */
import type { Change } from "../../reporting/archive/change.ts";
import { CLOUD_EVENT, cloudEvents } from "../../reporting/channels/cloud-events.ts";
import type { WebhookKind } from "../../reporting/channels/channels-file.ts";
import type { Channel } from "../../reporting/channels/deliver.ts";
import { googleChat } from "../../reporting/channels/google-chat.ts";
import type { Message, Sender } from "../../reporting/channels/message.ts";
import { type Format, messagesOf } from "../../reporting/channels/pack.ts";
import { plainNews } from "../../reporting/channels/plain-news.ts";
import { slack } from "../../reporting/channels/slack.ts";
import { teams } from "../../reporting/channels/teams.ts";
import { ISSUE_SCHEMA, issueUpdates, trackedKinds } from "../../reporting/channels/tracker.ts";
import { LATER, type Outgoing, send } from "./post.ts";

/** A channel to an address that takes JSON. */
export function webhookChannel(
  kind: WebhookKind,
  { url, ...named }: Pick<Channel, "name" | "kinds"> & { readonly url: URL },
): Channel {
  // The rest of an address is often a secret.
  const receiver = `The webhook at ${url.host}`;
  const post = (outgoing: Omit<Outgoing, "receiver">) => postTo({ receiver, ...outgoing });
  const formatted = (format: Format) => (changes: readonly Change[], sender: Sender) =>
    changes.length === 0 ? [] : messagesOf(changes, sender, format);
  switch (kind) {
    case "slack":
      return {
        ...named,
        messagesOf: formatted(slack),
        send: async ({ body }) => (await post({ url, body })).failure,
      };
    case "teams":
      return { ...named, messagesOf: formatted(teams), send: sendToTeams };
    case "google-chat":
      return {
        ...named,
        messagesOf: formatted(googleChat),
        send: async ({ body, id }) => (await post({ url: withRequestId(url, id), body })).failure,
      };
    case "cloudevents":
      return {
        ...named,
        messagesOf: cloudEvents,
        send: async ({ body }) =>
          (await post({ url, body, headers: { "content-type": CLOUD_EVENT } })).failure,
      };
    case "webhook":
      return {
        ...named,
        messagesOf: plainNews,
        send: async ({ body }) => (await post({ url, body })).failure,
      };
    case "issues":
      return {
        ...named,
        kinds: named.kinds ?? trackedKinds,
        messagesOf: issueUpdates,
        send: async ({ body, id }) =>
          (await post({ url, body: { schema: ISSUE_SCHEMA, id, ...body } })).failure,
      };
  }

  /** Its older connectors answer 200 and say in the text that nothing was delivered. */
  async function sendToTeams({ body }: Message): Promise<string | undefined> {
    const { failure, text = "" } = await post({ url, body });
    if (failure !== undefined) return failure;
    if (!text.includes("delivery failed")) return undefined;
    const reason = /HTTP error (\d{3})/.exec(text)?.[1];
    return `${receiver} took the message and did not deliver it${reason === undefined ? "" : ` (${reason})`}. ${LATER}`;
  }
}

/** The service that an address is of, by its host; `webhook` for all others. */
export function kindOfAddress({ hostname }: URL): WebhookKind {
  if (/^hooks\.slack(?:-gov)?\.com$/.test(hostname)) return "slack";
  if (hostname === "chat.googleapis.com") return "google-chat";
  // Workflows of Power Automate, and the connectors of before.
  if (/\.(?:webhook\.office\.com|logic\.azure\.com|powerplatform\.com)$/.test(hostname))
    return "teams";
  return "webhook";
}

async function postTo(outgoing: Outgoing): Promise<{ readonly failure?: string; text?: string }> {
  const reply = await send(outgoing);
  return reply.kind === "answer" ? { text: reply.text } : { failure: reply.sentence };
}

/** Google makes no second message of a request with the same id. */
function withRequestId(url: URL, id: string): URL {
  const whole = new URL(url);
  whole.searchParams.set("requestId", `brownout-${id}`);
  return whole;
}
