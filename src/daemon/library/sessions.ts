// The sessions of this daemon. What other parts of it need of them stands here: figures for Status, owners for the end
// of a private daemon, and warnings that sessions started later are to see.

import { type RawText, showRaw } from "../../core/raw-text.ts";
import type { StartUpWarnings } from "../start-up-warnings.ts";
import { Owners } from "./owners.ts";
import { refused } from "./refused.ts";
import { Session, type SessionSettings } from "./session.ts";

// Sessions whose directory was released; what compiles with them has missed that.
const KEPT_DROPPED = 1000;

const NO_WARNINGS: Pick<StartUpWarnings, "list"> = { list: () => [] };

/** Sessions that have not ended, and a memory of those that were dropped. */
export class Sessions {
  readonly owners = new Owners();
  readonly #active = new Map<string, Session>();
  readonly #dropped = new Set<string>();
  readonly #warnings: Pick<StartUpWarnings, "list">;
  #total = 0;

  /** @param warnings What the log of every session begins with. */
  constructor(warnings: Pick<StartUpWarnings, "list"> = NO_WARNINGS) {
    this.#warnings = warnings;
  }

  get isAny(): boolean {
    return this.#active.size > 0;
  }

  get active(): readonly Session[] {
    return [...this.#active.values()];
  }

  /** Begins one. */
  start(settings: Omit<SessionSettings, "id">): Session {
    const session = new Session({ id: crypto.randomUUID(), ...settings });
    for (const warning of this.#warnings.list()) session.log(`warning: ${warning}`);
    if (settings.owners.length > 0) this.owners.add(settings.owners);
    this.#active.set(session.settings.id, session);
    this.#total += 1;
    return session;
  }

  /** The session of this name; undefined if there is none. */
  find(id: string): Session | undefined {
    return this.#active.get(id);
  }

  /** As `find`, for compiles. @throws {ZccacheError} `BAD_REQUEST` if it ended because its directory was released. */
  forCompile(id: string): Session | undefined {
    if (!this.#dropped.has(id)) return this.find(id);
    throw refused("compile", `session ${id} ended when its directory was released`);
  }

  /** Ends one. */
  end(session: Session): void {
    if (this.#forget(session)) void session.end();
  }

  /** Ends one whose directory is to be removed. */
  drop(session: Session): void {
    if (this.#forget(session)) session.close();
    this.#dropped.add(session.settings.id);
    const [oldest] = this.#dropped;
    if (oldest !== undefined && this.#dropped.size > KEPT_DROPPED) this.#dropped.delete(oldest);
  }

  /** @returns false if it is no more. */
  #forget({ settings: { id, owners } }: Session): boolean {
    if (!this.#active.delete(id)) return false;
    this.owners.release(owners);
    return true;
  }

  /** Fields of Status. Never values of variables. */
  report() {
    const names = new Set(this.active.flatMap(({ settings }) => settings.environment.map(([name]) => nameOf(name))));
    return {
      private_daemon: {
        enabled: this.owners.isPrivate,
        owners: this.owners.report(),
        private_env_keys: [...names].sort(),
      },
      sessions_total: this.#total,
      sessions_active: this.#active.size,
    };
  }
}

function nameOf(name: RawText): string {
  return showRaw(name);
}
