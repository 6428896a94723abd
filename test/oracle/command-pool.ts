// Which command is next: mostly one that was used before, so that there is something to hit.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn } from "./chance.ts";
import { type Command, refusedByTable } from "./commands.ts";
import { drawCommand } from "./draw-command.ts";
import type { OptionSource } from "./options.ts";

const MOST = 12;
const FEWEST = MOST / 2;
/** One of eight includes a header that may be compiled beforehand. */
const DRAWN_TO_FIT = 16;

/** The commands in use. */
export class CommandPool {
  readonly #random: Random;
  readonly #options: OptionSource;
  #commands: Command[] = [];
  #last: Command | undefined;

  constructor(random: Random, options: OptionSource) {
    this.#random = random;
    this.#options = options;
  }

  /** One of that kind in use, or a new one; mostly one that fits. */
  chooseOf(what: Command["what"], fits: (command: Command) => boolean = () => true): Command {
    const fitting = this.#commands.filter((command) => command.what === what && fits(command));
    const known = oneIn(this.#random, 4) ? undefined : anyOf(this.#random, fitting);
    const command = known ?? this.#draw(what, fits);
    this.use(command);
    return command;
  }

  #draw(what: Command["what"], fits: (command: Command) => boolean): Command {
    let drawn = drawCommand(this.#random, this.#options, what);
    for (let more = 0; more < DRAWN_TO_FIT && !fits(drawn); more++)
      drawn = drawCommand(this.#random, this.#options, what);
    return drawn;
  }

  /** One in use, half of the time the last one, or a new one. */
  choose(): Command {
    const again = this.#last !== undefined && oneIn(this.#random, 2) ? this.#last : anyOf(this.#random, this.#commands);
    const command =
      again === undefined || this.#commands.length < FEWEST || oneIn(this.#random, 9)
        ? drawCommand(this.#random, this.#options)
        : again;
    this.use(command);
    return command;
  }

  /** Takes a command into use, unless it is left alone by the cache. */
  use(command: Command): void {
    if (refusedByTable(command)) return;
    this.#commands = [command, ...this.#commands.filter((other) => other !== command)].slice(0, MOST);
    this.#last = command;
  }

  /** Takes a command out of use. */
  drop(command: Command): void {
    this.#commands = this.#commands.filter((other) => other !== command);
    this.#last = undefined;
  }
}
