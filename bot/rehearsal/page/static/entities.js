// A message's text with its entities, as nodes. Offsets count UTF-16 units, as JavaScript's strings do.

import { el } from "./dom.js";

const TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  spoiler: "span.spoiler",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
  mention: "span.link",
  hashtag: "span.link",
};

// `command` is called with a command that was clicked.
export function formatted(text, entities, command) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nodes(text, 0, text.length, sorted, command);
}

function nodes(text, start, end, entities, command) {
  const made = [];
  let at = start;
  let rest = entities;
  while (rest.length) {
    const [first, ...others] = rest;
    const stop = Math.min(first.offset + first.length, end);
    if (first.offset < at || first.offset >= end) {
      rest = others;
      continue;
    }
    if (first.offset > at) made.push(text.slice(at, first.offset));
    const inside = others.filter((each) => each.offset < stop);
    const children = nodes(text, first.offset, stop, inside, command);
    made.push(wrapped(first, text.slice(first.offset, stop), children, command));
    at = stop;
    rest = others.filter((each) => each.offset >= stop);
  }
  if (at < end) made.push(text.slice(at, end));
  return made;
}

function wrapped(entity, text, children, command) {
  if (entity.type === "bot_command") {
    return el("button.command", { type: "button", onclick: () => command(text) }, children);
  }
  if (entity.type === "url" || entity.type === "text_link") {
    return link(entity.url ?? text, children);
  }
  return el(TAGS[entity.type] ?? "span", {}, children);
}

// Only addresses of the web become links: never javascript: or data:.
export function link(address, children, tag = "a") {
  if (!/^https?:\/\//i.test(address)) return el("span", {}, children);
  return el(tag, { href: address, target: "_blank", rel: "noopener noreferrer" }, children);
}
