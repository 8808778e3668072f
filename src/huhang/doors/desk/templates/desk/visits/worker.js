{% load static %}/* Keeps the visit form and its own files, nothing of anybody; what is told goes over the network or waits in the form. */
"use strict";
const PAGE = "{{ page|escapejs }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const KEPT = "huhang-visits:" + FILES.join("|").split("").reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7);

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll(FILES);
    const page = await fetch(PAGE, { credentials: "same-origin" });
    if (page.ok && !page.redirected) await cache.put(PAGE, page);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((n) => n.startsWith("huhang-visits:") && n !== KEPT).map((n) => caches.delete(n)));
    await self.clients.claim();
  })());
});

async function page(request) {
  const cache = await caches.open(KEPT);
  try {
    const fresh = await fetch(request, { signal: AbortSignal.timeout(5000) });
    if (fresh.ok && !fresh.redirected && !new URL(request.url).search) await cache.put(PAGE, fresh.clone());
    if (fresh.status < 500) return fresh;
  } catch (error) { /* no network: the kept form */ }
  return (await cache.match(PAGE)) || Response.error();
}

async function file(request) {
  const cache = await caches.open(KEPT);
  return (await cache.match(request)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") { if (url.pathname === PAGE) event.respondWith(page(event.request)); }
  else if (FILES.includes(url.pathname)) event.respondWith(file(event.request));
});
