// Keys, the sum, suggestions. Every page works without this file.
"use strict";
(() => {
  const typing = (element) =>
    element.isContentEditable || (element.matches("input, textarea, select") && !element.matches("[type=checkbox], [type=radio]"));
  const stored = (value) => {
    try { return value === undefined ? localStorage.getItem("keys") : localStorage.setItem("keys", value); } catch { return null; }
  };
  const on = () => stored() !== "off";
  const find = (key) => document.querySelector(`main [data-key="${CSS.escape(key)}"], .tools [data-key="${CSS.escape(key)}"]`);
  let busy = false;
  const waiting = []; // keys that were typed while the next page was on its way

  function act(key) {
    const element = find(key);
    if (!element) return false;
    if (element.dataset.dialog) document.getElementById(element.dataset.dialog).showModal();
    else if (element.matches("textarea, input:not([type=checkbox])")) { element.focus(); element.select(); }
    else element.click();
    return true;
  }

  function pressed(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (target.matches("textarea[data-suggest]")) return inComment(event);
    if (typing(target)) { if (key === "Escape") target.blur(); return; }
    if (!on()) return;
    if (key === "Enter" && target.matches("a, button, summary")) return;
    if (busy) { waiting.push(key); event.preventDefault(); return; }
    if (act(key)) event.preventDefault();
  }

  function inComment(event) {
    const { key, target } = event;
    if (key === "Escape") target.blur();
    else if (key === "Enter" && !event.shiftKey && on()) { event.preventDefault(); if (!busy) act("Enter"); }
    else if (key === "Tab" && !event.shiftKey && target.dataset.next) {
      event.preventDefault(); target.value = target.dataset.next; suggest(target);
    }
  }

  // A key that waited: where it finds a text being typed, it is part of that.
  function replay(key) {
    const target = document.activeElement;
    if (!target || !typing(target)) return act(key);
    if (key === "Escape") target.blur();
    else if (key === "Enter") act("Enter");
    else if (key === "Tab" && target.dataset.next) { target.value = target.dataset.next; suggest(target); }
    else if (key.length === 1) {
      target.setRangeText(key, target.selectionStart, target.selectionEnd, "end");
      target.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function suggest(area) {
    const typed = area.value.trim().toLowerCase();
    const known = [...document.getElementById(area.dataset.suggest).options].map((option) => option.value);
    const fits = (phrase) => typed && phrase.toLowerCase() !== typed && phrase.toLowerCase().includes(typed);
    const next = known.find((phrase) => fits(phrase) && phrase.toLowerCase().startsWith(typed)) || known.find(fits) || "";
    area.dataset.next = next;
    document.getElementById("suggested").textContent = next && `Tab: ${next}`;
  }

  function sum(form) {
    const items = [...form.querySelectorAll("[data-points]:checked")];
    const typed = form.querySelector("#adjustment").value.trim().replace(",", ".").replace("−", "-");
    const all = items.reduce((before, item) => before + Number(item.dataset.points), Number(typed) || 0);
    const points = Math.round(100 * Math.min(Math.max(all, 0), Number(form.dataset.max))) / 100;
    form.querySelector(".sum").textContent = items.length || typed ? String(points) : "–";
  }

  function tell(text) {
    const notice = document.getElementById("notice");
    notice.textContent = text;
    notice.classList.toggle("bad", Boolean(text));
  }

  document.addEventListener("keydown", pressed);
  document.addEventListener("input", ({ target }) => {
    if (target.matches("[data-suggest]")) suggest(target);
    if (target.closest(".mark")) sum(target.closest(".mark"));
    if (target.matches("[data-switch=keys]")) stored(target.checked ? "on" : "off");
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link) { event.preventDefault(); event.stopPropagation(); document.getElementById(link.dataset.dialog).showModal(); }
  }, true);
  const ready = () => document.querySelectorAll("[data-switch=keys]").forEach((box) => { box.checked = on(); });
  document.addEventListener("htmx:beforeRequest", () => { busy = true; });
  document.addEventListener("htmx:afterSettle", () => {
    busy = false;
    ready();
    window.scrollTo(0, 0);
    if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
    while (waiting.length && !busy) replay(waiting.shift());
  });
  function lost(why) {
    busy = false; waiting.length = 0;
    tell(`Not saved: ${why}`);
  }

  document.addEventListener("htmx:sendError", () => lost("the review does not answer. Start it again, then save."));
  document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (!detail.shouldSwap) lost(detail.xhr.responseText); });
  ready();
})();
