extension ReplayTemplate {
  /// The part of ``script`` that draws, and that answers mouse and keys.
  static let player = #"""

    const frames = data.frames, duration = Math.max(frames - 1, 0) * data.secondsPerFrame;
    const back = new Scene(data.background, 1), front = new Scene(data.foreground, frames);
    const trail = decodeTrail(frames), series = decodeGauges(frames), windows = decodeWindow(frames);
    const [minX, minY, maxX, maxY] = data.bounds;
    const element = id => document.getElementById(id);
    const stage = element("stage"), canvas = element("view"), context = canvas.getContext("2d");
    const hidden = new Set();
    let time = 0, playing = false, speed = 1, stale = true;
    // Where the picture stands is beside the window of the frame that is shown.
    const view = { zoom: 1, x: (minX + maxX) / 2, y: (minY + maxY) / 2 }, moved = { x: 0, y: 0 };

    // Drawing. World units are metres, y up; the canvas has pixels, y down.

    function pixelsPerMeter() {
      const pad = 0.93;
      return view.zoom * pad * Math.min(canvas.width / (maxX - minX), canvas.height / (maxY - minY));
    }

    function useWorld() {
      const s = pixelsPerMeter();
      const x = view.x + moved.x, y = view.y + moved.y;
      context.setTransform(s, 0, 0, -s, canvas.width / 2 - x * s, canvas.height / 2 + y * s);
    }

    const worldX = v => minX + v * data.quantum, worldY = v => minY + v * data.quantum;

    function drawCells(scene, style) {
      const layer = scene.layers[style.layer];
      if (hidden.has(layer.name)) return;
      context.save();
      context.imageSmoothingEnabled = false;
      context.translate(layer.x, layer.y + layer.height * layer.size);
      context.scale(layer.size, -layer.size);
      context.drawImage(layer.picture(), 0, 0);
      context.restore();
    }

    function drawText(style, x, y) {
      context.save();
      context.translate(x, y);
      context.scale(1, -1);
      // Fonts below a pixel in world units are rounded away: draw large, scaled down.
      context.scale(style.size / 100, style.size / 100);
      context.font = "100px system-ui, sans-serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillStyle = style.css;
      context.fillText(style.text, 0, 0);
      context.restore();
    }

    function drawSlot(scene, slot, next, share) {
      const style = slot.style;
      if (style.kind === "cells") return drawCells(scene, style);
      const a = slot.values, b = next && next.style === style && next.values.length === a.length ? next.values : a;
      // A jump across a quarter of the picture is no movement.
      let mix = share;
      if (a !== b) for (let i = 0; i < a.length; i++) if (Math.abs(b[i] - a[i]) > 16384) mix = 0;
      const value = i => a[i] + (b[i] - a[i]) * mix;
      if (style.kind === "text") return drawText(style, worldX(value(0)), worldY(value(1)));
      context.beginPath();
      if (style.kind === "circle") {
        context.arc(worldX(value(0)), worldY(value(1)), Math.abs(value(2) * data.quantum), 0, 7);
      } else {
        for (let i = 0; i + 1 < a.length; i += 2) context.lineTo(worldX(value(i)), worldY(value(i + 1)));
      }
      if (style.kind === "polyline") {
        // Never thinner than a pixel of the screen.
        context.lineWidth = Math.max(style.width, devicePixelRatio / pixelsPerMeter());
        context.strokeStyle = style.css;
        context.lineJoin = context.lineCap = "round";
        context.stroke();
      } else {
        if (style.kind === "polygon") context.closePath();
        context.fillStyle = style.css;
        context.fill();
      }
    }

    function drawTrail(frame, share) {
      if (hidden.has("path")) return;
      const thin = 1.6 * devicePixelRatio / pixelsPerMeter();
      const recent = Math.max(frame - Math.round(20 / data.secondsPerFrame), 0);
      const path = (from, to, color, width) => {
        let broken = true;
        context.beginPath();
        for (let f = from; f <= to; f++) {
          if (!trail[f]) { broken = true; continue; }
          const x = worldX(trail[f][0]), y = worldY(trail[f][1]);
          if (broken) context.moveTo(x, y); else context.lineTo(x, y);
          broken = false;
        }
        const p = trail[to], q = trail[to + 1];
        if (to === frame && p && q && share > 0 && Math.hypot(q[0] - p[0], q[1] - p[1]) < 16384) {
          context.lineTo(worldX(p[0] + (q[0] - p[0]) * share), worldY(p[1] + (q[1] - p[1]) * share));
        }
        context.strokeStyle = color;
        context.lineWidth = width;
        context.lineJoin = context.lineCap = "round";
        context.stroke();
      };
      // A light rim, for dark skies.
      path(0, frame, "rgba(255,255,255,.45)", thin * 2.2);
      path(0, recent, "rgba(29,78,216,.38)", thin);
      path(recent, frame, "rgba(29,78,216,.95)", thin * 1.25);
    }

