/** Lanes while they are filled: faults at the top, then changes of the world, then applications with their tabs, then services. */
import type { Mark, RowKind } from "./mark.ts";

export interface LaneDraft {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  readonly isNested: boolean;
  /** Of a tab: whose it is. */
  readonly owner?: string;
  readonly rows: Map<RowKind, Mark[]>;
}

export interface Lanes {
  /** A window of faults. */
  readonly fault: (id: string) => LaneDraft;
  readonly world: () => LaneDraft;
  readonly client: (name: string) => LaneDraft;
  readonly tab: (client: string, tab: string) => LaneDraft;
  readonly service: (servedBy: string) => LaneDraft;
  readonly draw: (draft: LaneDraft, kind: RowKind, ...marks: readonly Mark[]) => void;
  /** Sets the place of an event; the first call counts. */
  readonly put: (event: number, draft: LaneDraft, kind: RowKind) => void;
  readonly placeOf: (
    event: number,
  ) => { readonly draft: LaneDraft; readonly kind: RowKind } | undefined;
  /** All lanes that were used, from top to bottom. */
  readonly list: () => readonly LaneDraft[];
}

const services: Readonly<Record<string, string>> = {
  primary: "Entra ID",
  backup: "Backup auth",
  edge: "Edge",
  resource: "APIs",
  machine: "Machine identity",
  none: "Unanswered",
};

const aboutServices: Readonly<Record<string, string>> = {
  primary: "requests that the primary answered",
  backup: "requests that the backup authentication system answered",
  edge: "requests that never got past name look-up, connection or gateway",
  resource: "requests to protected APIs",
  machine: "requests to the identity endpoint of the machine",
  none: "requests whose end is not in the journal",
};

/** No lanes yet. */
export function createLanes(): Lanes {
  const groups = {
    faults: new Map<string, LaneDraft>(),
    world: new Map<string, LaneDraft>(),
    clients: new Map<string, LaneDraft>(),
    services: new Map<string, LaneDraft>(),
  };
  const tabs = new Map<string, Map<string, LaneDraft>>();
  const places = new Map<number, { draft: LaneDraft; kind: RowKind }>();
  const lane = (
    group: Map<string, LaneDraft>,
    id: string,
    named: { readonly label: string; readonly about: string; readonly owner?: string },
  ): LaneDraft => {
    const known = group.get(id);
    if (known !== undefined) return known;
    const isNested = named.owner !== undefined;
    const draft = { id, ...named, isNested, rows: new Map<RowKind, Mark[]>() };
    group.set(id, draft);
    return draft;
  };
  const client = (name: string): LaneDraft =>
    lane(groups.clients, name, { label: name, about: "application instance" });
  return {
    client,
    fault: (id) => lane(groups.faults, id, { label: id, about: "fault window" }),
    world: () =>
      lane(groups.world, "world", { label: "Notes", about: "notes, and changes in the directory" }),
    tab(name, tab) {
      client(name);
      const own = tabs.get(name) ?? new Map<string, LaneDraft>();
      tabs.set(name, own);
      return lane(own, tab, { label: tab, about: `tab of ${name}`, owner: name });
    },
    service: (by) =>
      lane(groups.services, by, {
        label: services[by] ?? by,
        about: aboutServices[by] ?? "service",
      }),
    draw(draft, kind, ...marks) {
      const row = draft.rows.get(kind);
      if (row === undefined) draft.rows.set(kind, [...marks]);
      else row.push(...marks);
    },
    put(event, draft, kind) {
      if (!places.has(event)) places.set(event, { draft, kind });
    },
    placeOf: (event) => places.get(event),
    list: () => [
      ...groups.faults.values(),
      ...groups.world.values(),
      ...[...groups.clients].flatMap(([name, draft]) => [
        draft,
        ...(tabs.get(name)?.values() ?? []),
      ]),
      ...serviceOrder.flatMap((by) => groups.services.get(by) ?? []),
    ],
  };
}

const serviceOrder = Object.keys(services);
