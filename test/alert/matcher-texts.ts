import fc from "fast-check";

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("service", "pod", "alertname", "_x", "a1", "constructor", "__proto__") },
  {
    weight: 2,
    arbitrary: fc.constantFrom('"k8s.pod.name"', '"été"', '"a b"', '"\\x41"', '""', '"a', "k8s.pod", "été"),
  },
  { weight: 1, arbitrary: fc.constantFrom("a:b", "1a", "", "-", "{a", "a\u00a0") },
);
const operator = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("=", "!=", "=~", "!~") },
  { weight: 1, arbitrary: fc.constantFrom("==", "=!", "~", "!", "~=", "", "!=~") },
);
const piece = fc.constantFrom(
  ..."abz019-_./:@ ,;|()[]{}+*?^$\"'`\\~=!#%é☃😀",
  ...[
    "[a-z0-9]",
    "{5}",
    "{2,3}",
    "\\d+",
    "\\.",
    ".*",
    "(a|b)",
    "(?i)",
    "\\n",
    '\\"',
    "\\\\",
    "\\t",
    "\\x41",
    "\\u00e9",
  ],
  ...[
    "\\101",
    "\\p{L}",
    "dbs-",
    "node-",
    "a=b",
    ",c=d",
    "}",
    " ",
    "\t",
    "\u00a0",
    "\u2003",
    "\\b",
    "(?P<n>x)",
    "[[:alpha:]]",
  ],
);
const raw = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
const value = fc.oneof(
  { weight: 4, arbitrary: raw },
  { weight: 4, arbitrary: raw.map((text) => `"${text}"`) },
  { weight: 3, arbitrary: raw.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: raw.map((text) => `"${text}`) },
);
const space = fc.oneof({ weight: 6, arbitrary: fc.constant("") }, fc.constantFrom(" ", "\t", "  ", "\n"));

/** Texts that are matchers, nearly matchers and neither, as people and programs type them. */
export const matcherText: fc.Arbitrary<string> = fc
  .tuple(space, name, space, operator, space, value, space)
  .map((parts) => parts.join(""));
