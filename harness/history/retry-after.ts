/** Retry-After by RFC 9110 section 10.2.3: delay-seconds or an HTTP-date. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** IMF-fixdate, the one form of HTTP-date that servers send today. */
const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;

/**
 * Milliseconds from `respondedAtMs` until the client may send the request again; zero for a date
 * in the past; undefined when the text is neither form.
 */
export function parseRetryAfter(raw: string, respondedAtMs: number): number | undefined {
  const text = raw.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const [, day, month = "", year, hour, minute, second] = IMF_FIXDATE.exec(text) ?? [];
  const monthIndex = MONTHS.indexOf(month);
  if (day === undefined || monthIndex < 0) return undefined;
  const at = Date.UTC(
    Number(year),
    monthIndex,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return Math.max(0, at - respondedAtMs);
}
