/** How a person signs in to a page: the buttons, links and entries of menus that its sources say so of. */
import { clicksInTemplate } from "./find-template-clicks.ts";
import type { Project } from "./read-project.ts";
import type { Click, SignInClicks } from "./sign-in-clicks.ts";
import { isTestFile, ownModules } from "./own-sources.ts";
import {
  dottedName,
  type Fields,
  isNode,
  nameOf,
  type SourceModule,
  visitNodes,
} from "./source-module.ts";

/** The words of a sign-in on a button. */
const SIGN_IN =
  /\b(?:sign|log)[ -]?in\b|\bwith (?:microsoft|entra)\b|anmelden|se connecter|iniciar sesi/i;

/** The functions of MSAL that take a person to Entra. */
const BEGINS = /^(?:loginPopup|loginRedirect)$/;

/** Angular has templates in TypeScript as well. */
const TEMPLATES = /\.(?:[cm]?[jt]sx?|html|vue)$/;

/** In order; empty when the page signs in by itself, undefined when nothing was found. */
export function findClicks(
  { files }: Project,
  modules: ReadonlyMap<string, SourceModule>,
): readonly Click[] | undefined {
  const own = ownModules(modules);
  const beginning = functionsThatBegin(own);
  const found: SignInClicks[] = [];
  let signsInByItself = false;
  for (const module of own) {
    visitNodes(module.program, (node) => {
      if (node.type === "JSXElement" || node.type === "JSXFragment")
        found.push(...clicksIn(node, beginning));
      const name = node.type === "Identifier" || node.type === "JSXIdentifier" ? node.name : "";
      if (/^(?:MsalAuthenticationTemplate|useMsalAuthentication|MsalGuard)$/.test(name))
        signsInByItself = true;
    });
  }
  for (const { path, text } of files.values())
    if (TEMPLATES.test(path) && !isTestFile(path))
      found.push(...clicksInTemplate(text, { isSignIn: SIGN_IN, beginning }));
  const [best] = found.toSorted((one, other) => weight(other) - weight(one));
  return best?.clicks ?? (signsInByItself ? [] : undefined);
}

/** What is known to begin a sign-in first, then what says so, then an entry of a menu. */
function weight({ clicks, begins }: SignInClicks): number {
  const says = SIGN_IN.test(clicks.at(-1)?.name ?? "");
  return (begins ? 4 : 0) + (says ? 2 : 0) + clicks.length / 10;
}

/** The names of functions and methods in which a sign-in begins, or which call one of those. */
function functionsThatBegin(modules: readonly SourceModule[]): ReadonlySet<string> {
  const calledBy = new Map<string, Set<string>>();
  for (const { program } of modules)
    visitNodes(program, (node) => {
      const name = functionName(node);
      if (name === undefined || calledBy.has(name)) return;
      const called = new Set<string>();
      visitNodes(node, (inner) => {
        // What is called, and what is handed on: `onClick={handleLogin}`.
        if (inner.type === "Identifier" && inner.name !== name) called.add(inner.name);
      });
      calledBy.set(name, called);
    });
  const found = new Set(["loginPopup", "loginRedirect"]);
  for (let round = 0; round < CALLS_DEEP; round += 1)
    for (const [name, called] of calledBy)
      if (!found.has(name) && [...called].some((one) => found.has(one))) found.add(name);
  return found;
}

/** A component, its handler, a function of a service, and MSAL's own. */
const CALLS_DEEP = 3;

function functionName(node: Fields): string | undefined {
  if (node.type === "FunctionDeclaration") return nameOf(node.id);
  if (/^(?:ClassMethod|ObjectMethod|ClassProperty|ObjectProperty)$/.test(node.type)) {
    const value = node["value"];
    const isMethod = node.type.endsWith("Method") || (isNode(value) && isFunction(value));
    return isMethod ? nameOf(node["key"]) : undefined;
  }
  if (node.type !== "VariableDeclarator" || !isNode(node.init)) return undefined;
  // `useCallback(async () => …)` as well.
  const [first] = node.init.type === "CallExpression" ? node.init.arguments : [node.init];
  return isNode(first) && isFunction(first) ? nameOf(node.id) : undefined;
}

function isFunction({ type }: Fields): boolean {
  return type === "ArrowFunctionExpression" || type === "FunctionExpression";
}