    function draw() {
      const exact = Math.min(time / data.secondsPerFrame, frames - 1);
      const frame = Math.max(Math.floor(exact + 1e-6), 0), share = Math.max(exact - frame, 0);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      if (!frames) return;
      if (windows) {
        const p = windows[frame], q = windows[frame + 1] ?? p;
        [moved.x, moved.y] = [p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share];
      }
      useWorld();
      back.seek(0);
      for (const slot of back.frames[0]) drawSlot(back, slot, null, 0);
      front.seek(frame);
      const slots = front.frames[frame], next = front.frames[frame + 1];
      // The path lies on the cells and under what moves.
      let first = slots.findIndex(s => s.style.kind !== "cells");
      if (first < 0) first = slots.length;
      slots.forEach((slot, i) => {
        if (i === first) drawTrail(frame, share);
        drawSlot(front, slot, next && next[i], share);
      });
      if (first === slots.length) drawTrail(frame, share);
      showNumbers(frame);
    }

    // Numbers beside the picture.

    const twoDigits = n => String(n).padStart(2, "0");
    const clockText = s => {
      const tenths = Math.round(s * 10), whole = Math.floor(tenths / 10), h = Math.floor(whole / 3600);
      const rest = Math.floor(whole / 60) % 60;
      return (h ? h + ":" + twoDigits(rest) : rest) + ":" + twoDigits(whole % 60) + "." + tenths % 10;
    };
    const label = name => name.replaceAll("_", " ");

