/* Improves pages that already work without it. No eval, no inline handlers: the content policy is script-src 'self'. */
(function () {
  "use strict";
  const words = (document.getElementById("frame-words") || { dataset: {} }).dataset;
  const frame = (window.huhang = window.huhang || {});
  frame.words = words;

  /* ---- the rail scrolls by itself on a low screen: the line of this page must not be hidden below its edge ---- */
  const rail = document.querySelector(".rail .in");
  const here = rail && rail.querySelector("[aria-current]");
  if (here && here.offsetTop + here.offsetHeight > rail.clientHeight) {
    rail.scrollTop = here.offsetTop + here.offsetHeight - rail.clientHeight + 40;
  }

  /* ---- toasts: what happened, in the server's own sentence ---- */
  frame.say = function (text, options) {
    const place = document.getElementById("toasts");
    if (!place || !text) return null;
    const box = document.createElement("div");
    box.className = "notice " + ((options && options.tone) || "");
    const said = document.createElement("span");
    said.textContent = text;
    box.append(said);
    if (options && options.url) {
      const link = document.createElement("a");
      link.href = options.url;
      link.textContent = options.label;
      box.append(link);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-text end";
    close.textContent = words.close;
    close.addEventListener("click", function () { box.remove(); });
    box.append(close);
    place.append(box);
    // A sentence that asks for something stays until it is closed; a mere "done" goes by itself.
    if (options && options.brief) setTimeout(function () { box.remove(); }, 4000);
    return box;
  };

  frame.sessionExpired = function () {
    const here = location.pathname + location.search;
    const url = words.signInUrl ? words.signInUrl + "?next=" + encodeURIComponent(here) : here;
    frame.say(words.expired, { tone: "warning", url: url, label: words.signIn });
  };

  /* ---- a form is sent once: further clicks do nothing until an answer or the back button ---- */
  function buttonsOf(form) {
    const outside = form.id ? document.querySelectorAll('[form="' + CSS.escape(form.id) + '"]') : [];
    return Array.from(form.querySelectorAll("button, input[type=submit]")).concat(Array.from(outside)).filter(function (b) {
      return b.matches("button:not([type=button]), input[type=submit]");
    });
  }
  function setBusy(form, busy) {
    if (busy) form.setAttribute("data-busy", "");
    else form.removeAttribute("data-busy");
    buttonsOf(form).forEach(function (b) {
      if (busy) b.setAttribute("aria-disabled", "true");
      else b.removeAttribute("aria-disabled");
    });
  }
  frame.free = function (form) { setBusy(form, false); };
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if ((form.getAttribute("method") || "get").toLowerCase() !== "post" && !form.matches("[hx-post],[hx-put],[hx-patch],[hx-delete]")) return;
    if (form.hasAttribute("data-busy")) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.setAttribute("data-busy", "");
    // After the other listeners: one of them may have stopped this submission. The buttons are marked only now,
    // because a disabled button does not send its name.
    setTimeout(function () {
      const byScript = form.matches("[hx-post],[hx-put],[hx-patch],[hx-delete]");
      const stopped = byScript ? !form.classList.contains("htmx-request") : event.defaultPrevented;
      setBusy(form, !stopped);
      if (stopped) return;
      form.dispatchEvent(new CustomEvent("huhang:sent", { bubbles: true }));
      if (form.hasAttribute("data-download")) setTimeout(function () { setBusy(form, false); }, 3000);
      else setTimeout(function () { setBusy(form, false); }, 30000);
    }, 0);
  }, true);
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-busy]").forEach(function (form) { setBusy(form, false); });
  });

  /* ---- unsaved work: asked only of forms that keep no draft ---- */
  document.addEventListener("input", function (event) {
    const form = event.target.form;
    if (form && form.hasAttribute("data-unsaved")) form.setAttribute("data-dirty", "");
  });
  document.addEventListener("huhang:sent", function (event) { event.target.removeAttribute("data-dirty"); });
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-dirty]")) { event.preventDefault(); event.returnValue = ""; }
  });

  /* ---- small conveniences ---- */
  document.addEventListener("change", function (event) {
    const target = event.target;
    if (target.matches("[data-autosubmit]") && target.form) {
      if (target.form.requestSubmit) target.form.requestSubmit();
      else target.form.submit();
    }
    if (target.matches("[data-pick-all]")) {
      target.closest("table").querySelectorAll("[data-pick]").forEach(function (box) { box.checked = target.checked; });
      showPicked();
    }
    if (target.matches("[data-pick]")) showPicked();
  });
  function showPicked() {
    document.querySelectorAll("[data-pick]").forEach(function (box) {
      box.closest("tr").classList.toggle("chosen", box.checked);
    });
    document.querySelectorAll("[data-picked]").forEach(function (place) {
      const id = place.getAttribute("data-picked");
      const n = document.querySelectorAll('[data-pick][form="' + CSS.escape(id) + '"]:checked').length;
      place.textContent = (words.chosen || "{n}").replace("{n}", String(n));
    });
  }
  function copied(ok) { frame.say(ok ? words.copied : words.copyFailed, { brief: ok, tone: ok ? "success" : "error" }); }
  function copyOldWay(text) {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    let ok = false;
    try { ok = document.execCommand("copy"); } catch (error) { ok = false; }
    area.remove();
    copied(ok);
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("[data-copy],[data-copy-from],[data-print],[data-opens]");
    if (!button) return;
    if (button.hasAttribute("data-print")) { window.print(); return; }
    if (button.hasAttribute("data-opens")) {
      const dialog = document.getElementById(button.getAttribute("data-opens"));
      if (dialog && dialog.showModal) dialog.showModal();
      return;
    }
    const from = button.getAttribute("data-copy-from");
    const source = from ? document.querySelector(from) : null;
    const text = source ? (source.value === undefined ? source.textContent.trim() : source.value) : button.getAttribute("data-copy");
    // The clipboard interface exists only on https and localhost; an intranet address may be neither.
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () { copied(true); }, function () { copyOldWay(text); });
    } else copyOldWay(text);
  });
  function improve(root) {
    root.querySelectorAll("[data-copy][hidden],[data-copy-from][hidden],[data-print][hidden],[data-pick-all][hidden],[data-opens][hidden]").forEach(function (one) { one.hidden = false; });
    const first = root.querySelector("[data-focus]");
    if (first) first.focus({ preventScroll: false });
    showPicked();
  }

  /* ---- parts fetched by htmx ---- */
  function serverSentence(xhr) {
    const type = xhr.getResponseHeader("Content-Type") || "";
    if (type.indexOf("json") >= 0) {
      try { const body = JSON.parse(xhr.responseText); return body.detail || body.title || ""; } catch (error) { return ""; }
    }
    if (type.indexOf("html") >= 0) {
      const said = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-say]");
      return said ? said.textContent.trim() : "";
    }
    return type.indexOf("text/plain") >= 0 ? xhr.responseText.slice(0, 300) : "";
  }
  function landedOnSignIn(xhr) {
    if (!words.signInUrl || !xhr.responseURL) return false;
    return new URL(xhr.responseURL).pathname === words.signInUrl && location.pathname !== words.signInUrl;
  }
  document.addEventListener("htmx:configRequest", function (event) {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    const xhr = event.detail.xhr;
    if (landedOnSignIn(xhr)) { event.detail.shouldSwap = false; frame.sessionExpired(); return; }
    // "Somebody was faster": swapped only where the server names the place, so that typed text is never overwritten.
    if (xhr.status === 409 && xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:responseError", function (event) {
    const xhr = event.detail.xhr;
    if (xhr.status === 401) { frame.sessionExpired(); return; }
    frame.say(serverSentence(xhr) || words.failed, { tone: "error" });
  });
  document.addEventListener("htmx:sendError", function () { frame.say(words.offline, { tone: "error" }); });
  document.addEventListener("htmx:timeout", function () { frame.say(words.slow, { tone: "warning" }); });
  document.addEventListener("htmx:afterRequest", function (event) {
    const form = event.detail.elt && event.detail.elt.closest && event.detail.elt.closest("form");
    if (form) setBusy(form, false);
  });
  document.addEventListener("htmx:load", function (event) { improve(event.detail.elt); });
  improve(document);
})();
