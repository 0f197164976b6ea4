// Forecasts several shops with a covariate that is known ahead: one network for all, beside honest baselines.
import {
  backtestPanel,
  calendarFeatures,
  eachSeries,
  GlobalNeuralForecaster,
  panelFromTable,
  type Series,
  seasonalNaive,
  tableFromRows,
} from "@lookback/forecast";

const horizon = 7;

/** Daily sales of a few shops: a week's rhythm, and half as much again on days with a promotion. */
function sales() {
  const rows: { shop: string; date: string; sales: number | null; promotion: boolean }[] = [];
  for (let shop = 0; shop < 6; shop++) {
    for (let day = 0; day < 120 + horizon; day++) {
      const promotion = (day * 7 + shop * 3) % 11 < 2;
      const rhythm = 20 + 10 * shop + [0, 1, 2, 3, 6, 12, 9][day % 7]!;
      rows.push({
        shop: `shop ${shop}`,
        date: new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10),
        // The coming week's promotions are planned; its sales are not known.
        sales: day < 120 ? rhythm * (promotion ? 1.5 : 1) : null,
        promotion,
      });
    }
  }
  // A reader's mistake: one row of one shop says "n.a.", and is masked.
  rows[300]!.sales = null;
  return rows;
}

const withCalendar = (series: Series): Series => ({
  ...series,
  future: { ...series.future, ...calendarFeatures(series, horizon) },
});

export async function run() {
  const panel = panelFromTable(tableFromRows(sales()), {
    id: "shop",
    target: "sales",
    covariates: ["promotion"],
    fillGaps: "mask",
  });
  const series = panel.series.map(withCalendar);
  const network = () =>
    new GlobalNeuralForecaster({ horizon, hidden: 16, head: 32, epochs: 25, ensemble: 1, lr: 0.005 });
  const { models } = await backtestPanel({ each: [seasonalNaive], together: [network] }, series, {
    horizon,
    windows: 1,
  });
  const model = network();
  await model.fit(series);
  const forecasts = await model.predict({ horizon });
  const baseline = eachSeries("seasonal-naive", seasonalNaive);
  await baseline.fit(series);
  return { panel, models, forecasts, baseline: await baseline.predict({ horizon }) };
}