/** An element that is clicked to sign in; one in a menu is two clicks. */
function clicksIn(element: Fields, beginning: ReadonlySet<string>): readonly SignInClicks[] {
  const titled = attributeText(element, /^(?:title|label)$/);
  const entries = insideOf(element).flatMap((inner) => clickOf(inner, beginning));
  const [entry] = entries.toSorted((one, other) => Number(other.begins) - Number(one.begins));
  if (titled !== undefined && SIGN_IN.test(titled) && entry !== undefined)
    return [{ ...entry, clicks: [{ role: "button", name: titled }, ...entry.clicks] }];
  const item = entries.find(({ clicks: [click] }) => click?.role === "menuitem");
  const opener = item === undefined ? undefined : openerIn(element);
  if (item !== undefined && opener !== undefined)
    return [{ ...item, clicks: [opener, ...item.clicks] }];
  return element.type === "JSXFragment" ? [] : clickOf(element, beginning);
}

function insideOf(element: Fields): readonly Fields[] {
  const found: Fields[] = [];
  visitNodes(element["children"], (inner) => {
    if (inner.type === "JSXElement") found.push(inner);
  });
  return found;
}

/** The button before a menu, or the one that the menu's own trigger holds. */
function openerIn(element: Fields): Click | undefined {
  for (const inner of insideOf(element)) {
    if (isMenuItem(inner)) return undefined;
    const name = nameOfElement(inner);
    if (/(?:^b|B)utton$/.test(tagOf(inner)) && name !== "") return { role: "button", name };
  }
  return undefined;
}

function isMenuItem(element: Fields): boolean {
  return /(?:^|[a-z])MenuItem$/.test(tagOf(element));
}

function clickOf(element: Fields, beginning: ReadonlySet<string>): readonly SignInClicks[] {
  const name = nameOfElement(element);
  const tag = tagOf(element);
  const names = attributeNames(element);
  const isClicked = /^(?:a|button|.*Button|.*Link)$/.test(tag) || names.includes("onClick");
  const begins = handlerNames(element).some((one) => BEGINS.test(one) || beginning.has(one));
  if (!isClicked || name === "" || name.length > 60) return [];
  if (SIGN_OUT.test(name) || !(SIGN_IN.test(name) || begins)) return [];
  const isLink = tag === "a" || tag.endsWith("Link");
  const role = isMenuItem(element) ? "menuitem" : isLink ? "link" : "button";
  return [{ clicks: [{ role, name }], begins }];
}

/** A button that toggles says both. */
const SIGN_OUT = /^(?:(?:sign|log)[ -]?(?:out|off)|abmelden)\b/i;

/** The names in the handlers of an element: `onClick={() => login("popup")}`. */
function handlerNames(element: Fields): readonly string[] {
  const found: string[] = [];
  for (const attribute of attributesOf(element))
    if (/^on(?:Click|Press|Select)$/.test(nameOf(attribute["name"]) ?? ""))
      visitNodes(attribute["value"], (node) => {
        if (node.type === "Identifier") found.push(node.name);
      });
  return found;
}

function tagOf(element: Fields): string {
  const opening = element["openingElement"] as Fields;
  const { name } = opening as { readonly name?: unknown };
  // `Dropdown.Item` is a name in two parts.
  if (isNode(name) && name.type === "JSXMemberExpression") return nameOf(name.property) ?? "";
  return dottedName(name) ?? nameOf(name) ?? "";
}

function attributesOf(element: Fields): readonly Fields[] {
  const opening = element["openingElement"] as Fields | undefined;
  return (opening?.["attributes"] ?? []) as readonly Fields[];
}

function attributeNames(element: Fields): readonly (string | undefined)[] {
  return attributesOf(element).map((attribute) => nameOf(attribute["name"]));
}

function attributeText(element: Fields, name: RegExp): string | undefined {
  const attribute = attributesOf(element).find((one) => name.test(nameOf(one["name"]) ?? ""));
  return nameOf(attribute?.["value"]);
}

/** Its accessible name: a label, else the texts in it. */
function nameOfElement(element: Fields): string {
  return attributeText(element, /^aria-label$/) ?? textIn(element["children"]);
}

function textIn(children: unknown): string {
  if (!Array.isArray(children)) return "";
  return children.map(textOfChild).join("").replaceAll(/\s+/g, " ").trim();
}

function textOfChild(child: unknown): string {
  if (!isNode(child)) return "";
  if (child.type === "JSXText") return child.value;
  if (child.type === "JSXElement") return textIn(child.children);
  if (child.type !== "JSXExpressionContainer") return "";
  const { expression } = child;
  // `{isBusy ? "Wait" : "Sign in"}`: the text that a person clicks.
  const choices =
    expression.type === "ConditionalExpression"
      ? [expression.consequent, expression.alternate].map((one) => nameOf(one) ?? "")
      : [expression.type === "StringLiteral" ? expression.value : ""];
  return choices.find((one) => SIGN_IN.test(one)) ?? choices[0] ?? "";
}
