// Mbed TLS: a C project through its own Makefile.

import { PROJECTS } from "./projects.ts";
import { describeProject } from "./rounds.ts";

describeProject("mbedtls", PROJECTS.mbedtls);
