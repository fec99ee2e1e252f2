/** Where the reader is, as the part of the address after `#`: every run, finding and event has one. */

export type Route =
  | { readonly view: "overview"; readonly section?: string }
  | {
      readonly view: "run";
      readonly id: string;
      readonly rule?: string;
      readonly event?: number;
    };

const EVENT = /^event-(\d+)$/;

/** `#run/<id>`, `#run/<id>/<rule>`, `#run/<id>/event-<index>`; anything else is a section of the overview. */
export function readRoute(hash: string): Route {
  const [view, id = "", detail = ""] = hash.replace(/^#/, "").split("/").map(decoded);
  if (view !== "run" || id === "")
    return view === undefined || view === ""
      ? { view: "overview" }
      : { view: "overview", section: view };
  const event = EVENT.exec(detail)?.[1];
  if (event !== undefined) return { view: "run", id, event: Number(event) };
  return detail === "" ? { view: "run", id } : { view: "run", id, rule: detail };
}

/** The address of a run, of one of its findings, or of an event. */
export function runAddress(id: string, detail?: string | number): string {
  const run = `#run/${encodeURIComponent(id)}`;
  if (detail === undefined) return run;
  return `${run}/${typeof detail === "number" ? `event-${detail}` : encodeURIComponent(detail)}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
