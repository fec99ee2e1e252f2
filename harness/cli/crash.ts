/**
 * Whether a program of any language ended because nothing caught an error, by what the runtimes of
 * Python, Node, Go, Java and .NET print then as their last words. A program that prints a traceback
 * and goes on, or that says in its own words why it fails, has caught it.
 */

/** The error that ended a program. */
export interface Crash {
  /** Such as `JSONDecodeError`. */
  readonly name: string;
  /** The first line. */
  readonly message: string;
}

/** The end of a standard error stream says how the program ended; characters. */
export const LAST_WORDS_MAX = 65_536;

/** The crash in the last words of a program that ended with that code; undefined for any other end. */
export function crashIn(lastWords: string, code: number): Crash | undefined {
  if (code === 0) return undefined;
  const text = lastWords.replaceAll("\r\n", "\n").trimEnd();
  for (const read of [ofPython, ofNode, ofGo, ofJava, ofDotnet]) {
    const found = read(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** https://docs.python.org/3/library/traceback.html: frames are indented, and the error comes last. */
function ofPython(text: string): Crash | undefined {
  const at = text.lastIndexOf("Traceback (most recent call last):\n");
  if (at < 0) return undefined;
  const [, ...lines] = text.slice(at).split("\n");
  const errorAt = lines.findIndex((line) => !/^\s/.test(line));
  // What is printed afterwards shows that the program, or its test runner, went on.
  if (errorAt !== lines.length - 1) return undefined;
  const [, name, message = ""] = /^(?:[\w.]+\.)?(\w+)(?:: (.*))?$/.exec(lines[errorAt] ?? "") ?? [];
  return name === undefined ? undefined : { name, message };
}

/** https://nodejs.org/api/process.html#event-uncaughtexception: the version is printed last. */
function ofNode(text: string): Crash | undefined {
  if (!/\nNode\.js v\d+\.\d+\.\d+$/.test(text)) return undefined;
  const all = [...text.matchAll(/^(?:Uncaught )?(\w*(?:Error|Exception))(?: \[\w+\])?: (.*)$/gm)];
  const [, name = "Error", message = ""] = all.at(-1) ?? [];
  return { name, message };
}

/** https://go.dev/doc/effective_go#panic */
function ofGo(text: string): Crash | undefined {
  const [, message] = /^panic: (.*)\n[^]*^goroutine \d+ \[/m.exec(text) ?? [];
  return message === undefined ? undefined : { name: "panic", message };
}

function ofJava(text: string): Crash | undefined {
  const found = /^Exception in thread "main" (?:[\w$]+\.)*([\w$]+)(?:: (.*))?$/m.exec(text);
  return found === null ? undefined : { name: found[1] ?? "", message: found[2] ?? "" };
}

function ofDotnet(text: string): Crash | undefined {
  const found = /^Unhandled exception\. (?:\w+\.)*(\w+)(?:: (.*))?$/m.exec(text);
  return found === null ? undefined : { name: found[1] ?? "", message: found[2] ?? "" };
}
