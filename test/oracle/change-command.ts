// Changing command lines a little.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn, shuffled, weighed } from "./chance.ts";
import type { Command } from "./commands.ts";
import { OUTPUTS } from "./draw-command.ts";
import { drawLinkOption, numberOption } from "./link-options.ts";
import type { Option, OptionSource } from "./options.ts";
import { CHECKOUTS, WORKING } from "./tree.ts";

/** The same command with an argument that changes nothing but its name to a cache, so that it was not seen before. */
export function unseenCommand(command: Command, random: Random): Command {
  const number = random.below(1_000_000);
  const option = command.what === "link" ? numberOption(command, number) : [`-DUNSEEN=${number}`];
  return option === undefined ? command : withOptions(command, [...command.options, option]);
}

/** What can be done to a command line. */
export type CommandChange =
  | "option added"
  | "option removed"
  | "options reordered"
  | "other directory"
  | "other output name";

/** Drawn by what a cache may get wrong: orders and places matter most. */
export function anyChange(random: Random): CommandChange {
  return weighed(random, [
    [9, "options reordered"],
    [2, "option added"],
    [2, "option removed"],
    [3, "other output name"],
    [9, "other directory"],
  ]);
}

/** A command that differs a little; the same one where the change does not apply. */
export function changeCommand(
  command: Command,
  change: CommandChange,
  by: { random: Random; options: OptionSource },
): Command {
  const { random, options } = by;
  const anywhere = random.below(command.options.length + 1);
  switch (change) {
    case "options reordered": {
      const reordered = withOptions(command, shuffled(random, command.options));
      return reordered.what === "link" ? reordered : { ...reordered, sourceAt: anywhere };
    }
    case "option added": {
      const added = command.what === "link" ? drawLinkOption(random, command) : options.draw(random, command.tool);
      return added === undefined ? command : withOptions(command, command.options.toSpliced(anywhere, 0, added));
    }
    case "option removed":
      // Archivers are not asked for anything without members.
      if (command.what === "link" && command.options.length < 2) return command;
      return withOptions(command, command.options.toSpliced(anywhere, 1));
    case "other output name":
      return withOtherOutput(command, random);
    case "other directory":
      return oneIn(random, 3)
        ? { ...command, cwd: anyOf(random, WORKING) ?? "." }
        : { ...command, checkout: otherCheckout(command) };
    default:
      return change satisfies never;
  }
}

/** The checkout that a command does not run in. */
export function otherCheckout({ checkout }: Command): string {
  return CHECKOUTS.find((name) => name !== checkout) ?? checkout;
}

function withOptions(command: Command, options: readonly Option[]): Command {
  return { ...command, options };
}

function withOtherOutput(command: Command, random: Random): Command {
  if (command.what === "link")
    return command.output === undefined ? command : { ...command, output: `other-${command.output.slice(-3)}` };
  return command.second === undefined ? { ...command, output: anyOf(random, ["d", ...OUTPUTS]) } : command;
}
