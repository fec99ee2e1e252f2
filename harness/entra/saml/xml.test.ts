/** Untrusted XML: what is parsed, what is refused, and how text is escaped. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childrenOf, elementsOf, escapeXml, parseXml, textOf, XmlRefused } from "./xml.ts";

// One seed: what CI finds, everybody finds.
fc.configureGlobal({ seed: 20_261_121 });

describe("untrusted XML", () => {
  it.each([
    ["a plain element", "<a/>"],
    ["a declaration", '<?xml version="1.0" encoding="utf-8"?><a/>'],
    ["comments, outside and inside", "<!-- x --><a><!-- y --></a><!-- z -->"],
    ["character data", "<a><![CDATA[<b>]]></a>"],
    ["forty levels", "<a>".repeat(40) + "</a>".repeat(40)],
  ])("is parsed: %s", (_, text) => {
    expect(parseXml(text).localName).toBe("a");
  });

  it.each([
    ["nothing", "", /begin/],
    ["a document type", "<!DOCTYPE a><a/>", /document type/],
    ["one in small letters", "<!doctype a><a/>", /document type/],
    ["an entity", '<!ENTITY a "b"><a/>', /document type/],
    ["an instruction", "<a><?php echo 1 ?></a>", /instruction/],
    ["two roots", "<a/><b/>", /root|well-formed/],
    ["text after the root", "<a/>x", /root|well-formed/],
    ["text before the root", "x<a/>", /begin/],
    ["text between comments", "<!-- x -->y<!-- z --><a/>", /begin/],
    ["no end", "<a><b></a>", /well-formed/],
    ["an attribute without quotes", "<a b=c/>", /well-formed/],
    ["an unknown entity", "<a>&b;</a>", /well-formed/],
    ["forty-one levels", "<a>".repeat(41) + "</a>".repeat(41), /deep/],
    ["too much", `<a>${" ".repeat(100_000)}</a>`, /long/],
  ])("is refused: %s", (_, text, why) => {
    expect(() => parseXml(text)).toThrow(XmlRefused);
    expect(() => parseXml(text)).toThrow(why);
  });

  it("gives an element or a refusal for any text", () => {
    const outcomeOf = (text: string): unknown => {
      try {
        return parseXml(text).nodeType;
      } catch (error) {
        return error instanceof XmlRefused ? "refused" : error;
      }
    };
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.constantFrom("", "<a>", "<a b='"),
        (text, head) => {
          expect([1, "refused"]).toContain(outcomeOf(head + text));
        },
      ),
    );
  });
});

describe("its content", () => {
  it("is found by name and namespace, not by prefix", () => {
    const root = parseXml(
      "<r xmlns:x='urn:1' xmlns:y='urn:1'><x:a>1</x:a><y:a>2</y:a><a>3</a></r>",
    );
    expect(childrenOf(root, "urn:1", "a").map(textOf)).toEqual(["1", "2"]);
    expect(elementsOf(root)).toHaveLength(4);
  });

  it("is the whole text, with or without comments", () => {
    expect(textOf(parseXml("<a> ad<!-- x -->min </a>"))).toBe("admin");
    expect(textOf(undefined)).toBe("");
  });
});

describe("escaped text", () => {
  it("is read back unchanged, except for characters that XML does not allow", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const read = parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
        const normal = escapeXml(text)
          .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
          .replaceAll("&lt;", "<")
          .replaceAll("&gt;", ">")
          .replaceAll("&quot;", '"')
          .replaceAll("&amp;", "&");
        expect(read.textContent).toBe(normal);
        expect(read.getAttribute("b")).toBe(normal);
      }),
    );
  });

  it("leaves out characters that no escape can represent", () => {
    expect(parseXml(`<a b="${escapeXml("\r\n\t")}"/>`).getAttribute("b")).toBe("\r\n\t");
    expect(parseXml(`<a>${escapeXml("\u0085\u2028\r")}</a>`).textContent).toBe("\u0085\u2028\r");
    expect(escapeXml("a\u0000b\u0008c\uFFFEd\uD800")).toBe("abcd\uFFFD");
  });
});
