//! Series over quarters as small charts of letters, one below the other with common quarters.

use crate::cli::tables::bold;
use crate::cli::terminal::Terminal;
use crate::kernel::quarter::Quarter;
use crate::report::figure::scale;

/// Parts into which ticks cut an axis, about.
const PARTS: usize = 3;
/// Space from the start of one label of the time axis to that of the next, at least.
const APART: usize = 9;
/// Quarters between labels of the time axis.
const STEPS: &[i32] = &[1, 2, 4, 8, 20, 40, 80, 200, 400];

/// A series with an axis of its own.
#[derive(Clone, Debug)]
pub struct Series {
    /// What is shown, with its unit.
    pub title: String,
    /// One value for each quarter.
    pub values: Vec<Option<f64>>,
}

/// The letters of a drawing.
struct Letters {
    level: char,
    upright: char,
    /// Where a line comes from the left and leaves it, going down.
    down: [char; 2],
    /// The same, going up.
    up: [char; 2],
    axis: char,
    tick: char,
    corner: char,
    time_tick: char,
}

const LINES: Letters = Letters {
    level: '─',
    upright: '│',
    down: ['┐', '└'],
    up: ['┘', '┌'],
    axis: '│',
    tick: '┤',
    corner: '└',
    time_tick: '┬',
};
const ASCII: Letters = Letters {
    level: '-',
    upright: '|',
    down: ['.', '\''],
    up: ['\'', '.'],
    axis: '|',
    tick: '+',
    corner: '+',
    time_tick: '+',
};

/// Charts of series that begin with the quarter `start`. A column shows the mean over its part of the time.
pub fn chart(all: &[Series], start: Quarter, terminal: Terminal) -> String {
    let letters = if terminal.is_ascii { &ASCII } else { &LINES };
    let axis = |series: &Series| Axis::of(&series.values, terminal.is_ascii);
    let axes: Vec<Axis> = all.iter().map(axis).collect();
    let labels = axes.iter().flat_map(|axis| &axis.labels);
    let margin = labels.map(|label| label.chars().count()).max().unwrap_or(0) + 1;
    let columns = terminal.width.saturating_sub(margin + 1).max(1);
    let mut text = String::new();
    for (series, axis) in all.iter().zip(&axes) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{}\n", bold(&series.title)));
        let levels: Vec<Option<usize>> = columns_of(&series.values, columns)
            .into_iter()
            .map(|value| value.map(|value| axis.row(value)))
            .collect();
        let canvas = draw(&levels, axis.rows, letters);
        for row in (0..axis.rows).rev() {
            let (label, tick) = match axis.label(row) {
                Some(label) => (label, letters.tick),
                None => ("", letters.axis),
            };
            let line: String = canvas[row].iter().collect();
            let width = margin - 1;
            let line = format!("{label:>width$} {tick}{line}");
            text.push_str(&format!("{}\n", line.trim_end()));
        }
    }
    let quarters = all.iter().map(|series| series.values.len()).max();
    text.push_str(&time_axis(
        start,
        quarters.unwrap_or(0),
        columns,
        margin,
        letters,
    ));
    text
}

/// Rows of a series, and the numbers beside them.
struct Axis {
    low: f64,
    high: f64,
    rows: usize,
    /// One for every `apart` rows, the lowest first.
    labels: Vec<String>,
    apart: usize,
}

impl Axis {
    fn of(values: &[Option<f64>], is_ascii: bool) -> Self {
        let (low, high) = scale::range(values.iter().flatten().copied()).unwrap_or((0.0, 1.0));
        let (low, high, ticks) = scale::axis(low, high, PARTS);
        let parts = ticks.len().saturating_sub(1).max(1);
        let mut labels = scale::tick_labels(&ticks);
        if is_ascii {
            for label in &mut labels {
                *label = label.replace('−', "-").replace('\u{202f}', "");
            }
        }
        // Eight rows above the lowest, or as many more as give all parts the same.
        let apart = 8_usize.div_ceil(parts);
        Axis {
            low,
            high,
            rows: parts * apart + 1,
            labels,
            apart,
        }
    }

