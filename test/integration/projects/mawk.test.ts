// mawk: a C project through a generated configure script, hundreds of small compiles of which many have to fail, and
// make.

import { PROJECTS } from "./projects.ts";
import { describeProject } from "./rounds.ts";

describeProject("mawk", PROJECTS.mawk);
