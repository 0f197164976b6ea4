"""Reference numbers for packages/forecast, from pandas, numpy, scipy, and R for the decomposition.

    pip install numpy pandas scipy && python golden/forecast.py    (and Rscript: apt-get install r-base-core)

writes golden/forecast.json beside this file. The baselines are written out here once more from the formulas of
Hyndman & Athanasopoulos, FPP3 section 5.5, on numpy, independently of the TypeScript.
"""

import json
import pathlib
import platform
import subprocess
import warnings

import numpy as np
import pandas as pd
import scipy
from scipy.stats import norm

warnings.filterwarnings("ignore", message=".*infer_freq.*")
here = pathlib.Path(__file__).parent

FREQUENCIES = [
    # name, start, the way the times are written
    ("MS", "1949-01-01", "date"),
    ("ME", "2019-10-31", "date"),
    ("2MS", "2019-02-01", "date"),
    ("QS", "2019-01-01", "date"),
    ("QS-FEB", "2019-02-01", "date"),
    ("QE", "2019-03-31", "date"),
    ("QE-JAN", "2019-01-31", "date"),
    ("2QE", "2019-06-30", "date"),
    ("YS", "1990-01-01", "date"),
    ("YS-APR", "1990-04-01", "date"),
    ("YE", "1990-12-31", "date"),
    ("YE-JUN", "1990-06-30", "date"),
    ("W-SUN", "2020-02-02", "date"),
    ("W-WED", "2020-02-05", "date"),
    ("2W-FRI", "2020-02-07", "date"),
    ("D", "2020-02-20", "date"),
    ("3D", "2020-02-20", "date"),
    ("B", "2020-02-20", "date"),
    ("h", "2020-02-28T20:00:00", "datetime"),
    ("6h", "2020-02-28T18:00:00", "datetime"),
    ("15min", "2020-02-28T23:15:00", "datetime"),
    ("min", "2020-12-31T23:50:00", "datetime"),
    ("30s", "2020-12-31T23:59:00", "datetime"),
]


def frequencies():
    rows = []
    for name, start, style in FREQUENCIES:
        times = pd.date_range(start, periods=30, freq=name)
        text = times.strftime("%Y-%m-%d" if style == "date" else "%Y-%m-%dT%H:%M:%S")
        rows.append(
            {
                "freq": name,
                "pandas": pd.infer_freq(times[:20]),
                "times": list(text[:20]),
                "next": list(text[20:]),
            }
        )
    return rows


def metrics():
    rng = np.random.default_rng(20)
    training = rng.normal(50, 10, 40).round(3)
    y = rng.normal(50, 10, 17).round(3)
    p = (y + rng.normal(0, 4, 17)).round(3)
    lo, hi = p - 5, p + 4
    season = 6
    scale = np.mean(np.abs(training[season:] - training[:-season]))
    q = 0.9
    return {
        "training": training.tolist(),
        "actual": y.tolist(),
        "predicted": p.tolist(),
        "seasonLength": season,
        "rmse": float(np.sqrt(np.mean((y - p) ** 2))),
        "mae": float(np.mean(np.abs(y - p))),
        "mape": float(np.mean(100 * np.abs(y - p) / np.abs(y))),
        "smape": float(np.mean(200 * np.abs(y - p) / (np.abs(y) + np.abs(p)))),
        "mase": float(np.mean(np.abs(y - p)) / scale),
        "coverage": float(np.mean((lo <= y) & (y <= hi))),
        "pinball90": float(np.mean(np.where(y >= p, q * (y - p), (1 - q) * (p - y)))),
    }


def baseline(name, y, season, horizon):
    n = len(y)
    h = np.arange(1, horizon + 1)
    if name == "drift":
        slope = (y[-1] - y[0]) / (n - 1)
        mean = y[-1] + h * slope
        residuals = np.diff(y) - slope
        sigma = np.sqrt(np.sum(residuals**2) / (len(residuals) - 1))
        spread = np.sqrt(h * (1 + h / (n - 1)))
    else:
        m = 1 if name == "naive" else season
        mean = y[n - m + (h - 1) % m]
        residuals = y[m:] - y[:-m]
        sigma = np.sqrt(np.mean(residuals**2))
        spread = np.sqrt((h - 1) // m + 1)
    result = {"mean": mean.tolist()}
    for level in (80, 95):
        z = norm.ppf(0.5 + level / 200)
        result[f"lo{level}"] = (mean - z * sigma * spread).tolist()
        result[f"hi{level}"] = (mean + z * sigma * spread).tolist()
    return result


R_STL = """
y <- ts(log(AirPassengers), frequency = 12)
for (window in c(13, 7)) {
  parts <- stl(y, s.window = window)$time.series
  for (k in 1:3) cat(sprintf("%.12f", parts[, k]), "\\n")
}
short <- stl(ts(log(AirPassengers)[1:30], frequency = 12), s.window = 13)$time.series
for (k in 1:3) cat(sprintf("%.12f", short[, k]), "\\n")
"""


def stl():
    """R's stl of the logarithms of the flights (R's AirPassengers): seasonal, trend, remainder."""
    text = subprocess.run(["Rscript", "-e", R_STL], capture_output=True, text=True, check=True).stdout
    rows = [[float(x) for x in line.split()] for line in text.strip().splitlines()]
    cases = [(13, 144), (7, 144), (13, 30)]
    return [
        {"seasonalWindow": window, "rows": count, "seasonal": s, "trend": t, "remainder": r}
        for (window, count), s, t, r in zip(cases, rows[0::3], rows[1::3], rows[2::3])
    ]


def r_version():
    text = subprocess.run(["Rscript", "--version"], capture_output=True, text=True, check=True)
    return (text.stdout + text.stderr).split("version ")[1].split(" ")[0]


def main():
    flights = pd.read_csv(here.parent / "data" / "flights.csv")["passengers"].to_numpy(float)
    probabilities = [1e-6, 0.01, 0.1, 0.25, 0.5, 0.6, 0.9, 0.975, 0.995, 0.99999]
    golden = {
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "scipy": scipy.__version__,
            "R": r_version(),
        },
        "frequencies": frequencies(),
        "normal": [{"p": p, "z": float(norm.ppf(p))} for p in probabilities],
        "metrics": metrics(),
        "flights": {name: baseline(name, flights, 12, 30) for name in ("naive", "seasonal-naive", "drift")},
        "stl": stl(),
    }
    (here / "forecast.json").write_text(json.dumps(golden, indent=1) + "\n")


main()
