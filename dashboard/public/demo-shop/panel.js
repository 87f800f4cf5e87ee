// "What just happened": the calls as analytics.js reports them, kept while the tab is open. Text only, never HTML.
const KEY = "inlet-demo-calls";
const KEEP = 40;

const panel = document.querySelector(".panel");
const list = panel.querySelector("ol");

function read() {
  try {
    const calls = JSON.parse(sessionStorage.getItem(KEY));
    if (Array.isArray(calls)) return calls;
  } catch (error) {
    console.warn("forgetting earlier calls", error);
  }
  return [];
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

function row({ method, title, detail, payload, at }) {
  const item = document.createElement("li");
  const summary = document.createElement("summary");
  summary.append(element("span", `badge ${method}`, method), element("span", "call", title));
  summary.append(element("time", "quiet", new Date(at).toLocaleTimeString([], { timeStyle: "medium" })));
  if (detail) summary.append(element("span", "quiet detail", detail));
  const details = document.createElement("details");
  details.append(summary, element("pre", "", JSON.stringify(payload, null, 2)));
  item.append(details);
  return item;
}

function draw() {
  const calls = read();
  list.replaceChildren(...calls.map(row));
  panel.querySelector("[data-empty]").hidden = calls.length > 0;
  const [last] = calls;
  panel.querySelector("[data-latest]").textContent = last ? `${last.method} · ${last.title}` : "Nothing yet.";
}

const money = (amount) => (typeof amount === "number" ? `$${amount.toFixed(2)}` : "");
const summaryOf = (properties) =>
  [properties.name ?? properties.order_id, money(properties.total ?? properties.price)].filter(Boolean).join(" · ");

/** How a person would say each call, from the arguments analytics.js reports it with. */
const readers = {
  page: ([, name, properties]) => ({
    title: name ?? properties?.title ?? "Page",
    detail: properties?.path ?? "",
    payload: properties,
  }),
  identify: ([userId, traits]) => ({ title: userId, detail: traits?.email ?? "", payload: traits }),
  track: ([event, properties]) => ({ title: event, detail: summaryOf(properties ?? {}), payload: properties }),
  reset: () => ({ title: "Signed out", detail: "a new anonymous visitor from here on", payload: {} }),
};

/** Takes in what the page's head has heard since the last time. */
function hear() {
  const heard = window.shopCalls.splice(0).map(({ method, args, at }) => ({ method, at, ...readers[method](args) }));
  sessionStorage.setItem(KEY, JSON.stringify([...heard.toReversed(), ...read()].slice(0, KEEP)));
  draw();
}

export function startPanel() {
  addEventListener("shop-call", hear);
  hear();
}

export function foldPanel(button) {
  const open = panel.dataset.open !== "true";
  panel.dataset.open = String(open);
  button.setAttribute("aria-expanded", String(open));
  button.textContent = open ? "Hide" : "Show";
}

export function clearPanel() {
  sessionStorage.removeItem(KEY);
  draw();
}
