/**
 * Orders of many numbers without comparing them: radix sort, eleven bits at a time. Ten million keys
 * take a fraction of a second, where a comparing sort takes many.
 */

const BITS = 11;
const BUCKETS = 1 << BITS;
const MASK = BUCKETS - 1;

export const upwards = (count: number): Uint32Array => {
  const order = new Uint32Array(count);
  for (let place = 0; place < count; place++) order[place] = place;
  return order;
};

/** `order` (places in `keys`) sorted by key, smallest first; equal keys stay as they were. */
export function sortBy(keys: Uint32Array, order: Uint32Array): Uint32Array {
  let from: Uint32Array = order;
  let to: Uint32Array = new Uint32Array(order.length);
  for (let shift = 0; shift < 32; shift += BITS) {
    const starts = new Uint32Array(BUCKETS + 1);
    for (let at = 0; at < from.length; at++) starts[((keys[from[at]] >>> shift) & MASK) + 1]++;
    // All keys share these bits: they order nothing.
    if (starts.includes(from.length)) continue;
    for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1] += starts[bucket];
    for (let at = 0; at < from.length; at++) to[starts[(keys[from[at]] >>> shift) & MASK]++] = from[at];
    [from, to] = [to, from];
  }
  return from;
}

/** So few are put in order one by one. */
const FEW = 32;

/** Places of whole numbers below 2^53, smallest number first; equal ones stay as they were. */
export function sortedPlaces(values: Float64Array): Uint32Array {
  if (values.length <= FEW) return inserted(values);
  const low = new Uint32Array(values.length);
  const high = new Uint32Array(values.length);
  for (let place = 0; place < values.length; place++) {
    high[place] = Math.floor(values[place] / 2 ** 32);
    low[place] = values[place] - high[place] * 2 ** 32;
  }
  return sortBy(high, sortBy(low, upwards(values.length)));
}

function inserted(values: Float64Array): Uint32Array {
  const order = new Uint32Array(values.length);
  for (let place = 0; place < values.length; place++) {
    let at = place;
    for (; at > 0 && values[order[at - 1]] > values[place]; at--) order[at] = order[at - 1];
    order[at] = place;
  }
  return order;
}

/** The numbers in ascending order. */
export function ascending(numbers: Uint32Array): Uint32Array {
  // For few the built-in sort is quicker than counting through the buckets.
  if (numbers.length < 4 * BUCKETS) return numbers.sort();
  let from = numbers;
  let to: Uint32Array = new Uint32Array(numbers.length);
  for (let shift = 0; shift < 32; shift += BITS) {
    const starts = new Uint32Array(BUCKETS + 1);
    for (let at = 0; at < from.length; at++) starts[((from[at] >>> shift) & MASK) + 1]++;
    if (starts.includes(from.length)) continue;
    for (let bucket = 0; bucket < BUCKETS; bucket++) starts[bucket + 1] += starts[bucket];
    for (let at = 0; at < from.length; at++) to[starts[(from[at] >>> shift) & MASK]++] = from[at];
    [from, to] = [to, from];
  }
  return from;
}

/**
 * The least number that at most `most` of the numbers exceed; -1 where they are no more than that.
 * Two counts, of the upper and of the lower halves of the digits, and nothing is sorted.
 */
export function exceededBy(most: number, numbers: Uint32Array): number {
  if (numbers.length <= most) return -1;
  const upper = new Uint32Array(1 << 16);
  for (let at = 0; at < numbers.length; at++) upper[numbers[at] >>> 16]++;
  const [high, above] = fromTop(upper, most);
  const lower = new Uint32Array(1 << 16);
  for (let at = 0; at < numbers.length; at++) if (numbers[at] >>> 16 === high) lower[numbers[at] & 0xffff]++;
  const [low] = fromTop(lower, most - above);
  return high * 65536 + low;
}

/** The bucket with which the counts, added from the top, exceed `most`, and what lies above it. */
function fromTop(counts: Uint32Array, most: number): readonly [number, number] {
  let above = 0;
  for (let bucket = counts.length - 1; bucket >= 0; bucket--) {
    if (above + counts[bucket] > most) return [bucket, above];
    above += counts[bucket];
  }
  return [0, above];
}
