/** Colours, and the sequence that clears the screen: what this program itself writes. */
const OWN_SEQUENCE = "\\[(?:\\d{1,2}(?:;\\d{1,3})*)?m|\\[2J|\\[H";
/** Escapes that are not ours, other control characters, C1 controls, and marks that change the direction of text. */
const UNSAFE = new RegExp(
  `\\u001b(?!${OWN_SEQUENCE})|[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001a\\u001c-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]`,
  "g",
);

/** Text for a terminal: what would make it do or show something else than the text is shown as `�`. */
export function safeForTerminal(text: string): string {
  return text.replace(UNSAFE, "\ufffd");
}
