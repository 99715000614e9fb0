import type { EngineMemory, Feeds, GraphDefinition, Resident } from '../engines/engine.ts';

/**
 * The keys and values of slots in an engine's memory while tokens are written: a step takes them there, and leaves them
 * there with what it has added. The slots' own arrays are told as well, so whatever else is done with them (reading a
 * prompt, closing and copying slots, another layout) is done there, and sent anew.
 */
export class ResidentCache {
  readonly #memory: EngineMemory;
  #tensors: Record<string, Resident> = {};
  #layout = -1;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
  }

  /**
   * The inputs that are keys and values, from the engine's memory.
   * @param names of these inputs
   * @param layout names what the feeds hold: see `Slots.layout`
   */
  async tensors(
    { inputs }: GraphDefinition,
    names: readonly string[],
    feeds: Feeds,
    layout: number,
  ): Promise<Readonly<Record<string, Resident>>> {
    if (layout !== this.#layout) {
      this.release();
      for (const name of names)
        // An engine may go on with the very array that it is given.
        this.#tensors[name] = await this.#memory.upload((feeds[name] as Float32Array).slice(), inputs[name]!.shape);
      this.#layout = layout;
    }
    return this.#tensors;
  }

  /** Takes what a step has left in the place of what it was given. */
  replace(tensors: Readonly<Record<string, Resident>>): void {
    this.#memory.release(Object.values(this.#tensors));
    this.#tensors = { ...tensors };
  }

  release(): void {
    this.replace({});
    this.#layout = -1;
  }
}
