/** The API reference: a page for each group of public names. */
import { slugOf } from "./markdown.ts";
import { entries, type Docstring, type PublicName } from "./public-api.ts";

/** Text by path, below the repository, where the pages would be if they were written there. */
export function apiPages(names: readonly PublicName[]): ReadonlyMap<string, string> {
  const groups = Map.groupBy(names, (name) => pageOf(name));
  return new Map([
    ["docs/api/README.md", indexPage(groups)],
    ...[...groups].map(([page, members]) => [page, groupPage(members)] as const),
  ]);
}

/** The page that a name is on. */
function pageOf({ entry, group }: PublicName): string {
  const name = entry === "brownout" ? slugOf(group) : entry.replace("brownout/", "");
  return `docs/api/${name}.md`;
}

function titleOf({ entry, group }: PublicName): string {
  return entry === "brownout" ? group : entry;
}

function indexPage(groups: ReadonlyMap<string, readonly PublicName[]>): string {
  const sections = [...groups].map(([page, members]) => {
    const file = page.replace("docs/api/", "");
    const [first] = members;
    const links = members.map(({ name }) => `[\`${name}\`](${file}#${slugOf(name)})`);
    const title = first === undefined ? file : titleOf(first);
    return `## [${title}](${file})\n\n${links.join(", ")}\n`;
  });
  const imports = Object.keys(entries).map((entry) => `\`${entry}\``);
  return `# API reference\n\nWhat ${imports.join(", ")} export. Durations are milliseconds unless a name or a text says otherwise.\n\n${sections.join("\n")}`;
}

function groupPage(members: readonly PublicName[]): string {
  const [first] = members;
  const title = first === undefined ? "" : titleOf(first);
  const entry = first?.entry ?? "brownout";
  const parts = members.map(
    ({ name, kind, signature, doc, file }) =>
      `## ${name}\n\n${kind}, from [${file}](../../${file})\n\n${textOf(doc)}${fenced(signature)}\n${detailsOf(doc)}`,
  );
  return `# ${title}\n\n\`import { … } from "${entry}";\`\n\n${parts.join("\n")}`;
}

function textOf(doc: Docstring | undefined): string {
  return doc === undefined ? "" : `${linked(doc.text)}\n\n`;
}

function detailsOf(doc: Docstring | undefined): string {
  if (doc === undefined) return "";
  const tags = doc.tags.map(({ tag, text }) => {
    const [, parameter, rest = ""] =
      tag === "param" ? (/^(\S+)\s+(?:- )?([^]*)$/.exec(text) ?? []) : [];
    if (parameter !== undefined) return `- Parameter \`${parameter}\`: ${linked(rest)}`;
    return `- ${labels[tag] ?? tag}: ${linked(text)}`;
  });
  const examples = doc.examples.map((code) => `Example:\n\n${fenced(code)}`);
  return [...(tags.length === 0 ? [] : [`${tags.join("\n")}\n`]), ...examples].join("\n");
}

const labels: Readonly<Record<string, string>> = {
  default: "Default",
  defaultvalue: "Default",
  returns: "Returns",
  see: "See",
  throws: "Throws",
};

function fenced(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\`\n`;
}

/** A cited section of the sources becomes a link; braces and angle brackets of prose are text. */
function linked(text: string): string {
  return text
    .replace(
      /`docs\/sources\.md#([a-z])(\d*)`/g,
      (_, letter: string, number: string) =>
        `[source ${letter.toUpperCase()}${number === "" ? "" : `.${number}`}](../sources.md#${letter}${number})`,
    )
    .replace(/\{@link (\S+?)\}/g, "`$1`");
}
