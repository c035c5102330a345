// 页面脚本 — what makes pages quicker by keyboard; every page works without it. No text of its own: words come with the page.
"use strict";

const typing = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const visible = (element) => element.checkVisibility ? element.checkVisibility() : element.getClientRects().length > 0;
// What a closed part of the page hides can still be reached by its key: the part opens.
const folded = (element) => element.closest("main details:not([open])") && !element.closest("[hidden]");

// ── keys ──
function showKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog || dialog.open) return;
  const list = dialog.querySelector("[data-keys]");
  list.querySelectorAll("[data-own]").forEach((line) => line.remove());
  const known = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (known.has(element.dataset.key) || !(visible(element) || folded(element))) continue;
    known.add(element.dataset.key);
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
  const chosen = all.findIndex((row) => row.classList.contains("is-current"));
  const now = chosen < 0 ? all.findIndex((row) => row.hasAttribute("aria-current")) : chosen;
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + step));
  all.forEach((row, n) => row.classList.toggle("is-current", n === next));
  all[next].scrollIntoView({ block: "nearest" });
  return true;
}

const current = () => document.querySelector("[data-rows] .is-current") || document.querySelector("[data-rows] [aria-current]");

function openRow() {
  const row = current();
  if (!row) return false;
  if (row.href) row.click(); else location.assign(row.dataset.href);
  return true;
}

// The row whose thing stands open beside the list, after a click or a way back. Once it is marked, what else comes into
// the page (who is looking, every few seconds) leaves alone the row that J and K have gone to.
function markOpen() {
  const list = document.querySelector("[data-rows]");
  if (!list) return;
  const all = [...list.querySelectorAll("a.split-row")];
  if (all.some((row) => row.hasAttribute("aria-current") && row.pathname === location.pathname)) return;
  for (const row of all) {
    const open = row.pathname === location.pathname;
    row.classList.toggle("is-current", open);
    if (open) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  }
}

function selectRow() {
  const box = current()?.parentElement.querySelector("input[type=checkbox]");
  if (box) box.click();
}

// A phrase goes into the field of its form, after what stands there.
function insert(phrase) {
  const field = phrase.form.elements.words;
  field.value = [field.value.trim(), phrase.dataset.insert].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.closest("details")?.setAttribute("open", "");
}

function press(key) {
  const all = [...document.querySelectorAll("[data-key]")].filter((element) => element.dataset.key.toLowerCase() === key && !element.disabled);
  const wanted = all.find(visible) || all.find(folded);
  if (!wanted) return false;
  const own = wanted.matches("summary") ? wanted.parentElement : null;
  for (let part = (own || wanted).parentElement.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  if (wanted.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) wanted.focus();
  else wanted.click();
  if (wanted.matches("summary")) wanted.parentElement.querySelector("select, textarea, input:not([type=hidden]), button")?.focus();
  return true;
}

// Escape leaves what was opened last: a menu, the form of an act.
function closeParts(target) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => menu.open = false);
  const part = target.closest("main details[data-close][open]");
  if (part) { part.open = false; part.querySelector("summary").focus(); }
}

function focusSearch() {
  const fields = [...document.querySelectorAll("[data-search]")].filter(visible);
  const field = fields.find((each) => each.closest("main")) || fields[0];
  if (field) { field.focus(); field.select(); }
  return Boolean(field);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = typing(event.target);
  if (event.key === "Escape") { field?.blur(); closeParts(event.target); return; }
  if (field) return;
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
  if (target.closest("[data-select-row]")) selectRow();
  const phrase = target.closest("[data-insert]");
  if (phrase) { event.preventDefault(); insert(phrase); }
  const row = target.closest("tr[data-href]");
  if (row && !target.closest("a, button, input, label, [data-copy]") && !String(getSelection())) location.assign(row.dataset.href);
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });
});
document.addEventListener("htmx:after:swap", () => { enliven(); markOpen(); });
addEventListener("pageshow", awake);
enliven();
document.querySelector("[data-focus]")?.focus();
