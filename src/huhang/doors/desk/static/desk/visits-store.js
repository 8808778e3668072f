/* Drafts of visits on the device: sealed with a key that cannot be taken out of the browser, in IndexedDB (ADR 33). */
(function () {
  "use strict";
  const NAME = "huhang-visits";
  const text = new TextEncoder(), plain = new TextDecoder();
  let opened = null, key = null;

  function done(request) {
    return new Promise(function (resolve, reject) {
      request.onsuccess = function () { resolve(request.result); };
      request.onerror = function () { reject(request.error); };
    });
  }
  function database() {
    if (opened) return opened;
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = function () {
      const base = request.result;
      base.createObjectStore("keys");
      base.createObjectStore("drafts", { keyPath: "id" });
      base.createObjectStore("photos", { keyPath: "id" }).createIndex("draft", "draft");
      base.createObjectStore("at_hand");
    };
    opened = done(request);
    return opened;
  }
  /* "strict": the system has it on its disk before we say that it is kept, so that an empty battery loses nothing. */
  async function write(stores, work) {
    const act = (await database()).transaction(stores, "readwrite", { durability: "strict" });
    work(act);
    return new Promise(function (resolve, reject) {
      act.oncomplete = function () { resolve(); };
      act.onabort = act.onerror = function () { reject(act.error); };
    });
  }
  async function read(store, work) {
    return done(work((await database()).transaction(store).objectStore(store)));
  }
  async function sealing() {
    if (key) return key;
    key = await read("keys", function (s) { return s.get("drafts"); });
    if (!key) {
      const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      await write("keys", function (act) { act.objectStore("keys").add(made, "drafts"); }).catch(function () {});
      key = await read("keys", function (s) { return s.get("drafts"); });  // of two windows at once one made it
    }
    return key;
  }
  async function seal(bytes, about) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv: iv, additionalData: text.encode(about) }, await sealing(), bytes);
    return { iv: iv, data: data };
  }
  async function unseal(row, about) {
    return crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData: text.encode(about) }, await sealing(), row.data);
  }

  window.visitStore = {
    works: function () { return Boolean(window.indexedDB && window.crypto && crypto.subtle && window.isSecureContext); },
    /* A draft: id, owner and state in the open, everything told sealed. */
    put: async function (draft) {
      const sealed = await seal(text.encode(JSON.stringify(draft)), draft.id);
      const row = { id: draft.id, owner: draft.owner, state: draft.state, at: draft.at, iv: sealed.iv, data: sealed.data };
      return write(["drafts"], function (act) { act.objectStore("drafts").put(row); });
    },
    all: async function () {
      const rows = await read("drafts", function (s) { return s.getAll(); });
      const drafts = [];
      for (const row of rows.sort(function (a, b) { return a.at - b.at; })) {
        drafts.push(JSON.parse(plain.decode(await unseal(row, row.id))));
      }
      return drafts;
    },
    one: async function (id) {
      const row = await read("drafts", function (s) { return s.get(id); });
      return row ? JSON.parse(plain.decode(await unseal(row, id))) : null;
    },
    drop: async function (id) {
      const photos = await read("photos", function (s) { return s.index("draft").getAllKeys(id); });
      return write(["drafts", "photos"], function (act) {
        act.objectStore("drafts").delete(id);
        photos.forEach(function (one) { act.objectStore("photos").delete(one); });
      });
    },
    /* Arrived: what was told and the photos go, the numbers stay for the receipt. */
    arrived: async function (draft) {
      const photos = await read("photos", function (s) { return s.index("draft").getAllKeys(draft.id); });
      const sealed = await seal(text.encode(JSON.stringify(draft)), draft.id);
      const row = { id: draft.id, owner: draft.owner, state: draft.state, at: draft.at, iv: sealed.iv, data: sealed.data };
      return write(["drafts", "photos"], function (act) {
        act.objectStore("drafts").put(row);
        photos.forEach(function (one) { act.objectStore("photos").delete(one); });
      });
    },
    addPhoto: async function (draft, file) {
      const id = crypto.randomUUID(), sealed = await seal(await file.arrayBuffer(), id);
      const row = { id: id, draft: draft, name: file.name, type: file.type, iv: sealed.iv, data: sealed.data };
      return write(["photos"], function (act) { act.objectStore("photos").put(row); });
    },
    photos: async function (draft) {
      const rows = await read("photos", function (s) { return s.index("draft").getAll(draft); });
      const found = [];
      for (const row of rows.sort(function (a, b) { return a.id < b.id ? -1 : 1; })) {
        found.push({ id: row.id, name: row.name, file: new File([await unseal(row, row.id)], row.name, { type: row.type }) });
      }
      return found;
    },
    dropPhoto: function (id) { return write(["photos"], function (act) { act.objectStore("photos").delete(id); }); },
    keepAtHand: async function (data) {
      const sealed = await seal(text.encode(JSON.stringify(data)), "at_hand");
      return write(["at_hand"], function (act) { act.objectStore("at_hand").put(sealed, "last"); });
    },
    atHand: async function () {
      const row = await read("at_hand", function (s) { return s.get("last"); });
      return row ? JSON.parse(plain.decode(await unseal(row, "at_hand"))) : null;
    },
  };
})();
