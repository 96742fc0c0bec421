import { element, mrkdwn, plain } from "./mrkdwn.js";

/**
 * Block Kit as DOM nodes.
 * @param blocks the blocks
 * @param act called with (element, block, value) when a person presses or chooses
 */
export function renderBlocks(blocks, act) {
  const box = element("div", undefined, "blocks");
  for (const block of blocks) {
    box.append(renderBlock(block, act));
  }
  return box;
}

function renderBlock(block, act) {
  switch (block.type) {
    case "section":
      return renderSection(block, act);
    case "header":
      return element("h3", document.createTextNode(plain(block.text.text)), "block-header");
    case "context":
      return renderContext(block);
    case "divider":
      return element("hr");
    case "image":
      return renderImage(block);
    case "actions":
      return renderActions(block, act);
    case "input":
      return renderInput(block, act);
    case "table":
      return renderTable(block);
    default:
      return element("p", document.createTextNode(`(a block of type ${block.type})`), "unknown");
  }
}

function renderSection(block, act) {
  const row = element("div", undefined, "section");
  const words = element("div", undefined, "words");
  if (block.text !== undefined) {
    words.append(element("div", text(block.text)));
  }
  if (block.fields !== undefined) {
    const grid = element("div", undefined, "fields");
    grid.append(...block.fields.map((field) => element("div", text(field))));
    words.append(grid);
  }
  row.append(words);
  if (block.accessory !== undefined) {
    row.append(renderElement(block.accessory, block, act));
  }
  return row;
}

function renderContext(block) {
  const row = element("div", undefined, "context");
  row.append(...block.elements.map((one) => (one.type === "image" ? imageOf(one) : element("span", text(one)))));
  return row;
}

function renderImage(block) {
  const figure = element("figure");
  if (block.title !== undefined) {
    figure.append(element("figcaption", document.createTextNode(plain(block.title.text))));
  }
  figure.append(imageOf(block));
  return figure;
}

function imageOf(block) {
  const image = element("img");
  image.alt = block.alt_text;
  image.src = block.slack_file === undefined ? block.image_url : `file/${encodeURIComponent(block.slack_file.id)}`;
  return image;
}

function renderActions(block, act) {
  const row = element("div", undefined, "actions");
  row.append(...block.elements.map((one) => renderElement(one, block, act)));
  return row;
}

function renderElement(one, block, act) {
  switch (one.type) {
    case "button":
      return renderButton(one, block, act);
    case "static_select":
    case "overflow":
      return renderSelect(one, block, act);
    case "image":
      return imageOf(one);
    default:
      return element("span", document.createTextNode(`(${one.type})`), "unknown");
  }
}

function renderButton(one, block, act) {
  const button = element("button", document.createTextNode(plain(one.text.text)), one.style ?? "");
  button.type = "button";
  if (one.accessibility_label !== undefined) {
    button.setAttribute("aria-label", one.accessibility_label);
  }
  button.addEventListener("click", () => {
    if (one.url !== undefined) {
      window.open(one.url, "_blank", "noreferrer");
    }
    act(one, block);
  });
  return button;
}

/** A menu; it falls back to its placeholder after a choice, as a press is an event and not a state. */
function renderSelect(one, block, act) {
  const select = element("select");
  select.setAttribute(
    "aria-label",
    one.type === "overflow" ? "More actions" : plain(one.placeholder?.text ?? "Choose"),
  );
  if (one.initial_option === undefined) {
    const first = element(
      "option",
      document.createTextNode(one.type === "overflow" ? "⋯" : plain(one.placeholder?.text ?? "Choose …")),
    );
    first.value = "";
    first.selected = true;
    select.append(first);
  }
  for (const option of one.options) {
    select.append(optionOf(option, one.initial_option));
  }
  select.className = one.type;
  select.addEventListener("change", () => {
    if (select.value !== "") {
      act(one, block, select.value);
      if (one.initial_option === undefined) {
        select.value = "";
      }
    }
  });
  return select;
}

function optionOf(option, initial) {
  const made = element("option", document.createTextNode(plain(option.text.text)));
  made.value = option.value;
  made.selected = initial !== undefined && initial.value === option.value;
  return made;
}

function renderInput(block, act) {
  const label = element("label", undefined, "input");
  const optional = block.optional === true ? " (optional)" : "";
  label.append(element("span", document.createTextNode(plain(block.label.text) + optional), "label"));
  const one = block.element;
  const field = one.type === "plain_text_input" ? textField(one) : selectField(one);
  field.name = block.block_id;
  if (block.dispatch_action === true) {
    let timer;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => act(one, block, field.value), 400);
    });
  }
  label.append(field);
  if (block.hint !== undefined) {
    label.append(element("span", document.createTextNode(plain(block.hint.text)), "hint"));
  }
  const error = element("span", undefined, "error");
  error.dataset.errorFor = block.block_id;
  error.setAttribute("role", "alert");
  label.append(error);
  return label;
}

function textField(one) {
  const field = element(one.multiline ? "textarea" : "input");
  if (one.multiline) {
    field.rows = 4;
  }
  field.value = one.initial_value ?? "";
  if (one.max_length !== undefined) {
    field.maxLength = one.max_length;
  }
  return field;
}

function selectField(one) {
  const field = element("select");
  field.multiple = one.type === "multi_static_select";
  if (one.initial_option === undefined && !field.multiple) {
    const none = element("option", document.createTextNode(plain(one.placeholder?.text ?? "Choose …")));
    none.value = "";
    field.append(none);
  }
  field.append(...one.options.map((option) => optionOf(option, one.initial_option)));
  return field;
}

function renderTable(block) {
  const table = element("table");
  block.rows.forEach((row, index) => {
    const line = element("tr");
    line.append(
      ...row.map((cell) => element(index === 0 ? "th" : "td", document.createTextNode(plain(cell.text ?? "")))),
    );
    table.append(line);
  });
  return table;
}

function text(object) {
  return object.type === "mrkdwn" ? mrkdwn(object.text) : document.createTextNode(plain(object.text));
}
