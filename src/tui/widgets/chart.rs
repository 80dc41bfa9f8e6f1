//! Rows of bars for series of numbers.

/// A sparkline of the last `cells` values, one glyph each, scaled to `max` (or to the largest).
#[must_use]
pub fn spark(values: &[i64], cells: usize, max: Option<i64>, bars: &[&'static str]) -> String {
    let shown = &values[values.len().saturating_sub(cells)..];
    let max = max.unwrap_or_else(|| shown.iter().copied().max().unwrap_or(0)).max(1);
    let steps = i64::try_from(bars.len() - 1).unwrap_or(8);
    shown
        .iter()
        .map(|value| {
            let step = if *value <= 0 { 0 } else { (value.saturating_mul(steps) / max).clamp(1, steps) };
            bars[usize::try_from(step).unwrap_or(0)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_but_not_nothing_is_seen() {
        let bars = crate::tui::theme::UNICODE.bars;
        assert_eq!(spark(&[0, 1, 500, 1_000], 4, None, bars), " ▁▄█");
        assert_eq!(spark(&[1, 2, 3], 2, None, bars), "▅█");
        assert_eq!(spark(&[], 2, None, bars), "");
    }
}