    /// The row of a value, the lowest being 0.
    fn row(&self, value: f64) -> usize {
        let span = self.high - self.low;
        if span.is_nan() || span <= 0.0 {
            return 0;
        }
        let top = (self.rows - 1) as f64;
        ((value - self.low) / span * top).round().clamp(0.0, top) as usize
    }

    fn label(&self, row: usize) -> Option<&str> {
        let place = row.is_multiple_of(self.apart).then_some(row / self.apart)?;
        self.labels.get(place).map(String::as_str)
    }
}

/// The mean of a series over each column's part of the time; none where nothing is known of it.
fn columns_of(values: &[Option<f64>], columns: usize) -> Vec<Option<f64>> {
    let quarters = values.len();
    (0..columns)
        .map(|column| {
            // Time counted in parts of which a quarter has `columns` and a column has `quarters`.
            let (from, to) = (column * quarters, (column + 1) * quarters);
            let (mut sum, mut weights) = (0.0, 0.0);
            for quarter in from / columns..to.div_ceil(columns) {
                let value = values.get(quarter).copied().flatten();
                let Some(value) = value.filter(|value| value.is_finite()) else {
                    continue;
                };
                let common = to.min((quarter + 1) * columns) - from.max(quarter * columns);
                sum += common as f64 * value;
                weights += common as f64;
            }
            (weights > 0.0).then(|| sum / weights)
        })
        .collect()
}

/// A line through these rows, one for each column; rows from the lowest up.
fn draw(levels: &[Option<usize>], rows: usize, letters: &Letters) -> Vec<Vec<char>> {
    let mut canvas = vec![vec![' '; levels.len()]; rows];
    let mut last = None;
    for (column, level) in levels.iter().enumerate() {
        let Some(level) = *level else {
            last = None;
            continue;
        };
        let before = last.replace(level).unwrap_or(level);
        if before == level {
            canvas[level][column] = letters.level;
            continue;
        }
        let [from, to] = if before > level {
            letters.down
        } else {
            letters.up
        };
        for row in canvas
            .iter_mut()
            .take(before.max(level))
            .skip(before.min(level) + 1)
        {
            row[column] = letters.upright;
        }
        canvas[before][column] = from;
        canvas[level][column] = to;
    }
    canvas
}

