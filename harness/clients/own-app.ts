import type { Flow } from "../history/event.ts";

/** The user's own app that a scenario is about, as reports and baselines name it. */
export interface OwnApp {
  readonly name: string;
  readonly version?: string;
}

/** The user's own app that a scenario is about, if any; `own-code` for a scenario that needs no flow of a client. */
export function ownAppOf({
  app,
  needs,
}: {
  readonly app?: OwnApp;
  readonly needs: readonly Flow[];
}): OwnApp | undefined {
  return app ?? (needs.length === 0 ? { name: "own-code" } : undefined);
}
