import { DataError } from "@lookback/core";
import { type Frequency, isDailyOrCoarser } from "./frequency.js";
import { rowLabel, type Table } from "./table.js";
import { DAY } from "./time.js";
import { sameTimeOfDay, type TimeAxis } from "./timeColumn.js";
import { formatTime, type TimeStyle } from "./timeStyle.js";
import { instantsOf, timeZone, wallClock } from "./timeZone.js";

/**
 * The times of some rows, and how they are written. In a named zone, days and coarser steps run on the wall clock (a
 * day is a day, whether it has 23 hours or 25) and finer ones on moments (an hour is an hour): of an hour that the wall
 * clock shows twice, the row that comes first is the earlier.
 *
 * @throws DataError for a time that the zone's clocks skipped.
 */
export function clocksOf(
  table: Table,
  axis: TimeAxis,
  rows: readonly number[],
  where: string,
): { times: readonly number[]; style: TimeStyle } {
  const clock = rows.map((row) => axis.clock[row]!);
  if (axis.kind === "index") return { times: clock, style: { kind: "index" } };
  if (axis.zone === undefined) {
    return {
      times: clock,
      style: { kind: "datetime", ...(axis.offset !== undefined && { offset: axis.offset }) },
    };
  }
  const zone = timeZone(axis.zone);
  const walls = axis.instants ? clock.map((instant) => wallClock(zone, instant)) : clock;
  if (sameTimeOfDay(walls)) return { times: walls, style: { kind: "datetime" } };
  const style = { kind: "datetime", zone: zone.name } as const;
  if (axis.instants) return { times: clock, style };
  const seen = new Set<number>();
  const times = walls.map((wall, i) => {
    const moments = instantsOf(zone, wall);
    if (moments.length === 0) {
      throw new DataError(
        `${where}: column "${axis.name}" holds ${formatTime(wall, { kind: "datetime" })} in ${rowLabel(table, rows[i]!)}, an hour that ` +
          `${zone.name} skipped when its clocks went forward. Correct it, or leave out timeZone (--time-zone) if these are not local times.`,
      );
    }
    const again = moments.length > 1 && seen.has(wall);
    if (moments.length > 1) seen.add(wall);
    return moments[again ? 1 : 0]!;
  });
  return { times, style };
}

/** How a series writes its times: as dates where they are midnights of days, weeks or months. */
export function styleFor(
  axis: TimeAxis,
  style: TimeStyle,
  freq: Frequency | undefined,
  times: readonly number[],
): TimeStyle {
  if (axis.kind === "index" || style.zone !== undefined) return style;
  const midnights = times.every((time) => time % DAY === 0);
  return midnights && (freq === undefined || isDailyOrCoarser(freq)) ? { kind: "date" } : style;
}
