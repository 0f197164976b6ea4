#!/usr/bin/env node
// A file of its own, not a built one, so that npm can link it before anything is built.
import "../dist/bin.js";
