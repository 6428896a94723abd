// ninja: a C++ project through CMake and ninja, with interprocedural optimization.

import { PROJECTS } from "./projects.ts";
import { describeProject } from "./rounds.ts";

describeProject("ninja-lto", PROJECTS["ninja-lto"]);
