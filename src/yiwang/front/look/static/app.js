// 页面脚本 — what makes pages quicker by keyboard; every page works without it. No text of its own: words come with the page.
"use strict";

const typing = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const visible = (element) => element.getClientRects().length > 0;

// ── keys ──
function showKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog || dialog.open) return;
  const list = dialog.querySelector("[data-keys]");
  list.querySelectorAll("[data-own]").forEach((line) => line.remove());
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!visible(element)) continue;
    const term = document.createElement("dt");
    const words = document.createElement("dd");
    const key = document.createElement("kbd");
    key.textContent = element.dataset.key.toUpperCase();
    term.append(key);
    words.textContent = element.dataset.keyLabel || element.textContent.trim();
    term.dataset.own = words.dataset.own = "";
    list.append(term, words);
  }
  dialog.showModal();
}

function rows() {
  const holder = document.querySelector("[data-rows]");
  return holder ? [...holder.querySelectorAll("[data-href], a.split-row")].filter(visible) : [];
}

function walk(step) {
  const all = rows();
  if (!all.length) return false;
  const now = all.findIndex((row) => row.classList.contains("is-current"));
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + step));
  all.forEach((row, n) => row.classList.toggle("is-current", n === next));
  all[next].scrollIntoView({ block: "nearest" });
  return true;
}

function openRow() {
  const row = document.querySelector("[data-rows] .is-current");
  if (!row) return false;
  location.assign(row.dataset.href || row.href);
  return true;
}

function press(key) {
  const wanted = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key.toLowerCase() === key && visible(element) && !element.disabled);
  if (wanted) wanted.click();
  return Boolean(wanted);
}

function focusSearch() {
  const fields = [...document.querySelectorAll("[data-search]")].filter(visible);
  const field = fields.find((each) => each.closest("main")) || fields[0];
  if (field) { field.focus(); field.select(); }
  return Boolean(field);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") { document.querySelectorAll("details.menu[open]").forEach((menu) => menu.open = false); }
  const field = typing(event.target);
  if (field) { if (event.key === "Escape") field.blur(); return; }
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const onControl = event.target.closest("a, button, summary");
  const done = key === "?" ? (showKeys(), true)
    : key === "/" ? focusSearch()
    : key === "enter" ? !onControl && openRow()
    : press(key) || (key === "j" ? walk(1) : key === "k" ? walk(-1) : false);
  if (done) event.preventDefault();
}

// ── copy ──
async function copy(element) {
  await navigator.clipboard.writeText(element.dataset.copy);
  element.classList.add("is-copied");
  setTimeout(() => element.classList.remove("is-copied"), 1500);
}

// ── forms ──
let asked = null;

function confirmFirst(event) {
  const button = event.submitter;
  const question = button && button.dataset.confirm;
  if (!question || asked === button) return true;
  event.preventDefault();
  event.stopPropagation();
  const dialog = document.getElementById("confirm");
  dialog.querySelector("p").textContent = question;
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    asked = button;
    button.form.requestSubmit(button);
    asked = null;
  }, { once: true });
  dialog.showModal();
  return false;
}

function onSubmit(event) {
  const form = event.target;
  if (form.method === "dialog" || !confirmFirst(event)) return;
  if (form.method !== "post" || (event.submitter && event.submitter.formTarget === "_blank")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  // Only after this event: a disabled button's own name and value would not be sent.
  setTimeout(() => form.querySelectorAll("[type=submit], button:not([type])").forEach((each) => each.classList.add("is-busy")));
}

function awake() {
  document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll(".is-busy").forEach((button) => button.classList.remove("is-busy"));
}

// ── page ──
function enliven() {
  for (const number of document.querySelectorAll("[data-copy]:not([role])")) {
    if (!navigator.clipboard) break;
    number.setAttribute("role", "button");
    number.tabIndex = 0;
  }
}

document.addEventListener("keydown", onKey);
document.addEventListener("submit", onSubmit, true);
document.addEventListener("click", (event) => {
  const target = event.target;
  const opener = target.closest("[data-open]");
  if (opener) { event.preventDefault(); showKeys(); }
  const number = target.closest("[data-copy]");
  if (number && navigator.clipboard) copy(number);
  if (target.closest("[data-print]")) print();
  const row = target.closest("tr[data-href]");
  if (row && !target.closest("a, button, input, label, [data-copy]") && !String(getSelection())) location.assign(row.dataset.href);
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });
});
document.addEventListener("htmx:after:swap", enliven);
addEventListener("pageshow", awake);
enliven();
document.querySelector("[data-focus]")?.focus();
