/* The visit form with no network: drafts stay on the device, leave when there is a network, and say that they arrived. */
(function () {
  "use strict";
  const store = window.visitStore;
  const $ = function (id) { return document.getElementById(id); };
  const place = $("walk"), words = $("words").dataset, form = $("visit");
  const HEAD = { "HX-Request": "true", "X-Requested-With": "XMLHttpRequest" };
  let hand = null, draft = null, timer = null, chain = Promise.resolve();

  function say(text, link) {
    const box = $("say");
    box.textContent = "";
    if (!text) return;
    const line = document.createElement("div");
    line.className = "notice info";
    line.textContent = text + " ";
    if (link) {
      const a = document.createElement("a");
      a.href = link.url;
      a.textContent = link.label;
      line.append(a);
    }
    box.append(line);
  }
  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-quiet";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }
  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, function (all, name) { return values[name]; });
  }
  function online(yes) {
    $("net").textContent = yes ? words.online : words.offline;
    $("net").classList.toggle("off", !yes);
  }

  /* ---- what is at hand: who is signed in, a token, whom to visit; kept sealed for the next time without a network ---- */
  async function refresh() {
    let answer;
    try { answer = await fetch(place.dataset.atHand, { headers: HEAD, cache: "no-store" }); }
    catch (error) { online(false); return null; }
    online(true);
    if (answer.status === 401) { say(words.expired, { url: place.dataset.signIn, label: words.signIn }); return null; }
    if (!answer.ok) return null;
    hand = await answer.json();
    await store.keepAtHand({ who: hand.who, name: hand.name, mine: hand.mine });
    say("");
    showMine();
    return hand;
  }
  function showMine() {
    const select = $("mine");
    while (select.options.length > 1) select.remove(1);
    (hand ? hand.mine : []).forEach(function (one) { select.add(new Option(one.name, one.id)); });
  }

  /* ---- the draft ---- */
  const fields = function () {
    return Array.from(form.elements).filter(function (f) { return f.name && f.type !== "file" && f.type !== "submit"; });
  };
  function read() {
    const values = [];
    fields().forEach(function (f) {
      if ((f.type === "checkbox" || f.type === "radio") && !f.checked) return;
      values.push([f.name, f.value]);
    });
    return values;
  }
  function write(values) {
    form.reset();
    fields().forEach(function (f) {
      const mine = values.filter(function (pair) { return pair[0] === f.name; }).map(function (pair) { return pair[1]; });
      if (f.type === "checkbox" || f.type === "radio") f.checked = mine.indexOf(f.value) >= 0;
      else if (mine.length) f.value = mine[0];
    });
  }
  /* One after another, so that an older state never overwrites a newer one. */
  function keep() {
    if (!draft) return chain;
    draft.values = read();
    const copy = JSON.parse(JSON.stringify(draft));
    chain = chain.then(function () { return store.put(copy); }).then(
      function () { $("saved").textContent = words.saved + " " + new Date().toTimeString().slice(0, 5); },
      function () { $("saved").textContent = words.full; }
    );
    return chain;
  }
  async function begin(subject, code) {
    draft = {
      id: crypto.randomUUID(), owner: hand ? hand.who : "", state: "draft", at: Date.now(),
      device_at: new Date().toISOString(), subject: subject, code: code || "", values: [],
    };
    form.reset();
    await keep();
    await show();
  }
  async function show() {
    form.hidden = false;
    $("pick").hidden = true;
    $("title").textContent = draft.subject.name;
    const known = hand && hand.mine.find(function (one) { return one.id === draft.subject.id; });
    $("about").textContent = known ? fill(known.nth > known.most ? words.atCap : words.nth, { n: known.nth, most: known.most }) : "";
    if (draft.values.length) write(draft.values);
    wrong(draft.problem);
    await pictures();
    await list();
    window.scrollTo(0, 0);
  }
  function wrong(problem) {
    const box = $("wrong");
    form.querySelectorAll(".field.wrong").forEach(function (f) { f.classList.remove("wrong"); });
    form.querySelectorAll(".error[data-told]").forEach(function (e) { e.remove(); });
    box.hidden = !problem;
    box.textContent = problem ? [problem.text, problem.hint].filter(Boolean).join(" ") : "";
    Object.entries((problem && problem.problems) || {}).forEach(function (pair) {
      const field = form.elements.namedItem(pair[0]);
      const box = field && (field.closest ? field : field[0]).closest(".field");
      const line = document.createElement("div");
      if (!box) { $("wrong").append(document.createElement("br"), pair[1]); return; }
      box.classList.add("wrong");
      line.className = "error";
      line.setAttribute("data-told", "");
      line.textContent = pair[1];
      box.append(line);
      const shut = box.closest("details");
      if (shut) shut.open = true;
    });
    if (problem) box.focus();
  }
  async function away() {
    draft = null;
    form.hidden = true;
    form.reset();
    $("pick").hidden = false;
    $("title").textContent = words.title;
    $("saved").textContent = "";
    await list();
  }
  async function pictures() {
    const shown = $("pictures"), mine = draft.id;
    const photos = await store.photos(mine);
    shown.textContent = "";
    photos.forEach(function (one) {
      const line = document.createElement("li");
      line.append(one.name + " ", button(words.remove, async function () { await store.dropPhoto(one.id); await pictures(); }));
      shown.append(line);
    });
  }

  /* ---- what waits on this device, and what arrived ---- */
  async function list() {
    const drafts = await store.all(), waiting = $("waiting"), arrived = $("arrived");
    waiting.textContent = arrived.textContent = "";
    drafts.forEach(function (one) {
      if (draft && draft.id === one.id) return;
      const line = document.createElement("li");
      if (one.state === "sent") {
        const a = document.createElement("a");
        a.href = one.url;
        a.textContent = one.number;
        line.append(one.subject.name + " ", a);
        if (one.requests.length) line.append(" · " + words.requests + " " + one.requests.join("、"));
        arrived.append(line);
        return;
      }
      const name = document.createElement("b");
      name.textContent = one.subject.name;
      const state = document.createElement("span");
      state.className = "small muted";
      state.textContent = { draft: words.draft, queued: words.queued, conflict: words.conflict }[one.state];
      line.append(name, state);
      if (one.problem) {
        const why = document.createElement("div");
        why.className = "small bad";
        why.textContent = [one.problem.text, one.problem.hint].filter(Boolean).join(" ");
        line.append(why);
      }
      if (one.state === "conflict" && one.problem.code === "visit_cap") line.append(button(words.call, function () { return mend(one, asCall); }));
      if (one.state === "conflict" && one.problem.code === "subject_gone") line.append(button(words.other, function () { return other(one); }));
      line.append(button(words.open, function () { return open(one.id); }));
      waiting.append(line);
    });
    const left = drafts.filter(function (one) { return one.state !== "sent"; });
    $("queue").hidden = !waiting.children.length;
    $("receipt").hidden = !arrived.children.length || left.some(function (one) { return one.state === "queued"; });
  }
  async function open(id) {
    if (draft) await keep();
    draft = await store.one(id);
    if (!draft) return list();
    if (draft.state === "queued") draft.state = "draft";
    return show();
  }
  async function mend(one, change) {
    change(one);
    one.state = "queued";
    one.problem = null;
    await store.put(one);
    await list();
    return send();
  }
  function asCall(one) {
    one.values = one.values.filter(function (pair) { return pair[0] !== "mode"; }).concat([["mode", "call"]]);
  }
  async function other(one) {
    moving = one;
    form.hidden = true;
    $("pick").hidden = false;
    $("mine").focus();
  }
  let moving = null;
  async function chosen(subject) {
    if (!moving) return begin(subject);
    const one = moving;
    moving = null;
    return mend(one, function (d) { d.subject = subject; });
  }

  /* ---- sending: one window at a time, each draft under its own key, so that the same visit is made once ---- */
  async function send() {
    if (!navigator.locks) return sendAll();
    return navigator.locks.request("huhang-visits", { ifAvailable: true }, function (lock) { return lock ? sendAll() : null; });
  }
  async function sendAll() {
    const queued = (await store.all()).filter(function (one) { return one.state === "queued"; });
    if (!queued.length) return;
    const now = await refresh();
    if (!now) return list();
    for (const one of queued) {
      if (!one.owner) one.owner = now.who;
      if (one.owner !== now.who) { say(words.theirs); continue; }
      if (!(await sendOne(one, now.token))) break;
    }
    await list();
  }
  async function sendOne(one, token) {
    const body = new FormData();
    one.values.forEach(function (pair) { body.append(pair[0], pair[1]); });
    body.append("subject", one.subject.id);
    body.append("idempotency_key", one.id);
    body.append("code", one.code);
    body.append("device_at", one.device_at);
    body.append("device_now", new Date().toISOString());
    for (const photo of await store.photos(one.id)) body.append("photos", photo.file, photo.name);
    let answer, told;
    try {
      answer = await fetch(place.dataset.sent, { method: "POST", body: body, headers: Object.assign({ "X-CSRFToken": token }, HEAD) });
      told = answer.status === 401 ? null : await answer.json();
    } catch (error) { if (!answer) online(false); say(words.failed); return false; }
    if (answer.status === 401) { say(words.expired, { url: place.dataset.signIn, label: words.signIn }); return false; }
    if (answer.status === 201) {
      await store.arrived({ id: one.id, owner: one.owner, state: "sent", at: one.at, subject: one.subject, number: told.number, url: told.url, requests: told.requests });
      return true;
    }
    if (answer.status === 429 || answer.status >= 500) { say(told.text || words.failed); return false; }
    one.state = "conflict";
    one.problem = told;
    await store.put(one);
    return true;
  }

  /* ---- hands ---- */
  form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(keep, 200); });
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") keep(); });
  form.addEventListener("submit", async function (event) {
    event.preventDefault();
    clearTimeout(timer);
    if (!draft) return;
    draft.state = "queued";
    draft.problem = null;
    await keep();
    await away();
    await send();
  });
  form.elements.namedItem("photos").addEventListener("change", async function (event) {
    const input = event.target;
    for (const file of Array.from(input.files)) {
      try { await store.addPhoto(draft.id, file); } catch (error) { say(words.full); }
    }
    input.value = "";
    await pictures();
  });
  $("aside").addEventListener("click", async function () { await keep(); await away(); });
  $("drop").addEventListener("click", async function () {
    if (!window.confirm(words.dropped)) return;
    const id = draft.id;
    clearTimeout(timer);
    await chain;
    await store.drop(id);
    await away();
  });
  $("locate").addEventListener("click", function () {
    const said = $("located");
    if (!navigator.geolocation) { said.textContent = words.nowhere; return; }
    navigator.geolocation.getCurrentPosition(
      function (found) {
        form.elements.lon.value = found.coords.longitude.toFixed(6);
        form.elements.lat.value = found.coords.latitude.toFixed(6);
        form.elements.accuracy.value = Math.round(found.coords.accuracy);
        said.textContent = fill(words.within, { n: Math.round(found.coords.accuracy) });
        keep();
      },
      function () { said.textContent = words.nowhere; },
      { enableHighAccuracy: true, timeout: 20000 }
    );
  });
  $("mine").addEventListener("change", function (event) {
    const one = hand.mine.find(function (known) { return known.id === event.target.value; });
    event.target.value = "";
    if (one) chosen({ id: one.id, name: one.name });
  });
  $("find").addEventListener("submit", async function (event) {
    event.preventDefault();
    const shown = $("found");
    shown.textContent = "";
    try {
      const answer = await fetch(place.dataset.find + "?q=" + encodeURIComponent($("find-q").value), { headers: HEAD });
      if (answer.status === 401) { say(words.expired, { url: place.dataset.signIn, label: words.signIn }); return; }
      (await answer.json()).found.forEach(function (one) {
        const line = document.createElement("li");
        line.append(button(one.name, function () { shown.textContent = ""; return chosen({ id: one.id, name: one.name }); }), " " + one.address);
        shown.append(line);
      });
    } catch (error) { say(words.needsNet); }
  });
  $("send-now").addEventListener("click", send);
  $("clear").addEventListener("click", async function () {
    for (const one of await store.all()) if (one.state === "sent") await store.drop(one.id);
    await list();
  });
  window.addEventListener("online", send);
  window.addEventListener("offline", function () { online(false); });

  /* ---- a code scanned at the gate begins the visit; without a network its first bytes say whose it is, and the server
     judges the code when the visit arrives ---- */
  function subjectOf(code) {
    let bits = "";
    for (const c of code.toUpperCase().slice(0, 26)) {
      const at = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c);
      if (at < 0) return "";
      bits += at.toString(2).padStart(5, "0");
    }
    const hex = (bits.slice(0, 128).match(/.{4}/g) || []).map(function (four) { return parseInt(four, 2).toString(16); }).join("");
    return hex.length === 32 ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") : "";
  }
  async function scanned(code) {
    history.replaceState(null, "", location.pathname);
    let answer, told;
    try {
      answer = await fetch(place.dataset.find + "?code=" + encodeURIComponent(code), { headers: HEAD });
      told = await answer.json();
    } catch (error) {
      if (answer) return;
      const id = subjectOf(code), known = hand && hand.mine.find(function (one) { return one.id === id; });
      if (id) await begin({ id: id, name: known ? known.name : words.scanned }, code);
      return;
    }
    if (!answer.ok) say(told.text);
    else await begin({ id: told.found[0].id, name: told.found[0].name }, code);
  }

  (async function () {
    if (!store.works()) { say(words.cannot); form.hidden = true; return; }
    if (navigator.serviceWorker) navigator.serviceWorker.register(place.dataset.worker).catch(function () {});
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    hand = await store.atHand();
    online(navigator.onLine);
    showMine();
    await list();
    const code = new URLSearchParams(location.search).get("code"), known = await refresh();
    if (known) await send();
    if (code) await scanned(code);
  })();
  setInterval(send, 30000);
})();
