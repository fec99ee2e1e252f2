/** Which calls cannot succeed because the script has locked their user or app out: a revoked session, a disabled user, a new secret. */
import type { History, OperationInvoked } from "../../history/event.ts";
import { harmlessChanges, type WorldChanged } from "../../history/world-changed.ts";
import { operationsOf, type Operation } from "./exchanges.ts";
import { objectIdOf } from "./identifiers.ts";
import { hasSucceeded } from "./success.ts";

/** Creates a predicate for calls that could succeed: those of users and apps that the script has not locked out. */
export function createLockoutCheck(history: History): (operation: Operation) => boolean {
  const changes = history.events.filter(
    (event): event is WorldChanged =>
      event.kind === "world-changed" &&
      (event.change === "secret-rolled" || !harmlessChanges.has(event.change)),
  );
  const signIns = operationsOf(history).filter(
    (call) => INTERACTIVE_FLOWS.has(call.invoked.flow) && hasSucceeded(history, call),
  );
  return ({ invoked }) =>
    !changes.some(
      (change) =>
        change.index < invoked.index &&
        concerns(change, invoked) &&
        !signIns.some(
          (signIn) =>
            signIn.invoked.index > change.index &&
            signIn.invoked.index < invoked.index &&
            signIn.invoked.user === invoked.user,
        ),
    );
}

const INTERACTIVE_FLOWS: ReadonlySet<string> = new Set([
  "authorization-code",
  "device-code",
  "password",
  "popup",
  "redirect",
]);

function concerns({ change, tenant, users, app }: WorldChanged, call: OperationInvoked): boolean {
  if (change === "secret-rolled")
    return app === undefined ? call.tenant === tenant : app === call.app;
  if (call.user === undefined) return false;
  const person = objectIdOf(call.user);
  const home = call.user.split(".")[1] ?? call.tenant;
  return users === undefined
    ? home === tenant
    : users.some((user) => user.toLowerCase() === person);
}
