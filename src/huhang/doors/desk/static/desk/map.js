/* One map (A2): our own tiles, drawn by MapLibre; without WebGL the page says so and the list says the same.
   No glyphs and no sprites are fetched: numbers and marks are drawn here on a canvas when a style asks for them. */
(function () {
  "use strict";
  const script = document.currentScript;
  const place = document.getElementById("map");
  const said = document.getElementById("map-about");
  if (!place || !said) return;
  const about = JSON.parse(said.textContent);
  const words = about.words;
  const status = document.getElementById("map-said");
  if (!Object.hasOwn) Object.hasOwn = function (thing, name) { return Object.prototype.hasOwnProperty.call(thing, name); };

  function withoutMap() {
    const told = document.createElement("p");
    told.className = "in";
    told.setAttribute("role", "status");
    told.textContent = place.dataset.noMap + " ";
    const link = document.createElement("a");
    link.href = document.getElementById("map-list").href;
    link.textContent = document.getElementById("map-list").textContent;
    told.append(link);
    place.replaceChildren(told);
    document.querySelectorAll(".map-legend").forEach(function (one) { one.hidden = true; });
  }
  function hasWebgl() {
    try {
      return !!document.createElement("canvas").getContext("webgl2");
    } catch (e) {
      return false;
    }
  }
  if (!window.maplibregl || !hasWebgl()) return withoutMap();
  maplibregl.setWorkerUrl(new URL(script.dataset.worker, location.href).href);

  const COLOURS = {
    enterprise: "#1d4f91", project: "#7a4fa3", chamber: "#86600a", park: "#166a48", community: "#5d6875",
    organisation: "#2264ad", scenic: "#0f7b7b", post: "#17202e", mixed: "#4d5a6b",
    overdue: "#b3261e", owed: "#8a3d92", police: "#17202e", late: "#b3261e", today: "#a9430a", open: "#2264ad",
  };
  const SQUARE = { project: 1, park: 1, organisation: 1, post: 1, police: 1, late: 1, today: 1, open: 1 };
  const DIAMOND = { overdue: 1 };
  const MARKS = { overdue: "▲", owed: "○", police: "★", late: "!", today: "1", open: "·" };

  /* mark:<kind>:<n>[:<bad>] — a dot for one, a badge with its number for many; shape and sign beside the colour */
  function draw(name) {
    const parts = name.split(":");
    const kind = parts[1], n = Number(parts[2]);
    const label = n > 1 ? (n > 9999 ? Math.round(n / 1000) + "k" : String(n)) : MARKS[kind] || "";
    const size = (n > 1 ? Math.min(46, 24 + Math.log10(n) * 7) : MARKS[kind] ? 18 : 14) * (DIAMOND[kind] ? 1.3 : 1);
    const scale = 2, canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.ceil(size + 4) * scale;
    const pen = canvas.getContext("2d"), middle = canvas.width / 2, half = (size * scale) / 2;
    pen.fillStyle = COLOURS[kind] || COLOURS.mixed;
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 2 * scale;
    pen.beginPath();
    if (DIAMOND[kind]) {
      [[0, -1], [1, 0], [0, 1], [-1, 0]].forEach(function (to) { pen.lineTo(middle + to[0] * (half - 2), middle + to[1] * (half - 2)); });
      pen.closePath();
    } else if (SQUARE[kind]) pen.rect(middle - half + 2, middle - half + 2, half * 2 - 4, half * 2 - 4);
    else pen.arc(middle, middle, half - 2, 0, Math.PI * 2);
    pen.fill();
    pen.stroke();
    if (label) {
      pen.fillStyle = "#ffffff";
      pen.font = "600 " + (label.length > 3 ? 10 : 12) * scale + "px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(label, middle, middle + scale);
    }
    return pen.getImageData(0, 0, canvas.width, canvas.height);
  }
  function drawName(text) {
    const scale = 2, pen0 = document.createElement("canvas").getContext("2d");
    const font = "600 " + 12 * scale + "px system-ui, 'PingFang SC', 'Microsoft YaHei', sans-serif";
    pen0.font = font;
    const wide = Math.ceil(pen0.measureText(text).width) + 8 * scale, canvas = document.createElement("canvas");
    canvas.width = wide;
    canvas.height = 18 * scale;
    const pen = canvas.getContext("2d");
    pen.font = font;
    pen.textBaseline = "middle";
    pen.lineWidth = 4 * scale;
    pen.strokeStyle = "rgba(255,255,255,.9)";
    pen.strokeText(text, 4 * scale, 9 * scale);
    pen.fillStyle = "#17202e";
    pen.fillText(text, 4 * scale, 9 * scale);
    return pen.getImageData(0, 0, canvas.width, canvas.height);
  }

  const here = location.origin;
  const query = about.query ? "?" + about.query : "";
  const sources = {
    points: { type: "vector", tiles: [here + about.tiles + query], minzoom: 0, maxzoom: 18 },
    areas: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    units: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    shape: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
  };
  const layers = [{ id: "ground", type: "background", paint: { "background-color": "#f5f7fa" } }];
  if (about.base) {
    if (about.base.indexOf("pmtiles://") === 0) {
      maplibregl.addProtocol("pmtiles", new pmtiles.Protocol().tile);
      sources.base = { type: "raster", url: about.base, tileSize: 256, attribution: about.credit };
    } else {
      sources.base = { type: "raster", tiles: [about.base], tileSize: 256, attribution: about.credit };
    }
    layers.push({ id: "base", type: "raster", source: "base" });
  }
  if (about.layers.indexOf("areas") >= 0) {
    layers.push(
      { id: "area", type: "fill", source: "areas", paint: { "fill-color": "#1d4f91", "fill-opacity": about.base ? 0.04 : 0.05 } },
      { id: "border", type: "line", source: "areas", filter: ["==", ["get", "level"], 3], paint: { "line-color": "#9cc0ea", "line-width": 1 } },
      { id: "county", type: "line", source: "areas", filter: ["==", ["get", "level"], 2], paint: { "line-color": "#1d4f91", "line-width": 2 } }
    );
  }
  if (about.layers.indexOf("units") >= 0) {
    layers.push(
      { id: "unit", type: "circle", source: "units", minzoom: 9, paint: { "circle-radius": ["match", ["get", "level"], 1, 7, 2, 6, 4], "circle-color": "#ffffff", "circle-stroke-color": "#1d4f91", "circle-stroke-width": 3 } },
      { id: "unit-name", type: "symbol", source: "units", minzoom: 11, layout: { "icon-image": ["concat", "name:", ["get", "name"]], "icon-anchor": "top", "icon-offset": [0, 8] } }
    );
  }
  function marks(id, kind, aside) {
    return {
      id: id, type: "symbol", source: "points", "source-layer": id,
      layout: { "icon-image": ["concat", "mark:", ["get", kind], ":", ["to-string", ["get", "n"]]], "icon-offset": aside, "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["get", "n"] },
    };
  }
  if (about.layers.indexOf("subjects") >= 0) layers.push(marks("subjects", "kind", [0, 0]));
  if (about.layers.indexOf("due") >= 0) {
    sources.due = {
      type: "geojson", data: here + about.due + query, cluster: true, clusterRadius: 40, clusterMaxZoom: 13,
      clusterProperties: { n: ["+", ["get", "n"]], bad: ["+", ["get", "bad"]] },
    };
    layers.push({
      id: "due", type: "symbol", source: "due",
      layout: { "icon-image": ["concat", "mark:", ["case", [">", ["get", "bad"], 0], "overdue", "owed"], ":", ["to-string", ["get", "n"]]], "icon-offset": [-12, 12], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["get", "n"] },
    });
  }
  if (about.layers.indexOf("posts") >= 0) layers.push(marks("posts", "mark", [-12, -12]));
  if (about.layers.indexOf("requests") >= 0) layers.push(marks("requests", "late", [12, -12]));
  layers.push(
    { id: "shape-fill", type: "fill", source: "shape", paint: { "fill-color": "#a9430a", "fill-opacity": 0.08 } },
    { id: "shape-line", type: "line", source: "shape", paint: { "line-color": "#a9430a", "line-width": 2 } }
  );

  const kept = location.hash.indexOf("at=") >= 0, e = about.extent;
  const map = new maplibregl.Map({
    bounds: e && !kept ? [[e[0], e[1]], [e[2], e[3]]] : undefined, fitBoundsOptions: { padding: 40 },
    container: place, style: { version: 8, sources: sources, layers: layers }, hash: "at",
    maxZoom: 18, attributionControl: { compact: true }, dragRotate: false, pitchWithRotate: false, fadeDuration: 0,
  });
  window.huhang = window.huhang || {};
  window.huhang.map = map;
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
  map.addControl(new maplibregl.ScaleControl({ unit: "metric" }));
  map.on("styleimagemissing", function (event) {
    if (map.hasImage(event.id)) return;
    if (event.id.indexOf("mark:") === 0) map.addImage(event.id, draw(event.id), { pixelRatio: 2 });
    else if (event.id.indexOf("name:") === 0) map.addImage(event.id, drawName(event.id.slice(5)), { pixelRatio: 2 });
  });
  map.on("error", function (event) {
    if (event.error && event.error.status === 401 && window.huhang.sessionExpired) window.huhang.sessionExpired();
    else status.textContent = words.failed;
  });

  function ring(corners) {
    return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [corners.concat([corners[0]])] } };
  }
  map.on("load", function () {
    document.querySelectorAll(".map-tools").forEach(function (one) { one.hidden = false; });
    if (about.shape) map.getSource("shape").setData(ring(about.shape));
    fetch(about.areas, { credentials: "same-origin" }).then(function (answer) { return answer.json(); }).then(function (data) {
      map.getSource("areas").setData(data.areas);
      map.getSource("units").setData({
        type: "FeatureCollection",
        features: data.units.map(function (one) {
          return { type: "Feature", properties: one, geometry: { type: "Point", coordinates: [one.lon, one.lat] } };
        }),
      });
    }).catch(function () { status.textContent = words.failed; });
    place.dataset.ready = "yes";
  });

  /* ---- a click opens what stands there ---- */
  function popup(at, lines) {
    const box = document.createElement("div");
    lines.forEach(function (line) {
      const p = document.createElement(line.url ? "a" : "div");
      p.textContent = line.text;
      if (line.url) p.href = line.url;
      p.style.display = "block";
      box.append(p);
    });
    new maplibregl.Popup({ maxWidth: "280px" }).setLngLat(at).setDOMContent(box).addTo(map);
  }
  const NOBODY = "00000000-0000-0000-0000-000000000000";
  function leads(feature) {
    const id = feature.properties.id || "";
    if (feature.sourceLayer === "requests") return about.case.replace("HS-0000-0000", id);
    return (feature.sourceLayer === "posts" ? about.post : about.subject).replace(NOBODY, id);
  }
  function clicked(event) {
    if (drawing) return;
    const feature = event.features[0], said = feature.properties, at = feature.geometry.coordinates;
    if (said.n > 1) return map.easeTo({ center: at, zoom: Math.min(18, map.getZoom() + 2) });
    const url = leads(feature);
    const same = event.features.filter(function (one) { return one.properties.id; }).slice(0, 8).map(function (one) {
      const there = one.properties;
      return { text: there.name + " · " + (words.late[there.late] || words.due[there.due] || (there.mark ? words.post : words.kinds[there.kind] || there.kind)), url: leads(one) };
    });
    popup(at, same.length ? same : [{ text: said.name, url: url }]);
  }
  ["subjects", "due", "posts", "requests"].forEach(function (name) {
    if (!map.getLayer) return;
    map.on("click", name, clicked);
    map.on("mouseenter", name, function () { if (!drawing) map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", name, function () { if (!drawing) map.getCanvas().style.cursor = ""; });
  });
  map.on("click", "unit", function (event) { if (!drawing) popup(event.lngLat, [{ text: event.features[0].properties.name }]); });

  /* ---- drawing a circle or polygon; what is drawn goes into the address ---- */
  let drawing = null, corners = [];
  const hint = document.getElementById("map-hint");
  function metres(a, b) {
    return new maplibregl.LngLat(a[0], a[1]).distanceTo(new maplibregl.LngLat(b[0], b[1]));
  }
  function go(shape) {
    const said = new URLSearchParams(about.query);
    said.set("shape", shape);
    location.href = location.pathname + "?" + said.toString() + location.hash;
  }
  function fixed(p) { return p[0].toFixed(6) + "," + p[1].toFixed(6); }
  function stop() { drawing = null; corners = []; hint.textContent = ""; map.getCanvas().style.cursor = ""; }
  document.querySelectorAll("[data-draw]").forEach(function (button) {
    button.addEventListener("click", function () {
      stop();
      drawing = button.dataset.draw;
      hint.textContent = words[drawing];
      map.getCanvas().style.cursor = "crosshair";
    });
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape" && drawing) { stop(); map.getSource("shape").setData(about.shape ? ring(about.shape) : { type: "FeatureCollection", features: [] }); } });
  map.on("click", function (event) {
    if (!drawing) return;
    const at = [event.lngLat.lng, event.lngLat.lat];
    if (drawing === "circle") {
      if (!corners.length) { corners.push(at); return; }
      return go("circle:" + fixed(corners[0]) + "," + Math.max(1, Math.round(metres(corners[0], at))));
    }
    const first = corners[0];
    if (corners.length >= 3 && map.project(first).dist(map.project(at)) < 14) return go("polygon:" + corners.map(fixed).join(";"));
    corners.push(at);
    if (corners.length >= 2) map.getSource("shape").setData(ring(corners));
  });
})();
