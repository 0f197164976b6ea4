import { measureCnn } from "./cnn.js";
import { showCnn } from "./cnnView.js";
import { measureCompare } from "./compare.js";
import { showCompare } from "./compareView.js";
import { measureConv1d } from "./conv1d.js";
import { showConv1d } from "./conv1dView.js";
import { measureGradients } from "./gradients.js";
import { showGradients } from "./gradientsView.js";
import { measureGru } from "./gru.js";
import { showGru } from "./gruView.js";
import { type Section, section } from "./section.js";
import { measureStates } from "./states.js";
import { showStates } from "./statesView.js";

/** The tutorial's sections beside the forecast, in its order. */
export const sections: readonly Section[] = [
  section("gradients", "1.2", measureGradients, showGradients),
  section("states", "2.1", measureStates, showStates),
  section("gru", "3", measureGru, showGru),
  section("compare", "4", measureCompare, showCompare),
  section("conv1d", "5.2", measureConv1d, showConv1d),
  section("cnn", "5.3", measureCnn, showCnn),
];
