/* Offers to send along where one stands. Without scripts, or without leave, the place is written in words. */
(function () {
  "use strict";
  const box = document.querySelector("[data-place]");
  if (!box || !navigator.geolocation || !window.isSecureContext) return;
  const form = box.closest("form");
  const said = box.querySelector("[data-place-said]");
  const ask = box.querySelector("[data-place-ask]");
  const drop = box.querySelector("[data-place-drop]");
  function put(lon, lat) { form.elements.lon.value = lon; form.elements.lat.value = lat; drop.hidden = !lon; }
  box.hidden = false;
  drop.hidden = !form.elements.lon.value;
  ask.addEventListener("click", function () {
    said.textContent = box.dataset.asking;
    navigator.geolocation.getCurrentPosition(function (found) {
      put(found.coords.longitude.toFixed(6), found.coords.latitude.toFixed(6));
      said.textContent = box.dataset.got.replace("{m}", String(Math.round(found.coords.accuracy)));
    }, function () { said.textContent = box.dataset.failed; }, { enableHighAccuracy: true, timeout: 15000 });
  });
  drop.addEventListener("click", function () { put("", ""); said.textContent = ""; ask.focus(); });
})();
