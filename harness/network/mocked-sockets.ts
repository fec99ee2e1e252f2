/**
 * What msw and nock leave undone around the sockets of `http`: theirs connects only when there is
 * an answer, so that a time-out that Node starts with the connection never starts, and they drop
 * the time-out of the agent. Here it runs from the moment at which the request has its socket.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import http, { type ClientRequest } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";

const CHANNEL = "http.client.request.created";

/** The agent that they put in the place of the program's own. */
interface MockedAgent {
  readonly customAgent: http.Agent | boolean | undefined;
  options: http.AgentOptions;
}

type MockedRequest = ClientRequest & {
  readonly agent?: MockedAgent;
  readonly timeout?: number;
};

/** Starts these time-outs until the returned function is called. */
export function startTimeoutsOfMockedSockets(): () => void {
  const onCreated = (message: unknown): void => {
    const { request } = message as { readonly request: MockedRequest };
    if (isMocked(request)) startTimeouts(request);
  };
  subscribe(CHANNEL, onCreated);
  return () => void unsubscribe(CHANNEL, onCreated);
}

function startTimeouts(request: MockedRequest & { readonly agent: MockedAgent }): void {
  const ofAgent = agentTimeoutOf(request);
  // With it Node listens for the socket's time-out, as it does for a real one.
  if (ofAgent !== undefined) request.agent.options = { ...request.agent.options, timeout: ofAgent };
  let asked: number | undefined;
  const real = request.setTimeout;
  request.setTimeout = (timeoutMs, callback) => {
    asked = timeoutMs;
    Reflect.apply(real, request, [timeoutMs, callback]);
    if (request.socket?.connecting === true) request.socket.setTimeout(timeoutMs);
    return request;
  };
  request.prependOnceListener("socket", (socket: Socket) => {
    const timeoutMs = asked ?? request.timeout ?? ofAgent;
    if (timeoutMs !== undefined) socket.setTimeout(timeoutMs);
  });
}

function isMocked(
  request: MockedRequest,
): request is MockedRequest & { readonly agent: MockedAgent } {
  return request.agent !== undefined && "customAgent" in request.agent;
}

/** Of the program's own agent, or of the one that Node takes when it names none. */
function agentTimeoutOf({ agent, protocol }: MockedRequest): number | undefined {
  const own = agent?.customAgent;
  if (own === false) return undefined;
  const real =
    typeof own === "object" ? own : protocol === "https:" ? https.globalAgent : http.globalAgent;
  return (real as unknown as Partial<MockedAgent>).options?.timeout;
}
