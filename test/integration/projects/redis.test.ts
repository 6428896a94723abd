// Redis: a C project through its own makefiles.

import { PROJECTS } from "./projects.ts";
import { describeProject } from "./rounds.ts";

describeProject("redis", PROJECTS.redis);