/// The axis of quarters with its labels.
fn time_axis(
    start: Quarter,
    quarters: usize,
    columns: usize,
    margin: usize,
    letters: &Letters,
) -> String {
    let mut line = vec![letters.level; columns];
    let mut labels = String::new();
    // In whole years where labels are years.
    let step = STEPS.iter().copied().find(|step| {
        let wide = *step as usize * columns / quarters.max(1);
        wide >= if *step < 4 { APART } else { APART - 2 }
    });
    let step = step.unwrap_or(STEPS[STEPS.len() - 1]);
    for place in 0..quarters {
        let quarter = start.plus(place as i32);
        let since = if step < 4 {
            place as i32
        } else {
            4 * quarter.year() + quarter.of_year() as i32 - 1
        };
        if since.rem_euclid(step) != 0 {
            continue;
        }
        let column = place * columns / quarters;
        line[column] = letters.time_tick;
        let label = if step < 4 {
            quarter.to_string()
        } else {
            quarter.year().to_string()
        };
        if column + label.len() <= columns {
            let gap = column - labels.len().min(column);
            labels.push_str(&format!("{}{label}", " ".repeat(gap)));
        }
    }
    let (line, indent): (String, _) = (line.into_iter().collect(), " ".repeat(margin));
    format!("{indent}{}{line}\n{indent} {labels}\n", letters.corner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: [f64; 10] = [
        0.441, 0.44, 0.438, 0.44, 0.437, 0.43, 0.424, 0.42, 0.414, 0.41,
    ];

    fn drawn(values: &[Option<f64>], start: &str, width: usize, is_ascii: bool) -> String {
        let series = Series {
            title: "Level".to_string(),
            values: values.to_vec(),
        };
        let start = start.parse().expect("a quarter");
        let text = chart(&[series], start, Terminal { width, is_ascii });
        anstream::adapter::strip_str(&text).to_string()
    }

    fn shape() -> Vec<Option<f64>> {
        SHAPE.map(Some).to_vec()
    }

    #[test]
    fn a_line_of_quarters_between_axes() {
        insta::assert_snapshot!(drawn(&shape(), "2015Q3", 50, false), @r"
        Level
        0.46 ┤
             │
             │
        0.44 ┤──────────────────────┐
             │                      │
             │                      └───────┐
        0.42 ┤                              └────┐
             │                                   └────┐
             │                                        └───
        0.40 ┤
             └────────┬─────────────────┬─────────────────
                      2016              2017
        ");
    }

    #[test]
    fn the_same_in_ascii() {
        let large = [Some(-20_000.0), Some(20_000.0)];
        assert!(drawn(&large, "2015Q3", 50, true).is_ascii());
        let text = drawn(&shape(), "2015Q3", 50, true);
        assert!(text.is_ascii());
        insta::assert_snapshot!(text, @r"
        Level
        0.46 +
             |
             |
        0.44 +----------------------.
             |                      |
             |                      '-------.
        0.42 +                              '----.
             |                                   '----.
             |                                        '---
        0.40 +
             +--------+-----------------+-----------------
                      2016              2017
        ");
    }

    #[test]
    fn long_runs_have_fewer_labels_and_no_line_is_too_wide() {
        for quarters in [1, 2, 3, 5, 9, 17, 40, 41, 79, 123, 400, 5_000] {
            let values: Vec<Option<f64>> = (0..quarters)
                .map(|quarter| Some(f64::from(quarter).sin()))
                .collect();
            for width in [80, 111, 140] {
                let text = drawn(&values, "2016Q2", width, false);
                let wide = text.lines().map(|line| line.chars().count());
                assert!(wide.max() == Some(width), "{quarters} quarters\n{text}");
                let last = text.lines().last().expect("labels");
                assert!(!last.trim().is_empty(), "{quarters} quarters\n{text}");
                let labels: Vec<&str> = last.split_whitespace().collect();
                assert!(
                    labels.iter().all(|label| label.len() == labels[0].len()),
                    "labels must not touch\n{text}"
                );
            }
        }
    }

    #[test]
    fn what_is_missing_is_left_out() {
        let mut values = shape();
        values[4..7].fill(None);
        insta::assert_snapshot!(drawn(&values, "2015Q1", 50, false), @r"
        Level
        0.46 ┤
             │
             │
        0.44 ┤──────────────────
             │
             │
        0.42 ┤                              ─────┐
             │                                   └────┐
             │                                        └───
        0.40 ┤
             └┬────────────────┬─────────────────┬────────
              2015             2016              2017
        ");
        assert!(drawn(&[None, Some(f64::NAN)], "2015Q1", 80, false).contains("2015Q1"));
        assert!(!drawn(&[], "2015Q1", 80, false).is_empty());
    }

    #[test]
    fn a_level_that_stays_is_a_level_line() {
        let text = drawn(&[Some(0.5); 8], "2015Q1", 80, false);
        assert!(!text.contains('┐'), "{text}");
        assert!(text.contains("0.50 ┤─"), "{text}");
    }

    #[test]
    fn a_column_is_the_mean_over_its_time() {
        let values = [Some(1.0), Some(4.0), None];
        assert_eq!(columns_of(&values, 3), values);
        assert_eq!(
            columns_of(&values[..2], 4),
            [Some(1.0), Some(1.0), Some(4.0), Some(4.0)]
        );
        assert_eq!(columns_of(&values[..2], 1), [Some(2.5)]);
        // The second of two columns has half of the 4 and all of what is missing.
        assert_eq!(columns_of(&values, 2), [Some(2.0), Some(4.0)]);
    }
}
