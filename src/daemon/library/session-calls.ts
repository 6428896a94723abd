// SessionStart, SessionStats and SessionEnd.

import { absolutePath, type RawText, showRaw } from "../../core/raw-text.ts";
import type { Places } from "../../ipc/places.ts";
import type { CallRequest } from "../../ipc/schemas/calls.ts";
import type { PhaseProfile } from "../phase-profile.ts";
import type { Handlers } from "./handlers.ts";
import { openLines } from "./journal.ts";
import { refused } from "./refused.ts";
import { realPathOrSelf } from "./release.ts";
import type { SessionFigures, SessionSettings } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { variableText } from "./tool-order.ts";

/** What a private session may insist on. */
export type DaemonPlaces = Pick<Places, "endpoint" | "root" | "topRoot">;

/** The handlers. */
export function sessionHandlers(
  sessions: Sessions,
  where: DaemonPlaces,
  profile: Pick<PhaseProfile, "report">,
): Handlers<"SessionStart" | "SessionStats" | "SessionEnd"> {
  return {
    SessionStart: (request) => {
      const settings = settingsOf(request);
      mustBeThisDaemon(request.private_daemon, where);
      if (settings.journal !== undefined) openLines("journal", settings.journal);
      if (settings.logFile !== undefined) openLines("session log", settings.logFile);
      const { id } = sessions.start(settings).settings;
      return { type: "SessionStarted", session_id: id, journal_path: settings.journal };
    },
    SessionStats: async ({ session_id }) => {
      const session = sessions.find(session_id);
      if (session === undefined) {
        throw refused(`give figures of session ${session_id}`, "there is none");
      }
      return { type: "SessionStatsResult", stats: withProfile(await session.figures(), profile) };
    },
    SessionEnd: async ({ session_id }) => {
      const session = sessions.find(session_id);
      if (session === undefined) return { type: "SessionEnded", stats: undefined };
      sessions.end(session);
      return { type: "SessionEnded", stats: withProfile(await session.figures(), profile) };
    },
  };
}

/** The whole daemon's: a session's calls share phases with others'. */
function withProfile(figures: SessionFigures | undefined, profile: Pick<PhaseProfile, "report">) {
  return figures && { ...figures, phase_profile: profile.report() };
}

function settingsOf(request: CallRequest<"SessionStart">): Omit<SessionSettings, "id"> {
  const { working_dir: workingDirectory, client_pid: clientPid, private_daemon: own } = request;
  if (!workingDirectory.startsWith("/")) {
    throw refused("start a session", `"${showRaw(workingDirectory)}" is not absolute`);
  }
  const journal = inside(workingDirectory, request.journal_path);
  if (journal?.endsWith(".jsonl") === false) {
    throw refused(`write the journal "${showRaw(journal)}"`, "expected a name in .jsonl");
  }
  for (const variable of own?.env ?? []) variableText(variable);
  const owners = own === undefined ? [] : own.owner_pids.length === 0 ? [clientPid] : own.owner_pids;
  return {
    clientPid,
    workingDirectory,
    realDirectory: realPathOrSelf(workingDirectory),
    logFile: inside(workingDirectory, request.log_file),
    journal,
    trackStats: request.track_stats,
    profile: request.profile,
    environment: own?.env ?? [],
    owners,
  };
}

function inside(directory: RawText, path: RawText | undefined): RawText | undefined {
  return path === undefined ? undefined : absolutePath(path, directory);
}

const PRIVATE = "start a private session with this daemon";

function mustBeThisDaemon(wanted: CallRequest<"SessionStart">["private_daemon"], where: DaemonPlaces): void {
  const { endpoint, cache_dir } = wanted ?? {};
  if (endpoint !== undefined && !isOneOf(endpoint, [where.endpoint])) {
    throw refused(PRIVATE, `its endpoint is "${showRaw(where.endpoint)}", not "${showRaw(endpoint)}"`);
  }
  if (cache_dir !== undefined && !isOneOf(cache_dir, [where.root, where.topRoot])) {
    throw refused(PRIVATE, `its cache is "${showRaw(where.root)}", not "${showRaw(cache_dir)}"`);
  }
}

function isOneOf(path: RawText, places: readonly RawText[]): boolean {
  const real = realPathOrSelf(path);
  return places.some((place) => realPathOrSelf(place) === real);
}
