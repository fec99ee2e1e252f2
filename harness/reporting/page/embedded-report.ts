/** What the file carries, read once: the report's data at once, a run's history when it is looked at. */
import type { PageHistory, SlimHistory } from "../formats/slim-history.ts";
import type { ReportData, RunReport } from "../model/report-model.ts";

/** The data that stands in the document; throws where there is none. */
export function readReport(): ReportData {
  return JSON.parse(textOf("report")) as ReportData;
}

const histories = new Map<string, Promise<PageHistory>>();

/** The history of a run, unpacked the first time that it is asked for. */
export function loadHistory({ id }: Pick<RunReport, "id">): Promise<PageHistory> {
  const known = histories.get(id);
  if (known !== undefined) return known;
  const loading = unpack(textOf(`history:${id}`));
  histories.set(id, loading);
  return loading;
}

async function unpack(packed: string): Promise<PageHistory> {
  const letters = atob(packed);
  const bytes = new Uint8Array(letters.length);
  for (let index = 0; index < letters.length; index += 1) bytes[index] = letters.charCodeAt(index);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const slim = JSON.parse(await new Response(stream).text()) as SlimHistory;
  return { ...slim, events: slim.events.map((event, index) => ({ ...event, index })) };
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? "";
}
