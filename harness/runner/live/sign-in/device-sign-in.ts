/** Signs a person in to a program without a browser: they enter its code on another device. */
import { answersOfUser } from "../../../clients/html-form.ts";
import type { Clock } from "../../../core/time/clock.ts";
import { seconds } from "../../../core/time/duration.ts";
import { isError } from "../../../core/thrown.ts";
import type { User } from "../../../entra/directory/world.ts";
import { createJar, listeningApp } from "./app-server.ts";
import { visit, type VisitEnd } from "./browser-visit.ts";
import type { DeviceCode, DeviceCodes } from "./device-codes.ts";
import { notSignedIn, refusedBy, stoppedAt } from "./not-signed-in.ts";
import { accountIn, shortNameOf } from "./person.ts";
import { createSignInOperation, type SignInOperation } from "./sign-in-operation.ts";
import { isInOutage, issuedBySignIn } from "./sign-in-outcome.ts";
import type { SignInParts } from "./web-sign-in.ts";

export interface DeviceSignInParts extends SignInParts {
  readonly clock: Pick<Clock, "sleep">;
  readonly deviceCodes: Pick<DeviceCodes, "listen">;
}

/** A person reads the code and types it. */
const TYPES_FOR_MS = seconds(12);

/** Settles as the action does; rejects `not-signed-in` when the person could not enter the code, or was asked for none. */
export async function signInOnDevice(
  parts: DeviceSignInParts,
  user: User,
  action: () => unknown,
): Promise<unknown> {
  const { recorder, world, refusals, deviceCodes } = parts;
  const account = accountIn(world, user);
  const operation = createSignInOperation(parts, account);
  const from = { event: recorder.events.length, refusal: refusals().length };
  const entered = Promise.withResolvers<never>();
  entered.promise.catch(() => undefined);
  const stopListening = deviceCodes.listen((code) => {
    operation.begin(code.asked);
    enterCode(parts, { user, operation, code }).catch((error: unknown) => entered.reject(error));
  });
  const refusal = (cause: unknown) => {
    const refused = refusals()[from.refusal];
    return refused && refusedBy(refused, { person: shortNameOf(user), world, cause });
  };
  try {
    const result = await Promise.race([operation.inside(async () => action()), entered.promise]);
    const token = issuedBySignIn(account, recorder.events.slice(from.event));
    if (token === undefined)
      throw notSignedIn(
        shortNameOf(user),
        "the action has asked for no device code, and got no token for them",
        {
          hint: 'The action must start a device code flow, such as () => client.acquireTokenByDeviceCode({ … }). For a web app: entra.signIn(person, request.agent(app), "/auth/signin").',
        },
      );
    operation.succeed(token);
    return result;
  } catch (error) {
    const shown =
      isError(error) && error.name === "HarnessError" ? error : (refusal(error) ?? error);
    operation.fail(shown);
    throw shown;
  } finally {
    stopListening();
  }
}

async function enterCode(
  { clock, mounted, recorder, refusals, world }: DeviceSignInParts,
  {
    user,
    operation,
    code,
  }: { readonly user: User; readonly operation: SignInOperation; readonly code: DeviceCode },
): Promise<void> {
  operation.prompted("device-code");
  await clock.sleep(TYPES_FOR_MS);
  const before = refusals().length;
  const start = new URL(code.verificationUri);
  const end = await visit(start, {
    app: listeningApp(start, createJar()),
    entraCookies: new Map(),
    appOrigins: new Set(),
    person: { ...answersOfUser(user), userCode: code.userCode },
    asked: () => undefined,
    askEntra: (request) => operation.inside(() => mounted.fetch(request)),
  });
  if (isEntered(end)) return;
  const person = shortNameOf(user);
  const refused = refusals()[before];
  if (refused !== undefined) throw refusedBy(refused, { person, world });
  throw stoppedAt(end, { person, inOutage: isInOutage(recorder.events) });
}

function isEntered({ at, answer }: VisitEnd): boolean {
  return at === "entra" && answer !== undefined && answer.status < 400;
}
