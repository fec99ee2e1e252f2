/**
 * A client under test behind the driver protocol: each opened application is a process of the
 * driver, with its own way to the simulator and its own clock.
 */
import { X509Certificate } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { HarnessError } from "../../core/errors.ts";
import { makeTemporaryFolder } from "../../core/temporary-folder.ts";
import { afterMachineMs } from "../../core/time/machine-timer.ts";
import { parseWith } from "../../core/validation.ts";
import type {
  ClientContext,
  ClientErrorDescription,
  ClientInstance,
  ClientProgram,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "../client.ts";
import { approveDevice } from "../device-approval.ts";
import { answersOf, browserOf } from "../user-browser.ts";
import {
  type Conversation,
  DriverClientError,
  type DriverCommand,
  type DriverProblem,
  startConversation,
} from "./conversation.ts";
import {
  createRealDriverTime,
  createVirtualDriverTime,
  DRIVER_PATIENCE_MS,
  type DriverTime,
  neverAnswered,
} from "./driver-time.ts";
import { createFakeClock, type FakeClock, findFaketime } from "./faketime.ts";
import {
  DRIVER_PROTOCOL,
  type DriverAsk,
  type DriverHello,
  driverHelloSchema,
  driverTokenSchema,
} from "./protocol.ts";

/** A driver whose clock shows another time than it should by more than this does not follow, ms. */
const CLOCK_TOLERANCE_MS = 2_000;

export interface DriverOptions {
  readonly command: DriverCommand;
  /** Called with what the driver does against the protocol. Default: the first ends the call that is under way. */
  readonly onProblem?: (problem: DriverProblem) => void;
  readonly patienceMs?: number;
}

/** Asks a driver once who it is; rejects with a `HarnessError`. */
export async function greetDriver({
  command,
  onProblem = refuse,
  patienceMs = DRIVER_PATIENCE_MS,
}: DriverOptions): Promise<DriverHello> {
  const problem = Promise.withResolvers<never>();
  problem.promise.catch(() => undefined);
  const conversation = startConversation({
    command,
    environment: process.env,
    onAsk: () => Promise.reject(new Error("nothing is open yet")),
    onWaiting: () => undefined,
    onDeadline: () => undefined,
    onEnded: () => undefined,
    onProblem(found) {
      try {
        onProblem(found);
      } catch (error) {
        problem.reject(error as Error);
      }
    },
  });
  const stopWaiting = afterMachineMs(patienceMs, () =>
    conversation.giveUp(neverAnswered("the answer of the driver to hello", patienceMs)),
  );
  try {
    return await Promise.race([sayHello(conversation, command), problem.promise]);
  } finally {
    stopWaiting();
    await conversation.end();
  }
}

/** The client behind a driver that has said who it is. */
export function driverClient(options: DriverOptions, hello: DriverHello): ClientUnderTest {
  const { name, version, flows, time } = hello;
  return {
    name,
    version,
    flows,
    isProgram: true,
    open: (opened, context) => openInstance({ ...options, time, name }, opened, context),
    describeError,
  };
}

async function sayHello(conversation: Conversation, command: DriverCommand): Promise<DriverHello> {
  const answer = await conversation
    .request("hello", { protocol: DRIVER_PROTOCOL })
    .catch((error: unknown) => {
      throw error instanceof DriverClientError ? notInstalled(error, command) : error;
    });
  return parseWith(driverHelloSchema, answer, {
    what: "the answer to hello",
    code: "bad-client",
    place: command.program,
  });
}

/** The one thing that can go wrong before anything is open. */
function notInstalled({ message }: DriverClientError, { program }: DriverCommand): HarnessError {
  return new HarnessError("client-not-installed", message, { place: program });
}

function refuse({ line, message, text }: DriverProblem): never {
  const where = line === undefined ? "" : `line ${line} of the driver `;
  throw new HarnessError("bad-client", `${where}${message}`, {
    place: text === undefined ? "the driver" : `line ${line ?? 0}: ${text}`,
    hint: "brownout drivers check says what a driver gets wrong, line by line.",
  });
}

interface Opening extends DriverOptions {
  readonly time: DriverHello["time"];
  readonly name: string;
}

async function openInstance(
  opening: Opening,
  options: OpenOptions,
  context: ClientContext,
): Promise<ClientInstance> {
  const { program } = context;
  if (program === undefined) throw new Error("a driver needs the mount program");
  const folder = makeTemporaryFolder("driver");
  const fake = opening.time === "virtual" ? fakeClock(opening.name, folder) : undefined;
  fake?.set(program.wallMs());
  const calls = new Map<number, Call>();
  const problem = Promise.withResolvers<never>();
  problem.promise.catch(() => undefined);
  const conversation = startConversation({
    command: opening.command,
    environment: {
      ...process.env,
      ...(await program.environment()),
      ...fake?.environment,
      BROWNOUT_DRIVER_FOLDER: folder,
    },
    onAsk: (ask) => answerAsk(ask, { calls, options, context }),
    onWaiting: (wait, forMs) => time.waits(wait, forMs),
    onDeadline: (deadline, forMs) => time.expects(deadline, forMs),
    onEnded: (number) => time.ended(number),
    onProblem(found) {
      try {
        (opening.onProblem ?? refuse)(found);
      } catch (error) {
        problem.reject(error as Error);
      }
    },
  });
  const time = timeOf(opening, { conversation, context, program, fake });
  const leave = program.join(time);
  const or = <T>(work: Promise<T>): Promise<T> => Promise.race([work, problem.promise]);
  const close = async (): Promise<void> => {
    // Until it has ended, time stands still.
    await conversation.end();
    leave();
    rmSync(folder, { recursive: true, force: true });
  };
  program.endLater(close);
  try {
    const hello = await or(sayHello(conversation, opening.command));
    checkClock(hello, { fake, program });
    await or(conversation.request("open", openMessage(options, context)));
  } catch (error) {
    await close();
    throw error instanceof DriverClientError ? cannotOpen(error, opening) : error;
  }
  return {
    acquire: (request) =>
      program.during(async () => {
        const answer = await or(
          conversation.request("acquire", acquireMessage(request, options), (id) =>
            calls.set(id, { request }),
          ),
        );
        return resultOf(answer, opening);
      }),
    close,
  };
}

function timeOf(
  { time, name, patienceMs }: Opening,
  {
    conversation,
    context,
    program,
    fake,
  }: {
    readonly conversation: Conversation;
    readonly context: ClientContext;
    readonly program: ClientProgram;
    readonly fake: FakeClock | undefined;
  },
): DriverTime {
  const parts = {
    conversation: () => conversation,
    program,
    clock: context.clock,
    name,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  };
  return time === "real" || fake === undefined
    ? createRealDriverTime(parts)
    : createVirtualDriverTime({ ...parts, fake });
}

function fakeClock(name: string, folder: string): FakeClock {
  const library = findFaketime();
  if (library !== undefined) return createFakeClock(library, folder);
  throw new HarnessError("client-not-installed", `${name} needs libfaketime for its clock`, {
    place: name,
    hint: "Install it: apt-get install faketime.",
  });
}

function checkClock(
  { name, nowMs }: DriverHello,
  { fake, program }: { readonly fake: FakeClock | undefined; readonly program: ClientProgram },
): void {
  const wantedMs = program.wallMs();
  if (fake === undefined || Math.abs(nowMs - wantedMs) <= CLOCK_TOLERANCE_MS) return;
  throw new HarnessError(
    "bad-client",
    `the clock of ${name} shows ${new Date(nowMs).toISOString()}, expected ${new Date(wantedMs).toISOString()}: libfaketime does not move it`,
    {
      place: name,
      hint: 'Programs without the C library do not follow, such as static ones of Go: answer hello with time: "real".',
    },
  );
}

/** What it could not open is the harness's to say: no call of the client has been made yet. */
function cannotOpen({ name, message }: DriverClientError, opening: Opening): HarnessError {
  return new HarnessError("bad-client", `open failed with ${name}: ${message}`, {
    place: opening.name,
    hint: "What the library throws when it is asked for a token is an answer to acquire: create the client there, if creating it can fail.",
  });
}

function openMessage(options: OpenOptions, context: ClientContext) {
  const { app, tenant, credential, cache, capabilities = [], identifiedBy = "clientId" } = options;
  const [redirect] = app.redirectUris;
  return {
    app: {
      name: app.name,
      clientId: app.clientId,
      kind: app.kind,
      ...(redirect === undefined ? {} : { redirectUri: redirect.uri }),
      ...(app.managedIdentity === undefined
        ? {}
        : {
            managedIdentity: {
              ...app.managedIdentity,
              by: identifiedBy,
              objectId: app.servicePrincipalId,
            },
          }),
    },
    tenantId: tenant.id,
    authorityHost: context.authorityHost,
    ...(credential === "secret" ? { secret: app.secrets[0]?.value ?? "" } : {}),
    ...(credential === "certificate" ? { certificate: certificateOf(context, app.name) } : {}),
    cache,
    capabilities: [...capabilities],
  };
}

function certificateOf(context: ClientContext, app: string) {
  const { thumbprint, thumbprintSha256, privateKeyFile } = context.certificateOf(app);
  const file = privateKeyFile.replace(/key\.pem$/, "cert.pem");
  return {
    thumbprint,
    thumbprintSha256,
    privateKey: readFileSync(privateKeyFile, "utf8"),
    certificate: new X509Certificate(readFileSync(file)).toString(),
  };
}

function acquireMessage(request: TokenRequest, { tenant }: OpenOptions) {
  const { flow, scopes, user, credential, claims, forceRefresh = false, prompt, region } = request;
  return {
    flow,
    scopes: [...scopes],
    ...(user === undefined
      ? {}
      : {
          user: {
            id: user.id,
            upn: user.upn,
            password: user.password,
            homeAccountId: `${user.homeId ?? user.id}.${user.homeTenant ?? tenant.id}`,
          },
        }),
    ...(credential === undefined ? {} : { credential }),
    ...(claims === undefined ? {} : { claims }),
    forceRefresh,
    ...(prompt === undefined ? {} : { prompt }),
    ...(region === undefined ? {} : { region }),
  };
}

function resultOf(answer: Readonly<Record<string, unknown>>, { name }: Opening): TokenResult {
  const { expiresAtMs, ...token } = parseWith(driverTokenSchema, answer, {
    what: "the answer to acquire",
    code: "bad-client",
    place: name,
  });
  return { ...token, ...(expiresAtMs === undefined ? {} : { expiresAt: expiresAtMs }) };
}

interface Call {
  readonly request: TokenRequest;
}

/** Does what only the harness can: act as the user, and keep what is to outlive the process. */
async function answerAsk(
  ask: DriverAsk,
  {
    calls,
    options,
    context,
  }: {
    readonly calls: ReadonlyMap<number, Call>;
    readonly options: OpenOptions;
    readonly context: ClientContext;
  },
): Promise<Readonly<Record<string, unknown>>> {
  const requestOf = (id: number): TokenRequest => {
    const call = calls.get(id);
    if (call === undefined) throw new Error(`there was no acquire with the id ${id}`);
    return call.request;
  };
  switch (ask.for) {
    case "read": {
      const value = await context.cacheStore.read(ask.key);
      return value === undefined ? {} : { value };
    }
    case "write":
      await context.cacheStore.write(ask.key, ask.value);
      return {};
    case "sign-in": {
      const request = requestOf(ask.of);
      const browser = browserOf(request, options, context);
      const answer = await browser.visit(ask.url, ask.redirectUri, answersOf(request));
      return { parameters: Object.fromEntries(answer ?? []) };
    }
    case "device-code":
      await approveDevice(ask.verificationUri, ask.userCode, requestOf(ask.of), options, context);
      return {};
  }
}

function describeError(error: unknown): ClientErrorDescription | undefined {
  if (!(error instanceof DriverClientError)) return undefined;
  const { name, code = name, message, suberror, causedBy, interactionRequired } = error.described;
  return {
    name,
    code,
    message,
    interactionRequired,
    ...(suberror === undefined ? {} : { suberror }),
    ...(causedBy === undefined ? {} : { causedBy }),
  };
}
