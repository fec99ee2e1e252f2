/** The file as a whole: what stands in it, what it may do, and whether text of others can get out of its place. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { judgedRun, reportOf } from "../../../test/support/report.ts";
import type { ReportData } from "../model/report-model.ts";
import { writeHtml } from "./html.ts";

const program = {
  script: 'const end = "</script><!-- ";',
  style: "a::after{content:'</style>'}",
  licences: "MIT </script>",
};

const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)> & "quotes" \u2028`;

function written(scenario: string): string {
  const run = judgedRun({ "retry-after": "fail" }, { scenario });
  const failure = { scenario: hostile, client: hostile, mount: "https", code: "stuck" };
  return writeHtml(reportOf([run], { failures: [{ ...failure, message: hostile }] }), program);
}

/** What stands between the tags of an element, as a browser that knows nothing of JSON sees it. */
const contents = (html: string, opening: RegExp): string =>
  new RegExp(`${opening.source}(.*?)</script>`, "s").exec(html)?.[1] ?? "";

describe("report.html", () => {
  it("keeps text of others in the data, also markup", () => {
    const html = written(hostile);
    const data = JSON.parse(
      contents(html, /<script type="application\/json" id="report">/),
    ) as ReportData;
    expect(data.runs[0]?.scenario).toBe(hostile);
    expect(data.failures[0]?.message).toBe(hostile);
    expect(html).not.toContain("<img");
    expect(html).not.toContain("alert(1)</script>");
    // The page's data, a history, licences, the program: nothing opened another.
    expect(html.match(/<script/g)).toHaveLength(4);
    expect(html.match(/<\/script>/g)).toHaveLength(4);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
  });

  it("lets run what stands in it, and lets nothing be loaded", () => {
    const html = written("plain");
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "";
    const hash = (text: string): string =>
      `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hash(contents(html, /<script>/))}`,
      `style-src ${hash(/<style>(.*?)<\/style>/s.exec(html)?.[1] ?? "")}`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    const markup = html.replaceAll(/(<script[^>]*>).*?<\/script>/gs, "$1");
    expect(markup).not.toMatch(/\s(?:src|srcset|action)=/);
    expect([...markup.matchAll(/\shref="([^"]{5})/g)].map(([, begins]) => begins)).toEqual([
      "data:",
    ]);
  });

  it("is the same for the same results, and says in words what it is where scripts are off", () => {
    expect(written("plain")).toBe(written("plain"));
    expect(written("plain")).toMatch(
      /<noscript><h1>1 run not finished, 1 unexpected finding<\/h1><p>1 run over/,
    );
  });
});
