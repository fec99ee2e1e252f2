/** Text in which addresses, RFCs and issues of GitHub can be followed; everything else stays text. */

const PATTERN =
  /(https?:\/\/[^\s()<>"]+[^\s()<>".,;:])|RFC (\d{3,5})(?: section ([\d.]+\d|\d))?|\b([\w-]+\/[\w.-]+)#(\d+)/g;

/** A piece of a text, with the address it stands for. */
export interface Piece {
  readonly text: string;
  readonly href?: string;
}

/** A source in pieces; in order, and together the whole text. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    const [whole, address, rfc, section, repository, issue] = match;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    end = match.index + whole.length;
    const part = section === undefined ? "" : `#section-${section}`;
    const href =
      address ??
      (rfc === undefined
        ? `https://github.com/${repository ?? ""}/issues/${issue ?? ""}`
        : `https://www.rfc-editor.org/rfc/rfc${rfc}${part}`);
    pieces.push({ text: whole, href });
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

export function Linked({ text }: { readonly text: string }) {
  return (
    <>
      {piecesOf(text).map(({ text: words, href }, index) =>
        href === undefined ? (
          words
        ) : (
          <a key={index} href={href} target="_blank" rel="noopener noreferrer">
            {words}
          </a>
        ),
      )}
    </>
  );
}
