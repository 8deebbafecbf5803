// Things found by where they lie.

// Rectangles, found by place.
export class Boxes {
  constructor() {
    this.cells = new Map();
  }

  *#keys(left, top, right, bottom) {
    for (let i = Math.floor(left / 64); i <= Math.floor(right / 64); i++) {
      for (let j = Math.floor(top / 64); j <= Math.floor(bottom / 64); j++) yield i * 4096 + j;
    }
  }

  add(left, top, right, bottom, owner) {
    const box = [left, top, right, bottom, owner];
    for (const key of this.#keys(left, top, right, bottom)) {
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push(box);
    }
  }

  hits(left, top, right, bottom, owner) {
    for (const key of this.#keys(left, top, right, bottom)) {
      for (const box of this.cells.get(key) ?? []) {
        if (box[4] !== owner && box[0] < right && box[2] > left && box[1] < bottom && box[3] > top) return true;
      }
    }
    return false;
  }
}

// Points, found by place.
export class Grid {
  constructor(x, y) {
    this.size = Math.max(8, Math.ceil(Math.sqrt(x.length / 3)));
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < x.length; i++) {
      left = Math.min(left, x[i]);
      right = Math.max(right, x[i]);
      top = Math.min(top, y[i]);
      bottom = Math.max(bottom, y[i]);
    }
    this.left = left;
    this.top = top;
    this.cell = Math.max(right - left, bottom - top, 1) / this.size + 1e-9;
    this.cells = new Map();
    for (let i = 0; i < x.length; i++) {
      const key = this.column(x[i]) * this.size + this.line(y[i]);
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push(i);
    }
  }

  column(x) {
    return Math.max(0, Math.min(this.size - 1, Math.floor((x - this.left) / this.cell)));
  }

  line(y) {
    return Math.max(0, Math.min(this.size - 1, Math.floor((y - this.top) / this.cell)));
  }

  *near(x, y, reach) {
    for (let i = this.column(x - reach); i <= this.column(x + reach); i++) {
      for (let j = this.line(y - reach); j <= this.line(y + reach); j++) yield* this.cells.get(i * this.size + j) ?? [];
    }
  }
}
