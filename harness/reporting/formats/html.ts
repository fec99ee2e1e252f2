/**
 * `report.html`: one file that opens from disk and loads nothing. Its content security policy
 * allows the one script and the one style that it contains, by their hashes, and forbids loading
 * anything; data stands in blocks that no browser executes.
 */
import { createHash } from "node:crypto";
import type { ReportData, ReportModel } from "../model/report-model.ts";
import type { RunFacts } from "../model/run-facts.ts";
import type { PageProgram } from "./page-program.ts";
import { provenanceOf } from "./provenance.ts";
import { packHistory, slimHistory } from "./slim-history.ts";

/** The text of `report.html`; the same model, program and facts give the same text. Without facts it does not say where the results come from. */
export function writeHtml(model: ReportModel, program: PageProgram, facts?: RunFacts): string {
  const { brownout, headline, totalsText, histories } = model;
  const style = safeStyle(program.style);
  const script = safeScript(program.script);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const blocks = [...histories].map(
    ([id, history]) =>
      `<script type="application/gzip" id="${attribute(`history:${id}`)}">${packHistory(slimHistory(history))}</script>`,
  );
  return `${[
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<meta name="generator" content="brownout ${attribute(brownout)}">`,
    `<title>Brownout: ${text(headline)}</title>`,
    `<link rel="icon" href="${ICON}">`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    '<div id="page"></div>',
    `<noscript><h1>${text(headline)}</h1><p>${text(totalsText)}</p><p>The rest is drawn by a script of this file, and scripts are off; summary.md beside it has it in words.</p></noscript>`,
    `<script type="application/json" id="report">${json(dataOf(model, facts))}</script>`,
    ...blocks,
    `<script type="text/plain" id="licences">${program.licences.replaceAll("</", "< /")}</script>`,
    `<script>${script}</script>`,
    "</body>",
    "</html>",
  ].join("\n")}\n`;
}

/** The model without what the page does not show, or has in blocks of its own. */
function dataOf(
  { results: _results, histories: _histories, ...data }: ReportModel,
  facts: RunFacts | undefined,
): ReportData {
  return facts === undefined ? data : { ...data, provenance: provenanceOf(facts) };
}

/** A broken line on a dark ground. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%23182230'/%3E%3Cpath d='M2 9h3l2-5 2 8 2-3h3' fill='none' stroke='%23f5b642' stroke-width='1.6' stroke-linejoin='round'/%3E%3C/svg%3E";

/** JSON in which nothing can end the block that it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function text(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function attribute(value: string): string {
  return text(value).replaceAll('"', "&quot;");
}

/** In a string or a regular expression, the backslash changes nothing but that the block goes on. */
function safeScript(script: string): string {
  return script.trim().replaceAll(/<(?=\/script|!--)/gi, "\\x3C");
}

function safeStyle(style: string): string {
  return style.trim().replaceAll("</", "<\\/");
}

function hashOf(content: string): string {
  return `sha256-${createHash("sha256").update(content).digest("base64")}`;
}
