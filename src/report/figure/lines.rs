//! Lines with bands.

use crate::report::figure::frame::{Across, Frame, Plan, Strip, Swatch, legend};
use crate::report::figure::scale;
use crate::report::figure::svg::{self, Anchor, Svg};
use crate::report::figure::{Chart, Data, Size, cell, cells};

/// A point of a line, with what is known about it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Point {
    /// Value; none breaks the line.
    pub value: Option<f64>,
    /// Interval of the value.
    pub interval: Option<(f64, f64)>,
    /// Where most single runs lie.
    pub spread: Option<(f64, f64)>,
}

/// A line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its points, one for each place of the axis.
    pub points: Vec<Point>,
}

/// Lines that can be told apart.
pub const LINES: usize = 8;

/// Lines over quarters, numbers or names.
#[derive(Clone, Debug)]
pub struct Lines {
    /// From left to right.
    pub across: Across,
    /// Name and unit of what goes up.
    pub up: String,
    /// The lines; at most [`LINES`] can be told apart.
    pub lines: Vec<Line>,
    /// Dated events.
    pub strips: Vec<Strip>,
    /// Whether the axis begins at 0.
    pub from_zero: bool,
    /// Whether values are ranks, the first on top.
    pub is_ranking: bool,
}

impl Lines {
    /// Lines without events, on an axis around their values.
    pub fn new(across: Across, up: impl Into<String>, lines: Vec<Line>) -> Self {
        Lines {
            across,
            up: up.into(),
            lines,
            strips: Vec::new(),
            from_zero: false,
            is_ranking: false,
        }
    }

    /// Smallest and largest value of lines and bands.
    pub fn range(&self) -> (f64, f64) {
        let sign = if self.is_ranking { -1.0 } else { 1.0 };
        let all = self
            .lines
            .iter()
            .flat_map(|line| &line.points)
            .flat_map(|point| {
                let ends = |pair: Option<(f64, f64)>| pair.map(|(low, high)| [low, high]);
                let bands = [ends(point.interval), ends(point.spread)];
                point
                    .value
                    .into_iter()
                    .chain(bands.into_iter().flatten().flatten())
            });
        let zero = self.from_zero.then_some(0.0);
        let all = all.map(|value| sign * value);
        scale::range(all.chain(zero)).unwrap_or((0.0, 1.0))
    }

    /// Place of a value; ranks count downwards.
    fn y(&self, frame: &Frame, value: f64) -> f64 {
        frame.y.at(if self.is_ranking { -value } else { value })
    }

    /// Draws bands and lines into a frame.
    pub(crate) fn draw_into(&self, svg: &mut Svg, frame: &Frame) {
        let x = |place: usize| frame.x.at(self.across.value(place));
        for (number, line) in self.lines.iter().enumerate() {
            for (class, of) in [
                (
                    "w",
                    (|point| point.spread) as fn(&Point) -> Option<(f64, f64)>,
                ),
                ("b", |point| point.interval),
            ] {
                let band: Vec<Option<(f64, f64, f64)>> = line
                    .points
                    .iter()
                    .enumerate()
                    .map(|(place, point)| {
                        of(point)
                            .map(|(low, high)| (x(place), self.y(frame, low), self.y(frame, high)))
                    })
                    .collect();
                let d = svg::between(&band);
                if !d.is_empty() {
                    svg.path(&format!("{class} f{}", number % 8), &d, "");
                }
            }
        }
        for (number, line) in self.lines.iter().enumerate() {
            let points = line.points.iter().enumerate();
            let d =
                svg::polyline(points.map(|(place, point)| {
                    point.value.map(|value| (x(place), self.y(frame, value)))
                }));
            svg.path(&format!("l l{}", number % 8), &d, "");
            if self.across.len() <= 12 {
                let class = format!("dot f{}", number % 8);
                for (place, point) in line.points.iter().enumerate() {
                    if let Some(value) = point.value {
                        let at = (x(place), self.y(frame, value));
                        svg.circle(&class, at, 3.2, "", "");
                    }
                }
            }
        }
    }

