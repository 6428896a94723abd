import { expect, test } from "bun:test";
import { identityFile } from "../../../src/broker/identity.ts";

test("identityFile() has the namespace in its name, unless that is the default one [broker 17]", () => {
  expect(identityFile({ root: "/c/v1", namespace: "default" })).toBe("/c/v1/daemon.running-process.json");
  expect(identityFile({ root: "/c/v1", namespace: "ci" })).toBe("/c/v1/daemon-ci.running-process.json");
});
