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
      const archive = new pmtiles.PMTiles(about.base.slice("pmtiles://".length)), protocol = new pmtiles.Protocol();
      protocol.add(archive);
      maplibregl.addProtocol("pmtiles", protocol.tile);
      sources.base = { type: "raster", url: about.base, tileSize: 256, attribution: about.credit };
      // one of lines and areas needs a style of its own: said, not drawn
      archive.getHeader().then(function (head) { if (head.tileType === 1) status.textContent = words.base = words.no_pictures; }, function () {});
    } else {
      const tiles = about.base.charAt(0) === "/" ? here + about.base : about.base;
      sources.base = { type: "raster", tiles: [tiles], tileSize: 256, maxzoom: 18, attribution: about.credit };
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
    container: place, style: { version: 8, sources: sources, layers: layers }, hash: "at", locale: words.controls,
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
    if (event.sourceId === "base") status.textContent = words.base;
    else if (event.error && event.error.status === 401 && window.huhang.sessionExpired) window.huhang.sessionExpired();
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

  /* ---- drawing a circle or polygon, by mouse, finger or keys; what is drawn goes into the address ---- */
  let drawing = null, corners = [], aim = null, began = null;
  const hint = document.getElementById("map-hint"), canvas = map.getCanvas();
  const cross = document.createElement("div");
  cross.className = "map-aim";
  cross.setAttribute("aria-hidden", "true");
  cross.hidden = true;
  place.append(cross);
  function metres(a, b) {
    return new maplibregl.LngLat(a[0], a[1]).distanceTo(new maplibregl.LngLat(b[0], b[1]));
  }
  function long(m) { return m < 1000 ? fill(words.metres, { n: Math.round(m) }) : fill(words.kilometres, { n: (m / 1000).toFixed(1) }); }
  function fill(text, values) { return text.replace(/%\((\w+)\)s/g, function (_all, name) { return values[name]; }); }
  function go(shape) {
    const said = new URLSearchParams(about.query);
    said.set("shape", shape);
    location.href = location.pathname + "?" + said.toString() + location.hash;
  }
  function fixed(p) { return p[0].toFixed(6) + "," + p[1].toFixed(6); }
  function shown(at) {
    const drawn = at && corners.length ? corners.concat([at]) : corners;
    if (!drawing) return about.shape ? ring(about.shape) : { type: "FeatureCollection", features: [] };
    if (drawing === "circle" && at && corners.length) return around(corners[0], at);
    if (drawn.length < 2) return { type: "FeatureCollection", features: [] };
    return drawn.length > 2 ? ring(drawn) : { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: drawn } };
  }
  function around(middle, edge) {
    const high = metres(middle, edge) / 111194.93, wide = high / Math.cos((middle[1] * Math.PI) / 180), points = [];
    for (let i = 0; i < 64; i++) points.push([middle[0] + wide * Math.cos((i * Math.PI) / 32), middle[1] + high * Math.sin((i * Math.PI) / 32)]);
    return ring(points);
  }
  function stop() {
    drawing = aim = null;
    corners = [];
    cross.hidden = true;
    hint.textContent = canvas.style.cursor = "";
    map.keyboard.enable();
    map.getSource("shape").setData(shown());
  }
  function put(at) {
    if (drawing === "circle") {
      if (!corners.length) corners.push(at);
      else if (metres(corners[0], at) >= 1) go("circle:" + fixed(corners[0]) + "," + Math.round(metres(corners[0], at)));
      return;
    }
    const near = function (one) { return map.project(one).dist(map.project(at)) < 14; };
    if (corners.length >= 3 && (near(corners[0]) || (aim && near(corners[corners.length - 1])))) return go("polygon:" + corners.map(fixed).join(";"));
    if (!corners.length || !near(corners[corners.length - 1])) corners.push(at);
  }
  function back() {
    if (corners.length) corners.pop();
    else {
      stop();
      if (began) began.focus();
    }
  }

  /* with keys: a cross that arrows move, Enter sets what a click sets, Escape takes the last back; the hint says where */
  function tell(what) {
    const at = map.unproject(aim), last = corners[corners.length - 1], here = [at.lng, at.lat];
    const areas = map.getLayer("area") ? map.queryRenderedFeatures(aim, { layers: ["area"] }) : [];
    areas.sort(function (a, b) { return b.properties.level - a.properties.level; });
    const parts = [what, fill(words.at, { lon: at.lng.toFixed(5), lat: at.lat.toFixed(5) })];
    if (areas.length) parts.push(areas[0].properties.name);
    if (last) parts.push(fill(drawing === "circle" ? words.radius : words.from, { far: long(metres(last, here)) }));
    hint.textContent = parts.filter(Boolean).join(words.stop);
    cross.style.left = aim[0] + "px";
    cross.style.top = aim[1] + "px";
    cross.hidden = false;
    map.getSource("shape").setData(shown(here));
  }
  function move(x, y) {
    const edge = 40, wide = canvas.clientWidth, high = canvas.clientHeight;
    const to = [aim[0] + x, aim[1] + y];
    const held = [Math.max(edge, Math.min(wide - edge, to[0])), Math.max(edge, Math.min(high - edge, to[1]))];
    if (held[0] !== to[0] || held[1] !== to[1]) map.panBy([to[0] - held[0], to[1] - held[1]], { animate: false });
    aim = held;
  }
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function start(button) {
    stop();
    drawing = button.dataset.draw;
    began = button;
    hint.textContent = words[drawing];
    canvas.style.cursor = "crosshair";
  }
  function startWithKeys() {
    map.keyboard.disable();
    aim = [canvas.clientWidth / 2, canvas.clientHeight / 2];
    canvas.focus();
    tell(words[drawing + "_keys"]);
  }
  document.querySelectorAll("[data-draw]").forEach(function (button) {
    button.addEventListener("click", function (event) {
      start(button);
      if (event.detail === 0) startWithKeys();  // pressed by a key, not by a pointer
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !drawing) return;
    const keys = aim;
    back();
    if (drawing && keys) tell(fill(words.left, { n: corners.length }));
    else if (drawing) map.getSource("shape").setData(shown());
  });
  canvas.addEventListener("keydown", function (event) {
    if (!drawing || event.ctrlKey || event.altKey || event.metaKey) return;
    const arrow = ARROWS[event.key], step = event.shiftKey ? 2 : 20, nearer = { "+": 1, "=": 1, "-": -1 }[event.key];
    if (!arrow && !nearer && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (!aim) return startWithKeys();
    if (arrow) move(arrow[0] * step, arrow[1] * step);
    if (nearer) map.zoomTo(map.getZoom() + nearer, { around: map.unproject(aim), animate: false });
    if (event.key !== "Enter") return tell("");
    const at = map.unproject(aim);
    put([at.lng, at.lat]);
    tell(drawing === "circle" ? words.middle : fill(words.left, { n: corners.length }));
  });
  map.on("click", function (event) {
    if (!drawing) return;
    put([event.lngLat.lng, event.lngLat.lat]);
    map.getSource("shape").setData(shown());
  });
})();
