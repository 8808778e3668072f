/* Keeps what is typed in <form data-keep="key"> on this device until the server has it: a lost session, the back button or
   a crash loses nothing. Never kept: hidden fields, passwords, files, and anything under data-nokeep (SAFEGUARDS 11). */
(function () {
  "use strict";
  const frame = window.huhang;
  if (!frame) return;
  const words = frame.words;
  const owner = document.body.getAttribute("data-who") || "-";
  const prefix = "huhang:draft:" + owner + ":";
  // A signed-in person finds a draft again for a week; on a computer anybody may use it goes after two hours.
  const lifetime = owner === "-" ? 2 * 3600e3 : 7 * 86400e3;
  const initial = new WeakMap();

  function store() {
    try { return window.localStorage; } catch (error) { return null; }
  }
  function kept(field) {
    return field.name && !field.disabled && !field.closest("[data-nokeep]") && !/^(hidden|password|file|submit|button|reset|image)$/.test(field.type);
  }
  function read(form) {
    const values = {};
    Array.from(form.elements).filter(kept).forEach(function (field) {
      const list = (values[field.name] = values[field.name] || []);
      if (field.type === "checkbox" || field.type === "radio") { if (field.checked) list.push(field.value); }
      else if (field.type === "select-multiple") Array.from(field.selectedOptions).forEach(function (o) { list.push(o.value); });
      else list.push(field.value);
    });
    return values;
  }
  function write(form, values) {
    const taken = {};
    Array.from(form.elements).filter(kept).forEach(function (field) {
      const list = values[field.name];
      if (!list) return;
      if (field.type === "checkbox" || field.type === "radio") field.checked = list.indexOf(field.value) >= 0;
      else if (field.type === "select-multiple") Array.from(field.options).forEach(function (o) { o.selected = list.indexOf(o.value) >= 0; });
      else {
        const at = taken[field.name] || 0;
        taken[field.name] = at + 1;
        if (list[at] !== undefined) field.value = list[at];
      }
      field.dispatchEvent(new Event("huhang:restored", { bubbles: true }));
    });
  }
  function key(form) { return prefix + form.getAttribute("data-keep"); }
  function load(name) {
    const place = store();
    if (!place) return null;
    try {
      const draft = JSON.parse(place.getItem(name));
      if (draft && Date.now() - draft.at < lifetime) return draft;
      place.removeItem(name);
    } catch (error) { place.removeItem(name); }
    return null;
  }
  function drop(name) { const place = store(); if (place) place.removeItem(name); }
  function save(form) {
    const place = store();
    if (!place || form.hasAttribute("data-kept")) return;
    const values = read(form);
    // Back to how it was: nothing to keep. A form the server sent back with errors is different: its first state is
    // what the person typed, and nobody else has it.
    const sentBack = form.querySelector("[aria-invalid=true], .field.wrong");
    if (!sentBack && JSON.stringify(values) === JSON.stringify(initial.get(form))) { drop(key(form)); return; }
    try { place.setItem(key(form), JSON.stringify({ at: Date.now(), values: values })); } catch (error) { /* full: the page itself still holds the text */ }
  }

  function notice(form, draft) {
    const box = document.createElement("div");
    box.className = "notice notice-draft";
    box.setAttribute("role", "status");
    const said = document.createElement("span");
    const at = new Date(draft.at);
    const clock = ("0" + at.getHours()).slice(-2) + ":" + ("0" + at.getMinutes()).slice(-2);
    said.textContent = words.restored + " · " + words.savedAt + " " + (at.getMonth() + 1) + "-" + at.getDate() + " " + clock;
    box.append(said);
    if (form.querySelector("[data-nokeep], input[type=file], input[type=password]")) {
      const rest = document.createElement("span");
      rest.className = "small muted";
      rest.textContent = words.notFiles;
      box.append(rest);
    }
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "btn-text end";
    discard.textContent = words.discard;
    discard.addEventListener("click", function () {
      write(form, initial.get(form));
      drop(key(form));
      box.remove();
      const first = Array.from(form.elements).find(kept);
      if (first) first.focus();
    });
    box.append(discard);
    form.prepend(box);
  }
  function start(form) {
    if (initial.has(form)) return;
    initial.set(form, read(form));
    const draft = load(key(form));
    if (draft && JSON.stringify(draft.values) !== JSON.stringify(initial.get(form))) {
      write(form, draft.values);
      notice(form, draft);
    }
    let timer = 0;
    function later() { clearTimeout(timer); timer = setTimeout(function () { save(form); }, 400); }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", function () { clearTimeout(timer); save(form); });
    document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden" && form.isConnected) save(form); });
  }

  /* The server says a form has arrived: a mark in the page, or the event "kept-done" in an HX-Trigger header. */
  function done(name) {
    drop(prefix + name);
    // Somebody who signed in half-way started as nobody.
    drop("huhang:draft:-:" + name);
    document.querySelectorAll('form[data-keep="' + CSS.escape(name) + '"]').forEach(function (form) { initial.set(form, read(form)); });
  }
  document.addEventListener("kept-done", function (event) {
    const detail = event.detail || {};
    done(typeof detail === "string" ? detail : detail.value || detail.key || "");
  });
  document.addEventListener("submit", function (event) {
    if (!event.target.hasAttribute("data-forget-drafts")) return;
    const place = store();
    if (!place) return;
    Object.keys(place).filter(function (name) { return name.indexOf(prefix) === 0; }).forEach(drop);
    // The leaving page must not write them again.
    document.querySelectorAll("form[data-keep]").forEach(function (form) { form.setAttribute("data-kept", ""); });
  });
  function improve(root) {
    root.querySelectorAll("[data-kept-done]").forEach(function (mark) { done(mark.getAttribute("data-kept-done")); });
    if (root.matches && root.matches("form[data-keep]")) start(root);
    root.querySelectorAll("form[data-keep]").forEach(start);
  }
  document.addEventListener("htmx:load", function (event) { improve(event.detail.elt); });
  improve(document);
})();