    /// Draws names of the lines from one side to the other; returns the height.
    pub(crate) fn legend(&self, svg: &mut Svg, size: Size, top: f64) -> f64 {
        let lines = self.lines.iter().enumerate();
        let entries = lines.map(|(number, line)| (Swatch::Line(number), line.name.as_str()));
        let entries: Vec<(Swatch, &str)> = entries.collect();
        legend(svg, size, top, &entries) + 4.0
    }

    /// What the lines say at a place.
    fn said(&self, place: usize) -> String {
        let mut said = self.across.label(place);
        for line in &self.lines {
            let point = line.points.get(place).copied().unwrap_or_default();
            if let Some(value) = point.value {
                let estimate = scale::estimate(value, point.interval);
                said += &format!("\n{}: {estimate}", line.name);
            }
        }
        said
    }
}

impl Chart for Lines {
    fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let has_labels = size.is_wide() && self.lines.len() > 1;
        let widest = scale::widest(self.lines.iter().map(|line| &line.name), 12.0);
        let left = Frame::left(&self.strips);
        let right = if has_labels {
            width - widest.min(190.0) - 16.0
        } else {
            width - 10.0
        };
        let height = if size.is_wide() { 250.0 } else { 210.0 };
        let below = Frame::below(self.strips.len())
            + if matches!(self.across, Across::Quarters(_)) {
                0.0
            } else {
                18.0
            };
        let mut svg = Svg::new(width, 0.0);
        let mut top = 4.0;
        if !size.is_wide() && self.lines.len() > 1 {
            top += self.legend(&mut svg, size, top);
        }
        top += 24.0;
        let bottom = top + height;
        svg.height = bottom + below;
        let plan = Plan {
            across: &self.across,
            up_title: &self.up,
            up: self.range(),
            strips: &self.strips,
            room: (left, top, right, bottom),
            is_small: false,
            is_ranking: self.is_ranking,
        };
        let frame = Frame::draw(&mut svg, &plan);
        if !matches!(self.across, Across::Quarters(_)) {
            svg.text(
                "soft",
                Anchor::Middle,
                ((left + right) / 2.0, bottom + below - 5.0),
                self.across.title(),
            );
        }
        self.draw_into(&mut svg, &frame);
        if has_labels {
            let last = |line: &Line| line.points.iter().rev().find_map(|point| point.value);
            let wanted: Vec<f64> = self
                .lines
                .iter()
                .map(|line| last(line).map_or(bottom, |value| self.y(&frame, value)))
                .collect();
            let places = scale::spread(&wanted, 15.0, top, bottom);
            for (number, (line, place)) in self.lines.iter().zip(places).enumerate() {
                svg.line(
                    &format!("l l{}", number % 8),
                    (right + 4.0, wanted[number]),
                    (right + 9.0, place),
                );
                svg.text(
                    "",
                    Anchor::Start,
                    (right + 13.0, place + 4.0),
                    &scale::fit(&line.name, 190.0, 12.0),
                );
            }
        }
        if size.is_wide() {
            frame.hits(&mut svg, &self.across, |place| self.said(place));
        }
        svg
    }

    fn data(&self) -> Data {
        let has = |of: fn(&Point) -> bool| self.lines.iter().flat_map(|line| &line.points).any(of);
        let (intervals, spreads) = (
            has(|point| point.interval.is_some()),
            has(|point| point.spread.is_some()),
        );
        let mut data = Data::new([self.across.title()]);
        for line in &self.lines {
            data.columns.push(line.name.clone());
            if intervals {
                data.columns.extend([
                    format!("{}: low", line.name),
                    format!("{}: high", line.name),
                ]);
            }
            if spreads {
                data.columns.extend([
                    format!("{}: 2.5 % of runs", line.name),
                    format!("{}: 97.5 % of runs", line.name),
                ]);
            }
        }
        for place in 0..self.across.len() {
            let mut row = vec![self.across.label(place)];
            for line in &self.lines {
                let point = line.points.get(place).copied().unwrap_or_default();
                row.push(cell(point.value));
                for (is_there, ends) in [(intervals, point.interval), (spreads, point.spread)] {
                    if is_there {
                        row.extend(cells(ends));
                    }
                }
            }
            data.rows.push(row);
        }
        data
    }
}
