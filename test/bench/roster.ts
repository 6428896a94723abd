// Lets everyone do the same steps in turns.

import type { NotShown } from "./contenders.ts";
import { firstLines } from "./peers.ts";

/** Who still takes part, and why the others do not: one member that fails does not end the benchmark. */
export class Roster<Member extends { readonly name: string }> {
  readonly absent: NotShown[] = [];
  readonly #goOn: () => void;
  #present: readonly Member[];

  /** @param goOn Called before each step and after one that failed; throws when all is to end. */
  constructor(members: readonly Member[], goOn: () => void) {
    this.#present = members;
    this.#goOn = goOn;
  }

  /** Whether it has not failed. */
  has(name: string): boolean {
    return this.#present.some((member) => member.name === name);
  }

  /** Lets each do a step, another one first in each round; who fails is out. */
  async each(step: (member: Member) => Promise<void>, round = 0): Promise<void> {
    const first = round % Math.max(1, this.#present.length);
    for (const member of [...this.#present.slice(first), ...this.#present.slice(0, first)]) {
      this.#goOn();
      try {
        await step(member);
      } catch (error) {
        this.#goOn();
        this.absent.push({ name: member.name, why: firstLines(error) });
        this.#present = this.#present.filter(({ name }) => name !== member.name);
      }
    }
  }
}
