const MOST_DEPTH = 200;

/**
 * JSON from outside. Nesting is bounded, because whatever walks the value afterwards recurses once per level.
 * @throws SyntaxError for text that is not JSON or is nested too deeply
 */
export function parseJson(text: string): unknown {
  const depth = depthOf(text);
  if (depth > MOST_DEPTH) {
    throw new SyntaxError(`nested ${depth} levels deep, ${MOST_DEPTH} are allowed`);
  }
  return JSON.parse(text);
}

/** Levels of brackets outside of texts. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) {
        at++;
      } else {
        quoted = code !== QUOTE;
      }
    } else if (code === QUOTE) {
      quoted = true;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth++;
      deepest = Math.max(deepest, depth);
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--;
    }
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
