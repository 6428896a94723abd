// LevelDB: a C++ project through CMake and ninja.

import { PROJECTS } from "./projects.ts";
import { describeProject } from "./rounds.ts";

describeProject("leveldb", PROJECTS.leveldb);
