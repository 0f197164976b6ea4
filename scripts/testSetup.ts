import fc from "fast-check";

// Properties are tried on the same cases each time, so that a change of ours is what turns a test red. The variable
// FC_SEED tries others: FC_SEED=1 npm test.
const seed = Number(typeof process === "undefined" ? 0 : (process.env.FC_SEED ?? 0));
fc.configureGlobal({ seed });
