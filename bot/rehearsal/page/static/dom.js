// Building elements. Outside text only ever becomes a text node: nothing here parses HTML.

export function el(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name || "div");
  made.classList.add(...classes);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "data") Object.assign(made.dataset, value);
    else if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter(Boolean));
  return parent;
}

// Make these the children, in this order, without touching those that stand right: they keep focus and selection.
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  [...parent.childNodes].filter((node) => !wanted.has(node)).forEach((node) => node.remove());
  nodes.forEach((node, place) => {
    if (parent.childNodes[place] !== node) parent.insertBefore(node, parent.childNodes[place] ?? null);
  });
}

const TONES = 7;

export function avatar(title, number) {
  const words = title.split(/[\s,]+/).filter(Boolean);
  const letters = words.length > 1 ? words.at(-2)[0] + words.at(-1)[0] : title.slice(0, 2);
  return el("span.avatar", { "aria-hidden": "true", data: { tone: Math.abs(number) % TONES } }, letters.toUpperCase());
}

export function toast(text, kind = "plain") {
  const shown = el("div.toast", { data: { kind } }, text);
  document.getElementById("toasts").append(shown);
  setTimeout(() => shown.remove(), 5000);
}
