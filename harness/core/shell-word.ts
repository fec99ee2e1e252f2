/**
 * A text as one word of a shell, to be pasted. Texts of letters, digits and `_ . / : @ = + , -` stay
 * as they are. Others stand in single quotes, in which a POSIX shell expands nothing
 * (`it's $HOME` → `'it'\''s $HOME'`); on Windows, where cmd knows no single quotes, in double ones.
 */
export function shellWord(text: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32")
    return /^[\w./\\:@=+,-]+$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
  return /^[\w./:@=+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
