// Redis with interprocedural optimization.

import { PROJECTS } from "./projects.ts";
import { describeProject } from "./rounds.ts";

describeProject("redis-lto", PROJECTS["redis-lto"]);
