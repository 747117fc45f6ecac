//! Stacked areas.

use crate::report::figure::frame::{Across, Frame, Plan, Strip, Swatch, legend};
use crate::report::figure::scale;
use crate::report::figure::svg::{self, Anchor, Svg};
use crate::report::figure::{Chart, Data, Size, cell};

/// Parts over time, one on the other, with their sum as a line.
#[derive(Clone, Debug)]
pub struct Areas {
    /// From left to right.
    pub across: Across,
    /// Name and unit of what goes up.
    pub up: String,
    /// Parts from the bottom: name, values (none counts as 0), and what the value at the right end says.
    pub parts: Vec<(String, Vec<f64>, String)>,
    /// Dated events.
    pub strips: Vec<Strip>,
}

impl Areas {
    /// Sums up to and with each part, at a place.
    fn sums(&self, place: usize) -> Vec<f64> {
        let mut sum = 0.0;
        self.parts
            .iter()
            .map(|(_, values, _)| {
                sum += values.get(place).copied().unwrap_or(0.0).max(0.0);
                sum
            })
            .collect()
    }
}

impl Chart for Areas {
    fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let labels: Vec<String> = self
            .parts
            .iter()
            .map(|(name, _, sum)| format!("{name}{sum}"))
            .collect();
        let left = Frame::left(&self.strips);
        let right = if size.is_wide() {
            width - scale::widest(&labels, 12.0).min(230.0) - 32.0
        } else {
            width - 10.0
        };
        let mut svg = Svg::new(width, 0.0);
        let mut top = 4.0;
        if !size.is_wide() {
            // The legend goes from top to bottom as the areas do.
            for (number, label) in labels.iter().enumerate().rev() {
                top += legend(&mut svg, size, top, &[(Swatch::Area(number), label)]);
            }
            top += 4.0;
        }
        top += 24.0;
        let bottom = top + if size.is_wide() { 280.0 } else { 220.0 };
        svg.height = bottom + Frame::below(self.strips.len());
        let count = self.across.len();
        let sums: Vec<Vec<f64>> = (0..count).map(|place| self.sums(place)).collect();
        let highest = sums
            .iter()
            .filter_map(|sums| sums.last())
            .copied()
            .fold(0.0, f64::max);
        let plan = Plan {
            across: &self.across,
            up_title: &self.up,
            up: (0.0, highest),
            strips: &self.strips,
            room: (left, top, right, bottom),
            is_small: false,
            is_ranking: false,
        };
        let frame = Frame::draw(&mut svg, &plan);
        let x = |place: usize| frame.x.at(self.across.value(place));
        for number in 0..self.parts.len() {
            let below = |place: usize| {
                if number == 0 {
                    0.0
                } else {
                    sums[place][number - 1]
                }
            };
            let band: Vec<Option<(f64, f64, f64)>> = (0..count)
                .map(|place| {
                    Some((
                        x(place),
                        frame.y.at(below(place)),
                        frame.y.at(sums[place][number]),
                    ))
                })
                .collect();
            svg.path(&format!("area a{}", number % 7), &svg::between(&band), "");
        }
        let total =
            (0..count).map(|place| sums[place].last().map(|sum| (x(place), frame.y.at(*sum))));
        svg.path("total", &svg::polyline(total), "");
        if size.is_wide()
            && let Some(last) = sums.last()
        {
            let wanted: Vec<f64> = (0..last.len())
                .map(|number| {
                    let below = if number == 0 { 0.0 } else { last[number - 1] };
                    frame.y.at((below + last[number]) / 2.0)
                })
                .collect();
            let places = scale::spread(&wanted, 17.0, top, bottom);
            for (number, (label, place)) in labels.iter().zip(places).enumerate() {
                svg.rect(
                    &format!("a{}", number % 7),
                    (right + 8.0, place - 6.0),
                    (12.0, 12.0),
                    "",
                );
                svg.text(
                    "",
                    Anchor::Start,
                    (right + 25.0, place + 4.0),
                    &scale::fit(label, 230.0, 12.0),
                );
            }
        }
        if size.is_wide() {
            frame.hits(&mut svg, &self.across, |place| {
                let mut said = self.across.label(place);
                for (name, values, _) in self.parts.iter().rev() {
                    let value = values.get(place).copied().unwrap_or(0.0);
                    said += &format!("\n{name}: {}", scale::number(value));
                }
                let sum = sums[place].last().copied().unwrap_or(0.0);
                said + &format!("\nsum: {}", scale::number(sum))
            });
        }
        svg
    }

    fn data(&self) -> Data {
        let mut data = Data::new([self.across.title()]);
        data.columns
            .extend(self.parts.iter().map(|(name, _, _)| name.clone()));
        data.columns.push("sum".to_string());
        for place in 0..self.across.len() {
            let mut row = vec![self.across.label(place)];
            row.extend(
                self.parts
                    .iter()
                    .map(|(_, values, _)| cell(values.get(place).copied())),
            );
            row.push(cell(self.sums(place).last().copied()));
            data.rows.push(row);
        }
        data
    }
}
