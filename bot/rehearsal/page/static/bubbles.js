// One message as a bubble.

import { el } from "./dom.js";
import { formatted, link } from "./entities.js";
import { size, t } from "./words.js";

// `acts` holds what one can do: command(text), press(row, column, button), edit(), reply(), show(file).
export function bubble(message, person, acts) {
  if (message.service) return el("div.service", { data: { id: message.id } }, serviceText(message.service));
  const mine = message.from === person;
  const body = el(
    "div.bubble",
    {},
    el("span.who", { data: { tone: Math.abs(message.from ?? 0) % 7 } }, message.who),
    message.reply && el("div.quote", {}, el("b", {}, message.reply.who), message.reply.text),
    message.media && media(message.media, acts),
    message.text && el("div.text", {}, formatted(message.text, message.entities, acts.command)),
    el("div.foot", {}, tools(message, mine, acts), stamp(message)),
  );
  return el(
    "div.message",
    { data: { id: message.id, mine: mine ? "yes" : "no", from: message.from ?? "" } },
    body,
    message.buttons.length > 0 && keyboard(message.buttons, acts),
  );
}

export function serviceText(service) {
  return t(`service.${service.kind}`, service.names.join(", "));
}

function stamp(message) {
  const marks = [message.pinned && "📌", message.edited && t("edited"), message.time].filter(Boolean);
  return el("span.stamp", {}, marks.join(" "));
}

function tools(message, mine, acts) {
  return el(
    "span.tools",
    {},
    mine && !message.media && tool("✎", t("edit"), acts.edit),
    tool("↩", t("reply"), acts.reply),
  );
}

function tool(sign, label, act) {
  return el("button.tool", { type: "button", title: label, "aria-label": label, onclick: act }, sign);
}

function keyboard(rows, acts) {
  return el(
    "div.keyboard",
    {},
    rows.map((row, number) =>
      el(
        "div.row",
        {},
        row.map((button, column) =>
          button.url
            ? link(button.url, [button.text, " ↗"])
            : el(
                "button.inline",
                { type: "button", onclick: (event) => acts.press(number, column, event.currentTarget) },
                button.text,
              ),
        ),
      ),
    ),
  );
}

function media(card, acts) {
  const address = card.file && `/api/files/${encodeURIComponent(card.file)}`;
  if (card.kind === "photo" && address) {
    const picture = el("img", { src: address, alt: t("photo"), width: card.width, height: card.height });
    return el("button.photo", { type: "button", "aria-label": t("photo"), onclick: () => acts.show(address) }, picture);
  }
  if (card.kind === "document" && address) {
    return el(
      "a.document",
      { href: `${address}?save`, download: card.name },
      el("span.sheet", { "aria-hidden": "true" }, "⇩"),
      el("span", {}, el("b", {}, card.name), el("small", {}, `${size(card.size)} · ${t("download")}`)),
    );
  }
  return el("em.other", {}, card.kind);
}
