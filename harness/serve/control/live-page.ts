/**
 * The live page: who asks what, what is broken, what the rules say so far, with buttons to break
 * and clear. One file without a framework; it uses the control API, with the token behind the #
 * of its address, which no server is sent.
 */
import { livePageScript } from "./live-page-script.ts";

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 75rem; padding: 1rem; }
  h1 { font-size: 1.2rem; margin: 0; }
  h2 { font-size: 1rem; margin: 1.2rem 0 0.3rem; }
  header, form { align-items: center; display: flex; flex-wrap: wrap; gap: 0.6rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { border-bottom: 1px solid #8885; padding: 0.15rem 0.6rem 0.15rem 0; text-align: left; }
  ul { margin: 0; padding-left: 1.2rem; }
  .bad { color: #c22; }
  @media (prefers-color-scheme: dark) { .bad { color: #f77; } }
`;

/** The page, with these outages to choose from. */
export function livePage(outages: readonly string[]): string {
  const options = outages.map((name) => `<option>${name}</option>`).join("");
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Brownout</title><meta name="viewport" content="width=device-width">
<style>${STYLE}</style></head>
<body>
<header><h1>Brownout</h1><time id="now"></time>
<span id="step" hidden><button data-by="1m">+1 min</button> <button data-by="1h">+1 h</button> <button data-by="1d">+1 day</button></span>
<span id="problem" class="bad" role="status"></span></header>
<h2>Outages</h2>
<form id="start"><label>Outage <select id="preset">${options}</select></label>
<label>ends after <input id="ttl" value="10m" size="5"></label> <button>Start</button>
<button type="button" id="clear">End all</button></form>
<ul id="outages"></ul>
<form id="save"><label>What was done, as the scenario <input id="name" value="saved" size="16"></label>
<button>Save as scenario</button></form>
<h2>Findings so far</h2><ul id="findings"></ul>
<h2>Requests</h2>
<table><thead><tr><th>at</th><th>who</th><th>what</th><th>host</th><th>end</th><th>fault</th></tr></thead><tbody id="requests"></tbody></table>
<script>
${livePageScript}
</script>
</body></html>
`;
}
