// Jansson: a C project through CMake and ninja, with gcc and with clang.

import { PROJECTS } from "./projects.ts";
import { describeProject } from "./rounds.ts";

describeProject("jansson", PROJECTS.jansson);
describeProject("jansson-clang", PROJECTS["jansson-clang"]);
