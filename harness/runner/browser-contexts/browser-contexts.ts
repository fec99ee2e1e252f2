/**
 * The browser contexts of a run as clients in them see them: tabs by name, and the person who
 * signs in. A script names each context; all applications share one unless it says otherwise.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { unlessCollected } from "../../browser/collected-promises.ts";
import { openUnpaintedTab } from "../../browser/unpainted-tabs.ts";
import type { ClientBrowser, ClientTab, TabOptions } from "../../clients/client.ts";
import { HarnessError } from "../../core/errors.ts";
import type { BrowserProfile } from "../../network/mount.ts";
import type {
  BrowserContexts,
  BrowserContextsParts,
  ContextsState,
  NamedContext,
} from "./contexts-state.ts";
import { createPageErrors } from "./page-errors.ts";
import { createSettle } from "./settle-contexts.ts";
import { createTabs } from "./tab-register.ts";

/** Creates the contexts of a run; each is opened when an application first uses it. */
export function createBrowserContexts(parts: BrowserContextsParts): BrowserContexts {
  const { recorder, gate } = parts;
  const tabs = createTabs(recorder);
  const state: ContextsState = {
    ...parts,
    byName: new Map(),
    tabs,
    pageErrors: createPageErrors(recorder, tabs),
    pendingCalls: 0,
    outsideOfCalls: AsyncLocalStorage.snapshot(),
    async holding(work) {
      const hold = gate.hold();
      try {
        return await work();
      } finally {
        hold.release();
      }
    },
  };
  return {
    of: (context, client) => createClientBrowser(state, context, client),
    settle: createSettle(state),
    isUsed: () => state.byName.size > 0,
    isWaiting: () => parts.turns.isWaiting(),
  };
}

function open(
  { outsideOfCalls, holding, pageErrors }: ContextsState,
  context: Partial<NamedContext>,
  opening: () => Promise<BrowserProfile>,
): NamedContext {
  delete context.profile;
  return Object.assign(context, {
    opening: outsideOfCalls(async () => {
      const profile = await holding(opening);
      pageErrors.watch(profile.context);
      return (context.profile = profile);
    }),
  });
}

function contextNamed(state: ContextsState, name: string): NamedContext {
  const known = state.byName.get(name);
  if (known !== undefined) return known;
  const context = open(state, {}, () => state.mounted.openProfile());
  state.byName.set(name, context);
  return context;
}

function createClientBrowser(state: ContextsState, name: string, client: string): ClientBrowser {
  const { attribution, mounted, recorder, tabs, turns } = state;
  return {
    serve(origin, files) {
      attribution.own(origin, client);
      mounted.serve(origin, files);
    },
    claim: (correlationId) => attribution.claim(correlationId),
    openTab: (address, options) => openTab(state, { context: name, client, address, ...options }),
    async during(work) {
      const { time } = await contextNamed(state, name).opening;
      state.pendingCalls += 1;
      try {
        return await time.during(async () => {
          const result = await unlessCollected(work);
          // Several calls may end in any order; their turns decide.
          if (state.pendingCalls > 1) await turns.ended();
          return result;
        });
      } finally {
        state.pendingCalls -= 1;
      }
    },
    signInAs(person) {
      const cause = recorder.cause();
      if (cause === undefined)
        throw new HarnessError("bad-scenario", "no operation has asked for a sign-in");
      contextNamed(state, name).signIn = { person, cause };
    },
    async restart() {
      const context = contextNamed(state, name);
      const before = await context.opening;
      delete context.signIn;
      tabs.ended(name, client);
      await open(state, context, () => before.restart()).opening;
    },
  };
}

async function openTab(
  state: ContextsState,
  {
    context,
    client,
    address,
    frames,
  }: TabOptions & { readonly context: string; readonly client: string; readonly address: string },
): Promise<ClientTab> {
  const { tabs, holding } = state;
  const profile = await contextNamed(state, context).opening;
  const page = await holding(() =>
    frames === "none" ? openUnpaintedTab(profile.context) : profile.context.newPage(),
  );
  const opened = tabs.enter({ client, context, kind: "tab" }, page);
  await holding(() => page.goto(address, { waitUntil: "commit" }));
  return {
    name: opened.tab.name,
    page,
    async reload() {
      tabs.reloaded(opened);
      const committed = page.reload({ waitUntil: "commit", timeout: 0 });
      const begun = page.waitForRequest((request) => request.isNavigationRequest());
      await holding(() => Promise.race([begun, committed]));
      await profile.time.during(() => committed);
    },
    async close() {
      await holding(() => page.close());
      tabs.closed(opened);
    },
  };
}
