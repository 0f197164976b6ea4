// Prints "N passed, N failed, N skipped", added up over the JSON reports of Vitest that are named. Exits 1 on a failure.
import { readFileSync } from "node:fs";

let [passed, failed, skipped] = [0, 0, 0];
for (const path of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(path, "utf8"));
    // A suite that fails to load has no tests of its own to count, so it counts as one failure.
    const broken = report.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0);
    passed += report.numPassedTests;
    failed += report.numFailedTests + broken.length;
    skipped += report.numPendingTests + report.numTodoTests;
  } catch (error) {
    console.error(`No report of a run of tests, which counts as one failure: ${error.message}`);
    failed++;
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
