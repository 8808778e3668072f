/* One-key working for those who do this all day. Can be switched off in the "?" dialog (WCAG 2.1.4). */
(function () {
  "use strict";
  const dialog = document.getElementById("keys");
  const toggle = document.getElementById("keys-on");
  function stored() { try { return localStorage.getItem("huhang:keys"); } catch (error) { return null; } }
  let on = stored() !== "off";
  if (toggle) {
    toggle.checked = on;
    toggle.addEventListener("change", function () {
      on = toggle.checked;
      try { localStorage.setItem("huhang:keys", on ? "on" : "off"); } catch (error) { /* for this page only, then */ }
    });
  }
  function links() { return Array.from(document.querySelectorAll("[data-ledger] [data-row] a.t")); }
  function move(step) {
    const all = links();
    if (!all.length) return false;
    const row = document.activeElement && document.activeElement.closest("[data-row]");
    const at = row ? all.indexOf(row.querySelector("a.t")) : -1;
    const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))];
    next.focus({ preventScroll: true });
    next.closest("tr").scrollIntoView({ block: "nearest" });
    return true;
  }
  function pick() {
    const row = document.activeElement && document.activeElement.closest("[data-row]");
    const box = row && row.querySelector("[data-pick]");
    if (box) box.click();
    return Boolean(box);
  }
  function toActions() {
    const first = document.querySelector(".acts a, .acts button:not([disabled]), .acts select, .acts input:not([type=hidden])");
    if (first) { first.scrollIntoView({ block: "nearest" }); first.focus(); }
    return Boolean(first);
  }
  function find() {
    const box = document.getElementById("find");
    if (box) { box.focus(); box.select(); }
    return Boolean(box);
  }
  function help() {
    if (!dialog || !dialog.showModal) return false;
    if (!dialog.open) dialog.showModal();
    return true;
  }
  function leave(target) {
    if (dialog && dialog.open) { dialog.close(); return true; }
    if (location.hash === "#menu") { location.hash = "main"; return true; }
    if (target.matches("input, textarea, select")) { target.blur(); return true; }
    return false;
  }
  // A link that says which key it goes by: print, export, new, views, save. Digits go to the views in the filter bar.
  function follow(key) {
    const link = document.querySelector('a[data-key="' + key + '"]');
    if (link) link.click();
    return Boolean(link);
  }
  function view(nth) {
    const link = document.querySelectorAll("[data-views] a[data-view]")[nth - 1];
    if (link) link.click();
    return Boolean(link);
  }
  function turn(rel) {
    const link = document.querySelector('a[rel="' + rel + '"]');
    if (link) link.click();
    return Boolean(link);
  }
  const goes = { i: "/desk/", l: "/desk/ledger/", v: "/desk/views/", m: "/desk/messages/" };
  let going = 0;
  const does = {
    n: function () { return follow("n"); }, e: function () { return follow("e"); }, p: function () { return follow("p"); },
    s: function () { return follow("s"); }, v: function () { return follow("v"); },
    "]": function () { return turn("next"); }, "[": function () { return turn("prev"); },
    g: function () { going = Date.now(); return true; },
    j: function () { return move(1); }, k: function () { return move(-1); }, x: pick, a: toActions, "/": find, "?": help,
  };
  document.addEventListener("keydown", function (event) {
    // While Chinese is being composed a letter is not a command.
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const target = event.target;
    if (event.key === "Escape") { if (!(target.closest && target.closest(".dropdown-menu.show, .modal.show"))) leave(target); return; }
    if (!on || (dialog && dialog.open) || target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : "";
    if (going && Date.now() - going < 1500 && goes[key]) {
      going = 0;
      event.preventDefault();
      location.assign(goes[key]);
      return;
    }
    going = 0;
    if (/^[1-9]$/.test(key)) { if (view(Number(key))) event.preventDefault(); return; }
    const act = does[key];
    if (act && act()) event.preventDefault();
  });
})();
