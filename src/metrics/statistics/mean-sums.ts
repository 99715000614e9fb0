import { studentQuantile } from './student.ts';

/** Running mean and variance (Welford 1962) of one number an episode. */
export class MeanSums {
  count = 0;
  missing = 0;
  private centre = 0;
  private squares = 0;

  add(value: number | null): void {
    if (value === null) {
      this.missing++;
      return;
    }
    this.count++;
    const delta = value - this.centre;
    this.centre += delta / this.count;
    this.squares += delta * (value - this.centre);
  }

  get mean(): number | null {
    return this.count === 0 ? null : this.centre;
  }

  /** Student's 95 % interval of the mean; null below two values. */
  interval(): { low: number; high: number } | null {
    if (this.count < 2) return null;
    const half = studentQuantile(0.95, this.count - 1) * Math.sqrt(this.squares / (this.count - 1) / this.count);
    return { low: this.centre - half, high: this.centre + half };
  }
}
