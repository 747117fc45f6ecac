//! Heat maps.

use crate::report::figure::scale;
use crate::report::figure::style::{ramp_key, ramp_step};
use crate::report::figure::svg::{Anchor, Svg};
use crate::report::figure::{Chart, Data, Size, cell, cells};

/// How values become colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ramp {
    /// From the smallest to the largest value.
    #[default]
    Much,
    /// As far below 0 as above.
    Signed,
}

impl Ramp {
    /// Its letter in names of classes.
    fn letter(self) -> char {
        match self {
            Ramp::Much => 'm',
            Ramp::Signed => 'd',
        }
    }
}

/// A table of coloured cells.
#[derive(Clone, Debug, Default)]
pub struct Heat {
    /// What rows are.
    pub down: String,
    /// What columns are.
    pub across: String,
    /// What the colour says, with unit.
    pub value: String,
    /// Names of rows.
    pub rows: Vec<String>,
    /// Names of columns.
    pub columns: Vec<String>,
    /// Values, row by row; none stays empty.
    pub values: Vec<Option<f64>>,
    /// Their intervals, row by row: a value is pale unless its own lies off 0. None if empty.
    pub intervals: Vec<Option<(f64, f64)>>,
    /// How values become colours.
    pub ramp: Ramp,
    /// Cells with an outline, row by row; none if empty.
    pub marked: Vec<bool>,
}

impl Heat {
    /// Whether a value is not shown to differ from 0.
    fn is_pale(&self, place: usize) -> bool {
        let interval = self.intervals.get(place).copied().flatten();
        !self.intervals.is_empty() && interval.is_none_or(|(low, high)| low <= 0.0 && high >= 0.0)
    }

    fn ends(&self) -> (f64, f64) {
        let values = self.values.iter().enumerate();
        let shown = values.filter_map(|(place, value)| value.filter(|_| !self.is_pale(place)));
        let (low, high) = scale::range(shown).unwrap_or((0.0, 0.0));
        match self.ramp {
            Ramp::Much => (low, high),
            Ramp::Signed => {
                let most = low.abs().max(high.abs());
                (-most, most)
            }
        }
    }

    fn colour(&self, value: f64) -> (String, bool) {
        let (low, high) = self.ends();
        let share = if high > low {
            (value - low) / (high - low)
        } else {
            0.5
        };
        let step = ramp_step(share);
        let is_dark = match self.ramp {
            Ramp::Much => step >= 5,
            Ramp::Signed => step <= 1 || step >= 7,
        };
        (format!("{}{step}", self.ramp.letter()), is_dark)
    }
}

impl Chart for Heat {
    fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let most = if size.is_wide() { 190.0 } else { 92.0 };
        let left = scale::widest(&self.rows, 11.0).min(most) + 10.0;
        let longest = scale::widest(&self.columns, 11.0);
        let count = self.columns.len().max(1) as f64;
        let cell_width = ((width - left - 8.0) / count).min(86.0);
        let is_turned = longest > cell_width - 4.0;
        let head = if is_turned {
            longest.min(165.0) * 0.79 + 14.0
        } else {
            20.0
        };
        let cell_height = if self.rows.len() > 16 { 16.0 } else { 24.0 };
        let top = head + 4.0;
        let bottom = top + cell_height * self.rows.len() as f64;
        let (low, high) = self.ends();
        let has_key = (low, high) != (0.0, 0.0);
        let mut svg = Svg::new(width, bottom + if has_key { 66.0 } else { 28.0 });
        for (column, name) in self.columns.iter().enumerate() {
            let x = left + cell_width * (column as f64 + 0.5);
            if is_turned {
                // Slanting names lean to the left, where the names of rows leave room.
                let room = 165.0_f64.min(((x - 4.0) / 0.62).max(40.0));
                let name = scale::fit(name, room, 10.5);
                svg.turned("small", Anchor::End, (x + 3.0, top - 5.0), 52.0, &name);
            } else {
                svg.text("small", Anchor::Middle, (x, top - 6.0), name);
            }
        }
        let shows_numbers = cell_width >= 32.0 && cell_height >= 16.0;
        // As many decimals as tell a hundredth of the largest value.
        let decimals = (1 - scale::decade(low.abs().max(high.abs()))).clamp(0, 6) as usize;
        for (row, name) in self.rows.iter().enumerate() {
            let y = top + cell_height * row as f64;
            svg.text(
                "small",
                Anchor::End,
                (left - 6.0, y + cell_height / 2.0 + 3.5),
                &scale::fit(name, most, 10.5),
            );
            for (column, column_name) in self.columns.iter().enumerate() {
                let x = left + cell_width * column as f64;
                let mut put = |class: &str, room: f64, said: &str| {
                    let size = (cell_width - 2.0 * room, cell_height - 2.0 * room);
                    svg.rect(class, (x + room, y + room), size, said);
                };
                let place = row * self.columns.len() + column;
                let Some(value) = self.values.get(place).copied().flatten() else {
                    // Of pairs, each stands once.
                    if self.intervals.is_empty() {
                        put("none", 0.5, "");
                    }
                    continue;
                };
                let (class, is_dark) = self.colour(value);
                let said = if size.is_wide() {
                    let interval = self.intervals.get(place).copied().flatten();
                    format!(
                        "{name}, {column_name}: {}",
                        scale::estimate(value, interval)
                    )
                } else {
                    String::new()
                };
                if self.is_pale(place) {
                    put("none", 0.5, &said);
                    continue;
                }
                put(&class, 0.5, &said);
                if self.marked.get(place) == Some(&true) {
                    put("mark", 1.5, "");
                }
                let text = scale::grouped(value, decimals);
                if shows_numbers && scale::text_width(&text, 10.5) < cell_width - 4.0 {
                    let class = if is_dark {
                        "small ondark"
                    } else {
                        "small onlight"
                    };
                    let middle = (x + cell_width / 2.0, y + cell_height / 2.0 + 3.6);
                    svg.text(class, Anchor::Middle, middle, &text);
                }
            }
        }
        let y = bottom + 30.0;
        let said = match has_key {
            true => format!("{} (columns: {})", self.value, self.across),
            false => format!("{}: no cell is shown to differ from 0", self.value),
        };
        let said = scale::fit(&said, width - left - 4.0, 12.0);
        svg.text("soft", Anchor::Start, (left, y - 8.0), &said);
        if !has_key {
            return svg;
        }
        let part = (220.0_f64.min(width - left - 90.0) / 9.0).max(6.0);
        let ramp = self.ramp.letter();
        ramp_key(&mut svg, ramp, (left, y), (part, 10.0), 24.0, (low, high));
        svg
    }

    fn data(&self) -> Data {
        let mut data = Data::new([self.down.as_str()]);
        let lines = self
            .rows
            .iter()
            .zip(self.values.chunks(self.columns.len().max(1)));
        if self.intervals.is_empty() {
            data.columns.extend(self.columns.iter().cloned());
            for (name, values) in lines {
                let values = values.iter().map(|value| cell(*value));
                data.rows
                    .push(std::iter::once(name.clone()).chain(values).collect());
            }
            return data;
        }
        // With intervals, a line for each cell.
        let names = [&*self.across, &*self.value, "low", "high"];
        data.columns.extend(names.map(String::from));
        let mut intervals = self.intervals.iter();
        for (name, values) in lines {
            for (column, value) in self.columns.iter().zip(values) {
                let [low, high] = cells(intervals.next().copied().flatten());
                if value.is_some() {
                    data.rows
                        .push(vec![name.clone(), column.clone(), cell(*value), low, high]);
                }
            }
        }
        data
    }
}
