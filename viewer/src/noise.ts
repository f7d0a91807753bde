/**
 * Noise: matches too short to mean anything, told by how many there are of each length.
 *
 * The lengths are put into bins of equal width, one for ten matches. From the fullest bin upwards, the
 * first that holds less than a fiftieth of it ends the noise: where short matches have become rare.
 */

/** With so few matches nothing is noise. */
const FEWEST = 1000;
const MATCHES_IN_BIN = 10;
const RARE = 50;

/** The least length, of the drawn segment in bases, of a match that is no noise; 0 where all are none. */
export function noiseEnds(count: number, lengthOf: (row: number) => number): number {
  if (count <= FEWEST) return 0;
  let low = Infinity;
  let high = -Infinity;
  for (let row = 0; row < count; row++) {
    const length = lengthOf(row);
    low = Math.min(low, length);
    high = Math.max(high, length);
  }
  if (high <= low) return 0;
  const bins = new Uint32Array(Math.floor(count / MATCHES_IN_BIN));
  const width = (high - low) / bins.length;
  for (let row = 0; row < count; row++) bins[Math.min(Math.floor((lengthOf(row) - low) / width), bins.length - 1)]++;
  const fullest = bins.reduce((best, number, bin) => (number > bins[best] ? bin : best), 0);
  for (let bin = fullest; bin < bins.length; bin++) {
    if (bins[bin] < bins[fullest] / RARE) return low + bin * width;
  }
  return 0;
}
