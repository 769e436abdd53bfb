// Keeps the shell of the surveyor's page and its assets on the device, so that it opens without a network. What is
// surveyed is kept by the page itself; no other page and no answer of the server is kept here.
"use strict";
const SHELL = "{{ shell|escapejs }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const CACHE = "congdoan-field " + FILES.join(" ");
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((kept) => kept.addAll([SHELL, ...FILES])).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("congdoan-field ") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && address.pathname === SHELL) {
    event.respondWith((async () => {
      const kept = await caches.open(CACHE);
      try {
        const answer = await fetch(event.request);
        // A sign-in page or an error never takes the place of the shell.
        if (answer.ok && !answer.redirected) await kept.put(SHELL, answer.clone());
        return answer;
      } catch { return (await kept.match(SHELL)) || Response.error(); }
    })());
  } else if (FILES.includes(address.pathname)) {
    event.respondWith(caches.open(CACHE).then((kept) => kept.match(event.request.url)).then((found) => found || fetch(event.request)));
  }
});
