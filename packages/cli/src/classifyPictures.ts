import { classifyMessages } from "./classifyMessages.js";
import type { ClassifyRun } from "./classifyRun.js";
import { classifyVerdict } from "./classifyVerdict.js";
import { calibrationPlot } from "./plot/calibrationPlot.js";
import { classesPlot } from "./plot/classesPlot.js";
import { confusionPlot } from "./plot/confusionPlot.js";
import { looksPlot } from "./plot/looksPlot.js";
import type { PlotOptions } from "./plot/theme.js";

export interface ClassifyPictureOptions extends PlotOptions {
  /** The text under the title; a sentence of its own when left out. */
  subtitle?: string | undefined;
}

/** The pictures of a run by the names of their files, as SVG. */
export const classifyPictures = {
  confusion: (run: ClassifyRun, options: ClassifyPictureOptions): string =>
    confusionPlot(
      {
        classes: run.judged.classes,
        counts: run.judged.scores.confusion,
        subtitle: options.subtitle ?? classifyVerdict(run, options.lang)[0],
      },
      options,
    ),
  calibration: (run: ClassifyRun, options: ClassifyPictureOptions): string =>
    calibrationPlot(
      {
        bins: run.judged.scores.calibration,
        subtitle:
          options.subtitle ?? classifyMessages(options.lang).plot.error(run.judged.scores.calibrationError),
      },
      options,
    ),
  looks: (run: ClassifyRun, options: ClassifyPictureOptions): string =>
    looksPlot({ looks: run.looks, channels: run.train.channels, subtitle: options.subtitle }, options),
  classes: (run: ClassifyRun, options: ClassifyPictureOptions): string => classesPlot(run.train, options),
};
