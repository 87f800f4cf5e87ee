/**
 * Folds a series of counts to at most `bars` sums, oldest first, so that a day of minutes fits a small chart.
 * The last bar always ends with the last value; the first may cover fewer.
 */
export function foldSeries(series: readonly number[], bars: number): number[] {
  const width = Math.max(1, Math.ceil(series.length / bars));
  const folded: number[] = [];
  for (let end = series.length; end > 0; end -= width) {
    let sum = 0;
    for (let i = Math.max(0, end - width); i < end; i++) sum += series[i] ?? 0;
    folded.unshift(sum);
  }
  return folded;
}
