// The layout of a small graph: nodes repel, links pull, the same way each time.

const LENGTH = 92;
const CHARGE = 5200;

export class Force {
  constructor(x, y, radius, links, centre = -1) {
    Object.assign(this, { x, y, radius, links, centre });
    this.count = x.length;
    this.vx = new Float64Array(this.count);
    this.vy = new Float64Array(this.count);
    this.heat = 1;
    this.held = -1;
    this.degree = new Float64Array(this.count);
    for (const end of links) this.degree[end]++;
  }

  settle(steps) {
    for (let i = 0; i < steps; i++) this.step();
    return this;
  }

  // One step; false once all is at rest.
  step() {
    const { x, y, vx, vy, count, links, degree, radius } = this;
    this.heat *= 0.982;
    if (this.heat < 0.008) return false;
    const heat = this.heat;
    for (let a = 0; a < count; a++) {
      for (let b = a + 1; b < count; b++) {
        let dx = x[a] - x[b] || 0.01 * (a - b);
        let dy = (y[a] - y[b]) * 1.25 || 0.01; // labels are wide: rows keep more distance than columns
        const square = dx * dx + dy * dy;
        const room = radius[a] + radius[b] + 10;
        let push = (CHARGE * heat) / (square + 60);
        if (square < room * room) push += (0.5 * (room - Math.sqrt(square))) / room;
        const length = Math.sqrt(square) + 0.01;
        dx *= push / length;
        dy *= push / length;
        vx[a] += dx;
        vy[a] += dy;
        vx[b] -= dx;
        vy[b] -= dy;
      }
    }
    for (let i = 0; i < links.length; i += 2) {
      const [a, b] = [links[i], links[i + 1]];
      const dx = x[b] - x[a];
      const dy = y[b] - y[a];
      const length = Math.sqrt(dx * dx + dy * dy) + 0.01;
      const wanted = LENGTH + 4 * Math.sqrt(Math.max(degree[a], degree[b]));
      const pull = ((length - wanted) / length) * heat * 0.34;
      const share = degree[a] / (degree[a] + degree[b]); // the less linked end moves more
      const strength = 1.4 / Math.sqrt(Math.min(degree[a], degree[b]));
      vx[b] -= dx * pull * share * strength;
      vy[b] -= dy * pull * share * strength;
      vx[a] += dx * pull * (1 - share) * strength;
      vy[a] += dy * pull * (1 - share) * strength;
    }
    for (let i = 0; i < count; i++) {
      const gravity = i === this.centre ? 0.12 : 0.008;
      vx[i] -= x[i] * gravity * heat;
      vy[i] -= y[i] * gravity * heat * 1.15;
      vx[i] *= 0.62;
      vy[i] *= 0.62;
      if (i === this.held) continue;
      x[i] += Math.max(-30, Math.min(30, vx[i]));
      y[i] += Math.max(-30, Math.min(30, vy[i]));
    }
    return true;
  }
}
