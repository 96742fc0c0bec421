// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const CONTROLS = new RegExp(CONTROL, "g");

/** Text as the rest of cmswatch may keep it: trimmed, well-formed Unicode, control characters as spaces. */
export function cleanText(text: string): string {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  return (CONTROL.test(formed) ? formed.replace(CONTROLS, " ") : formed).trim();
}

/** The text of a cell, or null for what the ticketing systems write for nothing: empty or `none`. */
export function textOrNull(text: string): string | null {
  const clean = cleanText(text);
  return clean === "" || clean === "none" ? null : clean;
}

/** At most `length` characters, cut at a word and marked with … when something was cut. Never splits a character. */
export function trimText(text: string, length: number): string {
  if (text.length <= length) {
    return text;
  }
  const cut = text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "");
  const word = cut.search(/\s\S{0,40}$/);
  return `${(word > 0 ? cut.slice(0, word) : cut).trimEnd()}…`;
}
