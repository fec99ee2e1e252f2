/**
 * What calls of own code are for. Tests name a call after what it does, and often after the thing
 * that it does it for: "order 17", "order 18". Such calls are one kind of work, which needs the
 * same token, so numbers and ids in a name distinguish nothing; words and addresses of people do.
 */
import type { History, OperationInvoked } from "../../history/event.ts";
import { operationsOf, type Operation } from "./exchanges.ts";
import { perHistory } from "./per-history.ts";
import { clientsOfSeveralUsers, usersOfCall } from "./users-behind.ts";

/**
 * The same text for calls of one client with one purpose: as `purposeOf`, but of own code with
 * tokens of several users for each of them another. Where a number in a name says for whom a call
 * is ("user1", "user2"), that is the whole name; where it does not ("order 17", "order 18"), it is
 * the user whom the call shows, and of a call that shows none the whole name. A client that shows
 * one user under one name may hold nothing for the others: there the words of the name decide.
 */
export function purposeIn(
  history: History,
  call: Pick<OperationInvoked, "client" | "flow" | "app" | "operation">,
): string {
  const purpose = purposeOf(call);
  if (call.flow !== "custom" || purpose === call.app) return purpose;
  return purposesIn(history).get(call.operation) ?? call.app;
}

/** The purposes of the calls of own code, by the number of the operation. */
const purposesIn = perHistory((history): ReadonlyMap<number, string> => {
  const calls = operationsOf(history).filter(({ invoked }) => invoked.flow === "custom");
  const purposes = new Map<number, string>();
  for (const alike of Map.groupBy(calls, groupOf).values()) {
    const usersByName = new Map<string, ReadonlySet<string>>();
    for (const call of alike) {
      const { app } = call.invoked;
      usersByName.set(app, usersOfCall(history, call).union(usersByName.get(app) ?? new Set()));
    }
    const isOfSeveral = alike.some(({ invoked }) =>
      clientsOfSeveralUsers(history).has(invoked.client),
    );
    const usersOfNames = [...usersByName.values()];
    const distinguish = isOfSeveral ? distinguisherOf(usersOfNames) : ofOneUser(usersOfNames);
    for (const call of alike) {
      const { operation, app } = call.invoked;
      const purpose = purposeOf(call.invoked);
      const own = usersOfCall(history, call);
      const users = own.size > 0 ? own : (usersByName.get(app) ?? own);
      const [user] = users;
      const isWord = distinguish === "word" && !PERSON.test(app);
      if (distinguish === "nothing" || isWord) purposes.set(operation, purpose);
      else if (distinguish === "name" || distinguish === "word" || users.size !== 1)
        purposes.set(operation, app);
      else purposes.set(operation, `${purpose} · ${user}`);
    }
  }
  return purposes;
});

function groupOf({ invoked }: Operation): string {
  return `${invoked.client} · ${purposeOf(invoked)}`;
}

/** What distinguishes the users of calls whose names differ in a number; given are the users of each name. */
function distinguisherOf(
  usersOfNames: readonly ReadonlySet<string>[],
): "nothing" | "name" | "user" {
  const known = usersOfNames.filter(({ size }) => size > 0);
  const users = new Set(known.flatMap((one) => [...one]));
  // Each name has one user, and each user one name.
  if (known.every(({ size }) => size === 1) && known.length === users.size) return "name";
  return users.size === 1 ? "nothing" : "user";
}

/** The same of a client that shows one user at most: what a name is for that shows none is not known where only one other shows the user. */
function ofOneUser(usersOfNames: readonly ReadonlySet<string>[]): "nothing" | "word" {
  return usersOfNames.filter(({ size }) => size > 0).length === 1 ? "word" : "nothing";
}

/** A number that says which person or tenant. */
const PERSON =
  /(?:user|account|person|people|member|employee|customer|guest|student|teacher|patient|tenant|organi[sz]ation|mailbox)s?[\s_:#/.-]*\d/i;

/** The same text for calls with one purpose, by their names alone: the app's client id, or of own code the name with `#` for each number and id. */
export function purposeOf({ flow, app }: Pick<OperationInvoked, "flow" | "app">): string {
  if (flow !== "custom") return app;
  const words = app.split(/(\s+)/);
  return words.map((word) => (word.includes("@") ? word : word.replace(VOLATILE, "#"))).join("");
}

/** UUIDs, words with digits all over such as ULIDs and hashes, and numbers; `s3upload` and `oauth2login` are words of the trade. */
const VOLATILE =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?=[a-z]*\d+[a-z]+\d+[a-z])(?:[a-z\d]{20,}|(?=[a-z]*(?:\d+[a-z]+){2}\d)[a-z\d]{8,})\b|\d+(?:[.,:]\d+)*/gi;