    function gaugeText(gauge, value) {
      if (Number.isNaN(value)) return "–";
      const unit = gauge.unit === "1" ? "" : gauge.unit;
      if (!unit && gauge.low === 0 && gauge.high === 1) return (value * 100).toFixed(1) + " %";
      const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(gauge.high, -gauge.low))));
      return value.toFixed(Math.min(digits, 6)).replace("-", "−") + (unit ? " " + unit : "");
    }

    const gaugeViews = data.gauges.map((gauge, g) => {
      const box = document.createElement("div"), width = 300, height = 44;
      box.className = "gauge";
      box.innerHTML = `<div class="head"><span></span><span></span></div>
        <svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">
        <clipPath id="past${g}"><rect width="0" height="${height + 8}" y="-4"/></clipPath>
        <path class="all"/><path class="past" clip-path="url(#past${g})"/><line class="now" y1="0" y2="${height}"/></svg>`;
      const [name, value] = box.querySelectorAll("span"), svg = box.querySelector("svg");
      name.textContent = label(gauge.name);
      // Bounds of the plot: the scale, or what went beyond it.
      let low = gauge.low, high = gauge.high;
      for (const v of series[g]) { if (v < low) low = v; if (v > high) high = v; }
      // What changes within a pixel is drawn as its mean.
      const step = Math.max(1, Math.floor(frames / width));
      let path = "", pen = "M";
      for (let f = 0; f < frames; f += step) {
        const bin = series[g].subarray(f, f + step), v = bin.reduce((a, b) => a + b, 0) / bin.length;
        if (Number.isNaN(v)) { pen = "M"; continue; }
        path += pen + (f / Math.max(frames - 1, 1) * width).toFixed(1) + " " + (height - 1 - (v - low) / (high - low) * (height - 2)).toFixed(1);
        pen = "L";
      }
      for (const p of svg.querySelectorAll("path")) p.setAttribute("d", path);
      const seekTo = e => {
        const box = svg.getBoundingClientRect();
        seek((e.clientX - box.left) / box.width * duration);
      };
      svg.addEventListener("pointerdown", e => { svg.setPointerCapture(e.pointerId); seekTo(e); });
      svg.addEventListener("pointermove", e => { if (e.buttons) seekTo(e); });
      element("gauges").append(box);
      return { gauge, value, width, past: svg.querySelector("rect"), now: svg.querySelector("line") };
    });
    if (!gaugeViews.length) element("gauges").hidden = true;

    function showNumbers(frame) {
      gaugeViews.forEach((v, g) => {
        const text = gaugeText(v.gauge, series[g][frame]);
        if (v.value.textContent !== text) v.value.textContent = text;
        const x = duration ? time / duration * v.width : 0;
        v.past.setAttribute("width", x);
        v.now.setAttribute("x1", x);
        v.now.setAttribute("x2", x);
      });
      const now = clockText(time) + " / " + clockText(duration);
      if (element("clock").textContent !== now) element("clock").textContent = now;
      const slider = element("time");
      slider.value = frame;
      slider.setAttribute("aria-valuetext", now);
    }

    function addSwitch(name, parts, isPath) {
      const row = document.createElement("label"), box = document.createElement("input"), text = document.createElement("span");
      row.className = "layer";
      box.type = "checkbox";
      box.checked = true;
      text.className = "name";
      text.textContent = label(name);
      row.append(box, text);
      const swatch = ({ color }) => {
        const box = document.createElement("i");
        box.className = isPath ? "swatch path" : "swatch";
        if (!isPath) box.style.backgroundImage = `linear-gradient(${color},${color})`;
        return box;
      };
      const legend = document.createElement("div");
      legend.className = "legend";
      if (parts.length > 1 && parts.every(p => p.label)) {
        for (const part of parts) {
          const item = document.createElement("span");
          item.append(swatch(part), part.label);
          legend.append(item);
        }
      } else {
        row.append(...parts.map(swatch));
      }
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(name); else hidden.add(name);
        stale = true;
      });
      element("layers").append(row);
      if (legend.childNodes.length) element("layers").append(legend);
    }
    const named = new Map();
    for (const layer of [...back.layers, ...front.layers]) if (!named.has(layer.name)) named.set(layer.name, layer);
    if (frames) back.seek(0);
    for (const layer of named.values()) {
      // What never changes shows only the colours that occur.
      const occurs = back.layers.includes(layer) ? new Set(layer.values) : null;
      const parts = layer.palette.map((c, i) => ({ color: css(c), label: layer.labels[i], shown: c[3] > 0 && (!occurs || occurs.has(i)) }));
      addSwitch(layer.name, parts.filter(p => p.shown).slice(0, 8));
    }
    const hasTrail = trail.some(p => p);
    if (hasTrail) addSwitch("path", [{}], true);
    if (!named.size && !hasTrail) element("layers").hidden = true;
    for (const fact of data.facts) {
      const name = document.createElement("dt"), value = document.createElement("dd");
      name.textContent = label(fact.name);
      value.textContent = fact.value;
      element("facts").querySelector("dl").append(name, value);
    }
    if (!data.facts.length) element("facts").hidden = true;

    // Time.

    function seek(seconds) {
      time = Math.min(Math.max(seconds, 0), duration);
      stale = true;
    }
    function setPlaying(on) {
      if (on && time >= duration) time = 0;
      playing = on && duration > 0;
      element("playIcon").setAttribute("d", playing ? "M6 4h4v16H6zM14 4h4v16h-4z" : "M8 4.5v15l12-7.5z");
      element("play").setAttribute("aria-label", playing ? "Pause" : "Play");
      stale = true;
    }
    const speeds = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200];
    for (const s of speeds) element("speed").append(new Option("×" + s, s));
    function setSpeed(value) {
      speed = value;
      element("speed").value = value;
    }
    setSpeed(speeds.find(s => duration / s <= 60 && s >= 1) ?? 200);
    element("time").max = Math.max(frames - 1, 0);
    element("time").addEventListener("input", e => seek(e.target.value * data.secondsPerFrame));
    element("play").addEventListener("click", () => setPlaying(!playing));
    element("speed").addEventListener("change", e => setSpeed(+e.target.value));

    document.addEventListener("keydown", e => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.target.tagName === "SELECT") return;
      const jump = e.shiftKey ? data.secondsPerFrame : Math.max(duration / 100, data.secondsPerFrame);
      const change = d => setSpeed(speeds[Math.min(Math.max(speeds.indexOf(speed) + d, 0), speeds.length - 1)]);
      const actions = {
        " ": () => setPlaying(!playing), Home: () => seek(0), End: () => seek(duration),
        ArrowLeft: () => seek(time - jump), ArrowRight: () => seek(time + jump),
        ArrowUp: () => change(1), ArrowDown: () => change(-1), 0: fit,
      };
      // A focused button or switch answers the space bar itself.
      const own = e.key === " " && /^(BUTTON|INPUT)$/.test(e.target.tagName) && e.target.type !== "range";
      if (!actions[e.key] || own) return;
      e.preventDefault();
      actions[e.key]();
    });

    // The visible part.

    function resize() {
      if (matchMedia("(max-width: 860px)").matches) {
        const shape = (maxY - minY) / (maxX - minX);
        stage.style.height = Math.min(stage.clientWidth * Math.max(shape, .4) + 24, innerHeight * .62) + "px";
      } else {
        stage.style.height = "";
      }
      const width = Math.max(Math.round(stage.clientWidth * devicePixelRatio), 1);
      const height = Math.max(Math.round(stage.clientHeight * devicePixelRatio), 1);
      if (canvas.width === width && canvas.height === height) return;
      canvas.width = width;
      canvas.height = height;
      showScale();
      // Setting the size has cleared it; waiting for the next frame would flash.
      draw();
    }
    function showScale() {
      const perMeter = pixelsPerMeter() / devicePixelRatio;
      const lengths = [.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
      const length = lengths.find(l => l * perMeter >= 50) ?? 1000;
      element("scale").style.width = length * perMeter + "px";
      element("scale").textContent = length < 1 ? Math.round(length * 100) + " cm" : length + " m";
      element("fit").hidden = view.zoom === 1 && view.x === (minX + maxX) / 2 && view.y === (minY + maxY) / 2;
      stale = true;
    }
    function fit() {
      Object.assign(view, { zoom: 1, x: (minX + maxX) / 2, y: (minY + maxY) / 2 });
      showScale();
    }
    element("fit").addEventListener("click", fit);
    canvas.addEventListener("dblclick", fit);
    canvas.addEventListener("wheel", e => {
      e.preventDefault();
      const before = pixelsPerMeter() / devicePixelRatio;
      const dx = e.offsetX - stage.clientWidth / 2, dy = stage.clientHeight / 2 - e.offsetY;
      view.zoom = Math.min(Math.max(view.zoom * Math.exp(-e.deltaY * .0015), 1), 40);
      const after = pixelsPerMeter() / devicePixelRatio;
      view.x += dx / before - dx / after;
      view.y += dy / before - dy / after;
      if (view.zoom === 1) fit();
      showScale();
    }, { passive: false });
    canvas.addEventListener("pointerdown", e => {
      canvas.setPointerCapture(e.pointerId);
      canvas.classList.add("dragging");
    });
    canvas.addEventListener("pointermove", e => {
      if (!e.buttons || !canvas.hasPointerCapture(e.pointerId)) return;
      const perMeter = pixelsPerMeter() / devicePixelRatio;
      view.x -= e.movementX / perMeter;
      view.y += e.movementY / perMeter;
      showScale();
    });
    canvas.addEventListener("pointerup", () => canvas.classList.remove("dragging"));
    new ResizeObserver(resize).observe(stage);
    addEventListener("resize", resize);

    function openAtAddress() {
      const start = /[#&]t=([\d.]+)/.exec(location.hash);
      if (start) {
        seek(+start[1]);
        setPlaying(false);
      }
      return start;
    }
    addEventListener("hashchange", openAtAddress);

    let previous = 0;
    function tick(now) {
      if (playing) {
        // A page in the background gets no frames; it goes on where it was.
        time = Math.min(time + Math.min((now - previous) / 1000, .25) * speed, duration);
        stale = true;
        if (time >= duration) setPlaying(false);
      }
      previous = now;
      if (stale) {
        stale = false;
        draw();
      }
      requestAnimationFrame(tick);
    }
    resize();
    if (!openAtAddress()) setPlaying(!matchMedia("(prefers-reduced-motion: reduce)").matches);
    draw();
    requestAnimationFrame(tick);

    """#
}
