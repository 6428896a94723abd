// RE2: a C++ project through its own Makefile, with g++ and with clang++.

import { PROJECTS } from "./projects.ts";
import { describeProject } from "./rounds.ts";

describeProject("re2", PROJECTS.re2);
describeProject("re2-clang", PROJECTS["re2-clang"]);
