extension ReplayTemplate {
  /// The player: decodes what ``ReplayEncoder`` and ``ReplayPage`` wrote, and draws it.
  static let script = decoder + player

  private static let decoder = #"""

    "use strict";
    window.addEventListener("error", e => {
      const box = document.getElementById("problem");
      box.textContent = "This replay cannot be played: " + e.message;
      box.hidden = false;
    });
    const data = JSON.parse(document.getElementById("data").textContent);

    /** Reads integers of 7 bits a byte from base64. */
    class Reader {
      constructor(base64) {
        const text = atob(base64);
        this.bytes = new Uint8Array(text.length);
        for (let i = 0; i < text.length; i++) this.bytes[i] = text.charCodeAt(i);
        this.at = 0;
      }
      next() {
        let value = 0, scale = 1, byte;
        do {
          byte = this.bytes[this.at++];
          value += (byte & 127) * scale;
          scale *= 128;
        } while (byte > 127);
        return value;
      }
      signed() {
        const value = this.next();
        return value % 2 ? -(value + 1) / 2 : value / 2;
      }
    }

    const css = c => `rgba(${c[0]},${c[1]},${c[2]},${+(c[3] / 255).toFixed(3)})`;

    /** A layer of cells with its picture, one pixel a cell. */
    class Layer {
      constructor(description) {
        Object.assign(this, description);
        this.values = new Uint8Array(this.width * this.height);
        this.canvas = document.createElement("canvas");
        this.canvas.width = this.width;
        this.canvas.height = this.height;
        this.context = this.canvas.getContext("2d");
        this.image = this.context.createImageData(this.width, this.height);
        this.pixels = new Uint32Array(this.image.data.buffer);
        const word = new Uint8Array(4);
        this.colors = new Uint32Array(256);
        this.palette.forEach((c, i) => {
          word.set(c);
          this.colors[i] = new Uint32Array(word.buffer)[0];
        });
        this.repaint();
      }
      /** Canvas rows go down, ours go up. */
      paint(index, value) {
        const row = Math.floor(index / this.width);
        this.pixels[(this.height - 1 - row) * this.width + index - row * this.width] = this.colors[value];
      }
      repaint() {
        for (let i = 0; i < this.values.length; i++) this.paint(i, this.values[i]);
        this.dirty = true;
      }
      change(reader) {
        let at = 0;
        for (let runs = reader.next(); runs > 0; runs--) {
          at += reader.next();
          const length = reader.next(), value = reader.next();
          for (const end = at + length; at < end; at++) {
            this.values[at] = value;
            this.paint(at, value);
          }
          this.dirty = true;
        }
      }
      restore(values) {
        this.values.set(values);
        this.repaint();
      }
      picture() {
        if (this.dirty) this.context.putImageData(this.image, 0, 0);
        this.dirty = false;
        return this.canvas;
      }
    }

    /** Frames of slots, all decoded at once; cells are decoded as they are played. */
    class Scene {
      constructor(source, frames) {
        this.styles = source.styles.map(s => ({ ...s, css: s.color ? css(s.color) : "" }));
        this.layers = source.layers.map(l => new Layer(l));
        this.cells = new Reader(source.cells);
        this.frames = [];
        const reader = new Reader(source.slots);
        let last = [];
        for (let f = 0; f < frames; f++) {
          const slots = [];
          for (let i = 0, n = reader.next(); i < n; i++) slots.push(this.slot(reader, last[i]));
          this.frames.push(slots);
          last = slots;
        }
        this.starts = [];
        this.keys = [];
        this.frame = -1;
      }
      slot(reader, old) {
        const code = reader.next();
        if (code === 0) return old;
        if (code === 1) return { style: old.style, values: old.values.map(v => v + reader.signed()) };
        const style = this.styles[code - 2];
        const count = { circle: 3, text: 2, cells: 0 }[style.kind] ?? reader.next();
        const values = new Int32Array(count);
        for (let i = 0; i < count; i++) values[i] = reader.signed() + (i < 2 ? 0 : values[i - 2]);
        return { style, values };
      }
      /** Brings the cells to a frame, from the last one kept before it. */
      seek(frame) {
        const every = 100, key = Math.min(Math.floor(frame / every), this.keys.length - 1);
        if (frame < this.frame || key * every > this.frame) {
          this.keys[key].forEach((values, i) => this.layers[i].restore(values));
          this.frame = key * every;
        }
        while (this.frame < frame) {
          this.frame++;
          this.cells.at = this.starts[this.frame] ?? this.cells.at;
          this.starts[this.frame] = this.cells.at;
          for (const slot of this.frames[this.frame]) {
            if (slot.style.kind === "cells") this.layers[slot.style.layer].change(this.cells);
          }
          this.starts[this.frame + 1] = this.cells.at;
          if (this.frame % every === 0 && !this.keys[this.frame / every]) {
            this.keys[this.frame / every] = this.layers.map(l => l.values.slice());
          }
        }
      }
    }

    function decodeTrail(frames) {
      const reader = new Reader(data.trail), points = new Array(frames).fill(null);
      let x = 0, y = 0;
      for (let f = 0; f < frames; f++) {
        if (!reader.next()) continue;
        x += reader.signed();
        y += reader.signed();
        points[f] = [x, y];
      }
      return points;
    }

    // How far the picture has moved since the first frame, in metres.
    function decodeWindow(frames) {
      if (!data.window) return null;
      const reader = new Reader(data.window), places = new Array(frames);
      let x = 0, y = 0;
      for (let f = 0; f < frames; f++) {
        x += reader.signed();
        y += reader.signed();
        places[f] = [x * data.quantum, y * data.quantum];
      }
      return places;
    }

    function decodeGauges(frames) {
      const reader = new Reader(data.gaugeValues);
      const series = data.gauges.map(() => new Float64Array(frames).fill(NaN));
      const last = data.gauges.map(() => 0);
      for (let f = 0; f < frames; f++) {
        for (let n = reader.next(); n > 0; n--) {
          const g = reader.next();
          last[g] += reader.signed();
          const { low, high } = data.gauges[g];
          series[g][f] = low + last[g] / 10000 * (high - low);
        }
      }
      return series;
    }

    """#
}
