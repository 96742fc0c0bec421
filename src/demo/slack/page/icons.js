/** Signs drawn here, because many machines have no font with emoji. Names are Slack's; each is a colour and paths in a 16 × 16 box. */

const SVG = "http://www.w3.org/2000/svg";
const RED = "#d6293e";
const AMBER = "#d98e04";
const GREEN = "#2f9e63";
const GREY = "#7d858f";
const BLUE = "#2f7fd1";
const PURPLE = "#8250c4";
const BELL =
  "M8 1.5c-2.6 0-4 1.9-4 4.3 0 3.3-1.5 4.3-1.5 5.2h11c0-.9-1.5-1.9-1.5-5.2 0-2.4-1.4-4.3-4-4.3zM6.5 12.3a1.6 1.6 0 0 0 3 0z";
const CIRCLE = "M8 1.6a6.4 6.4 0 1 0 0 12.8A6.4 6.4 0 0 0 8 1.6z";
const TRIANGLE = "M8 1.5 15.2 14H.8zM7.2 6v4h1.6V6zm0 5v1.6h1.6V11z";

const ICONS = {
  red_circle: [RED, CIRCLE],
  large_yellow_circle: [AMBER, CIRCLE],
  large_green_circle: [GREEN, CIRCLE],
  large_purple_circle: [PURPLE, CIRCLE],
  heavy_minus_sign: [GREY, "M2 6.900h12v2.200H2z"],
  writing_hand: [BLUE, "M11.500 1 15 4.500 5.500 14 1.500 14.500 2 10.500zM2.500 15.200h11v.8h-11z"],
  white_circle: [
    GREY,
    "M8 1.6a6.4 6.4 0 1 0 0 12.8A6.4 6.4 0 0 0 8 1.6zm0 1.6a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6z",
  ],
  bell: [AMBER, BELL],
  no_bell: [GREY, `${BELL}M1 2.4 2.1 1.3 15 14.2l-1.1 1.1z`],
  seedling: [
    GREEN,
    "M7.3 14.5V9C4 9 2 7.200 1.8 4c3.300 0 5.300 1.400 5.900 3.500C8.100 4.500 10.200 2.800 14.200 3c0 3.800-2 5.600-5.400 5.800v5.700z",
  ],
  warning: [AMBER, TRIANGLE],
  rotating_light: [
    RED,
    "M8 3.500a4 4 0 0 0-4 4V12h8V7.500a4 4 0 0 0-4-4zM2.500 13h11v1.700h-11zM7.300.6h1.400v2H7.300zM1.300 3.300l1-1L3.800 3.700l-1 1zm11-.6 1.300-1.300 1 1-1.400 1.400z",
  ],
  pager: [
    BLUE,
    "M2 4h12a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm1 1.600v2.800h10V5.600zM3 9.600v1h2.500v-1z",
  ],
  book: [
    BLUE,
    "M1 3c2.600-.9 5-.6 6.500.6V14C6 12.900 3.600 12.600 1 13.400zm14 0c-2.600-.9-5-.6-6.500.6V14c1.500-1.100 3.900-1.400 6.500-.6z",
  ],
  bulb: [
    AMBER,
    "M8 1a4.800 4.800 0 0 0-2.800 8.700c.5.4.8.8.8 1.300h4c0-.5.3-.9.8-1.300A4.800 4.800 0 0 0 8 1zM6 12h4v1H6zm.7 2h2.600l-.5 1H7.200z",
  ],
  raised_hand: [
    AMBER,
    "M5 7V3a.9.9 0 0 1 1.800 0v-.8a.9.9 0 0 1 1.800 0V3a.9.9 0 0 1 1.800 0v1a.9.9 0 0 1 1.800 0v6.500A4.500 4.500 0 0 1 7.700 15C5.500 15 4.400 13.700 3.400 12L1.600 9c-.5-.9.6-1.700 1.400-1L5 9.600z",
  ],
  hourglass: [
    GREY,
    "M3.500 1h9v1.500h-1c0 2.600-1 4-2.500 5.500 1.500 1.500 2.500 2.900 2.500 5.500h1V15h-9v-1.500h1c0-2.600 1-4 2.500-5.500-1.500-1.500-2.500-2.900-2.500-5.500h-1z",
  ],
  x: [
    RED,
    "M3.200 1.800 8 6.600l4.800-4.800 1.400 1.400L9.400 8l4.800 4.800-1.400 1.400L8 9.400l-4.800 4.800-1.400-1.400L6.600 8 1.800 3.200z",
  ],
  no_entry: [RED, `${CIRCLE}M4 7v2h8V7z`],
  information_source: [BLUE, `${CIRCLE}M7.100 7h1.800v5H7.100zm0-3h1.800v1.800H7.100z`],
  pray: [GREEN, "M1.500 8.500 3 7l3.300 3.300L13 3.500 14.500 5l-8.200 8.300z"],
  white_check_mark: [GREEN, "M1.500 8.500 3 7l3.300 3.300L13 3.500 14.500 5l-8.200 8.300z"],
  wave: [
    BLUE,
    "M5 7V3a.9.9 0 0 1 1.800 0v-.8a.9.9 0 0 1 1.800 0V3a.9.9 0 0 1 1.800 0v1a.9.9 0 0 1 1.800 0v6.500A4.500 4.500 0 0 1 7.700 15C5.500 15 4.400 13.700 3.400 12L1.600 9c-.5-.9.6-1.700 1.400-1L5 9.600z",
  ],
  calendar: [BLUE, "M4 1h1.500v1.500h5V1H12v1.500h2V14H2V2.500h2zm-.5 5v6.500h9V6z"],
  no_mobile_phones: [RED, "M4 1h8v14H4zm1.500 2v9h5V3zM1 2.400 2.100 1.300 15 14.200l-1.100 1.100z"],
  handshake: [BLUE, "M1 6h9V3.500L15 7.500H1zm14 4H6v2.500L1 8.500h14z"],
  ocean: [
    BLUE,
    "M1 6c2.300-2.500 4.700-2.500 7 0s4.700 2.500 7 0v2.500c-2.300 2.500-4.700 2.500-7 0s-4.700-2.500-7 0zm0 5c2.300-2.500 4.700-2.500 7 0s4.700 2.500 7 0v2.500c-2.300 2.500-4.700 2.500-7 0s-4.700-2.500-7 0z",
  ],
  sunrise: [
    AMBER,
    "M3 11a5 5 0 0 1 10 0zM1 12h14v1.500H1zM7.300 2h1.400v2.500H7.300zM2 5l1-1 1.700 1.700-1 1zm9.300.7L13 4l1 1-1.700 1.700z",
  ],
};

/** A sign by its Slack name; the name itself, between colons, where there is no drawing of it. */
export function icon(name) {
  const drawing = ICONS[name];
  if (drawing === undefined) {
    return document.createTextNode(`:${name}:`);
  }
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", name.replaceAll("_", " "));
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", drawing[1]);
  path.setAttribute("fill", drawing[0]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}
