export { Linear, type LinearOptions } from "./linear.js";
export { type LossOptions, MSELoss, type Reduction } from "./loss.js";
export { type LoadReport, Module, Parameter, type StateDict } from "./module.js";
export { GRU, LSTM, type RecurrentOptions, RNN, type RNNOptions } from "./recurrent.js";
