"""Reference numbers for the measures of classification in packages/forecast, from scikit-learn.

    pip install scikit-learn && python golden/classification.py

writes golden/classification.json beside this file. The expected calibration error, which scikit-learn lacks, is
written out here from equations 2 and 3 of Guo et al. (2017) on numpy; dynamic time warping from its recurrence.
"""

import json
import pathlib
import platform
import warnings

import numpy as np
import sklearn
from sklearn import metrics

warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).parent
rng = np.random.default_rng(6)


def calibration_error(targets, probabilities, bins=10):
    confidence = probabilities.max(1)
    right = probabilities.argmax(1) == targets
    error = 0.0
    for b in range(bins):
        inside = (confidence > b / bins) & (confidence <= (b + 1) / bins)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return error


def case(name, labels, targets, probabilities):
    """`targets` and the columns of `probabilities` are places in `labels`."""
    predicted = probabilities.argmax(1)
    everything = list(range(len(labels)))
    if len(labels) == 2:
        auc = metrics.roc_auc_score(targets, probabilities[:, 1])
    else:
        auc = metrics.roc_auc_score(targets, probabilities, multi_class="ovr", average="macro")
    return {
        "name": name,
        "classes": labels,
        "actual": [labels[t] for t in targets],
        "probabilities": probabilities.tolist(),
        "accuracy": metrics.accuracy_score(targets, predicted),
        "balancedAccuracy": metrics.balanced_accuracy_score(targets, predicted),
        "macroF1": metrics.f1_score(targets, predicted, average="macro"),
        "logLoss": metrics.log_loss(targets, probabilities, labels=everything),
        "rocAuc": auc,
        "calibrationError": calibration_error(targets, probabilities),
        "confusion": metrics.confusion_matrix(targets, predicted, labels=everything).tolist(),
    }


def random(count, classes, sharpness, grid=None):
    targets = rng.integers(classes, size=count)
    targets[:classes] = np.arange(classes)
    scores = rng.normal(size=(count, classes)) + sharpness * np.eye(classes)[targets]
    probabilities = np.exp(scores)
    if grid:  # many equal probabilities
        probabilities = np.round(probabilities * grid) + 1
    return targets, probabilities / probabilities.sum(1, keepdims=True)


def certain(count, classes):
    """Probabilities of 0 and 1, as a nearest neighbour gives them."""
    targets = rng.integers(classes, size=count)
    targets[:classes] = np.arange(classes)
    predicted = np.where(rng.random(count) < 0.7, targets, rng.integers(classes, size=count))
    return targets, np.eye(classes)[predicted]


def dtw(a, b):
    """Dynamic time warping of [channels, steps], squared differences added over channels, no window."""
    cost = np.full((a.shape[1] + 1, b.shape[1] + 1), np.inf)
    cost[0, 0] = 0
    for i in range(1, a.shape[1] + 1):
        for j in range(1, b.shape[1] + 1):
            here = ((a[:, i - 1] - b[:, j - 1]) ** 2).sum()
            cost[i, j] = here + min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
    return cost[-1, -1]


def warping(channels, first, second):
    a, b = rng.normal(size=(channels, first)), rng.normal(size=(channels, second))
    return {"a": a.tolist(), "b": b.tolist(), "dtw": dtw(a, b)}


golden = {
    "made": {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
    },
    "scores": [
        case("two classes", ["no", "yes"], *random(40, 2, 1.0)),
        case("two classes, many equal probabilities", ["0", "1"], *random(60, 2, 0.7, grid=2)),
        case("four classes", ["a", "b", "c", "d"], *random(50, 4, 1.5)),
        case("three classes, many equal probabilities", ["x", "y", "z"], *random(30, 3, 0.5, grid=1)),
        case("three classes, certain", ["1", "2", "3"], *certain(25, 3)),
        case("two classes, always right", ["1", "2"], *random(12, 2, 100.0)),
    ],
    "dtw": [warping(1, 5, 5), warping(1, 7, 4), warping(3, 6, 9), warping(2, 1, 6)],
}
(here / "classification.json").write_text(json.dumps(golden) + "\n")
