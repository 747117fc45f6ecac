// Names beside circles, where they overlap nothing: pushed away from crowds, with a line back where they went far.

const HEIGHT = 14;
const NEAR = 6;
const DISTANCES = [0, 6, 12, 20, 28, 38, 50, 64, 80, 98, 118, 140];
const DIRECTIONS = 24;
const ROUNDS = 24;

const pen = document.createElement("canvas").getContext("2d");

/** Width of a text in pixels, as wide as it gets in bold. */
function widthOf(text, family) {
  pen.font = `700 12px ${family}`;
  return Math.ceil(pen.measureText(text).width);
}

const apart = (a, b) => a[0] >= b[2] || a[2] <= b[0] || a[1] >= b[3] || a[3] <= b[1];

function inCircle(box, { x, y, r }) {
  const dx = x - Math.max(box[0], Math.min(x, box[2]));
  const dy = y - Math.max(box[1], Math.min(y, box[3]));
  return dx * dx + dy * dy < r * r;
}

function side(a, b, c) {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

function cross([a, b], [c, d]) {
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

function meets(line, box) {
  const inside = ([x, y]) => x > box[0] && x < box[2] && y > box[1] && y < box[3];
  const [left, top, right, bottom] = box;
  return line.some(inside) || cross(line, [[left, top], [right, bottom]]) || cross(line, [[left, bottom], [right, top]]);
}

/** The box of a name that lies in a direction of a circle, so far from it. */
function boxAt({ x, y, r, width }, angle, distance) {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const reach = r + 3 + distance;
  // Its middle lies as far out as its half extent in that direction, so that it just touches.
  const out = Math.min(width / 2 / Math.max(Math.abs(dx), 1e-6), HEIGHT / 2 / Math.max(Math.abs(dy), 1e-6));
  const [cx, cy] = [x + dx * (reach + out), y + dy * (reach + out)];
  return [cx - width / 2, cy - HEIGHT / 2, cx + width / 2, cy + HEIGHT / 2];
}

function lineOf({ x, y }, box) {
  return [
    [x, y],
    [Math.max(box[0], Math.min(x, box[2])), Math.max(box[1], Math.min(y, box[3]))],
  ];
}

/**
 * Places names: for each of `points`, {x, y, r, text}, its box and the line to it, or null where there is no room.
 * `taken` are boxes that stand there already. Where `mayMove` is false, a name stands at its circle or not at all.
 */
export function placeLabels(points, { width, height, taken, family, mayMove }) {
  const all = points.map((point) => ({ ...point, width: widthOf(point.text, family) }));
  const crowd = all.map(({ x, y }) => {
    const near = all.filter((other) => Math.hypot(other.x - x, other.y - y) < 90);
    const middle = (part) => near.reduce((sum, other) => sum + other[part], 0) / near.length;
    return { size: near.length, away: Math.atan2(y - middle("y"), x - middle("x")) };
  });
  const turns = Array.from({ length: DIRECTIONS }, (_, place) => (2 * Math.PI * place) / DIRECTIONS);
  const spots = all.map((point, place) => {
    // Away from the crowd; beside rather than above.
    const cost = (angle) => 1 - Math.cos(angle - crowd[place].away) + 0.6 * Math.abs(Math.sin(angle));
    const angles = [...turns].sort((a, b) => cost(a) - cost(b));
    return (mayMove ? DISTANCES : [0]).flatMap((distance) =>
      angles.map((angle) => {
        const box = boxAt(point, angle, distance);
        return { box, line: distance > NEAR ? lineOf(point, box) : null };
      }),
    );
  });
  const fitsIn = ([left, top, right, bottom]) => left >= 1 && right <= width - 1 && top >= 1 && bottom <= height - 1;
  const isFree = ({ box, line }, own, placed) =>
    fitsIn(box) &&
    taken.every((other) => apart(box, other)) &&
    all.every((other) => !inCircle(box, other)) &&
    placed.every(
      (other, place) =>
        other === null ||
        place === own ||
        (apart(box, other.box) &&
          !(line && meets(line, other.box)) &&
          !(other.line && (meets(other.line, box) || (line && cross(line, other.line))))),
    );
  let order = all.map((_, place) => place).sort((a, b) => crowd[b].size - crowd[a].size);
  let best = null;
  for (let round = 0; round < (mayMove ? ROUNDS : 1); round += 1) {
    const placed = all.map(() => null);
    for (const place of order) {
      placed[place] = spots[place].find((spot) => isFree(spot, place, placed)) ?? null;
    }
    const missing = order.filter((place) => placed[place] === null);
    if (best === null || missing.length < best.missing) {
      best = { placed, missing: missing.length };
    }
    if (missing.length === 0) {
      break;
    }
    // Those that found no room choose first.
    order = [...missing, ...order.filter((place) => !missing.includes(place))];
  }
  return best?.placed ?? [];
}
