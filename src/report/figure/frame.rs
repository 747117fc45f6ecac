//! Axes, legends and strips of events: what charts over an axis have in common.

use crate::kernel::quarter::Quarter;
use crate::report::figure::Size;
use crate::report::figure::scale::{self, Linear};
use crate::report::figure::svg::{Anchor, Svg};

/// Size of the letters of the title of the upright axis.
const TITLE_SIZE: f64 = 12.0;

/// What runs from left to right.
#[derive(Clone, Debug)]
pub enum Across {
    /// Calendar quarters, one place for each.
    Quarters(Vec<Quarter>),
    /// Numbers.
    Numbers {
        /// Name with unit.
        title: String,
        /// The places.
        values: Vec<f64>,
    },
    /// Names, one place for each.
    Names {
        /// What they are.
        title: String,
        /// The names.
        names: Vec<String>,
    },
}

impl Across {
    /// How many places there are.
    pub fn len(&self) -> usize {
        match self {
            Across::Quarters(quarters) => quarters.len(),
            Across::Numbers { values, .. } => values.len(),
            Across::Names { names, .. } => names.len(),
        }
    }

    /// Name of the axis.
    pub fn title(&self) -> &str {
        match self {
            Across::Quarters(_) => "quarter",
            Across::Numbers { title, .. } | Across::Names { title, .. } => title,
        }
    }

    /// Value at a place.
    pub fn value(&self, place: usize) -> f64 {
        match self {
            Across::Quarters(quarters) => match (quarters.first(), quarters.get(place)) {
                (Some(first), Some(quarter)) => f64::from(quarter.since(*first)),
                _ => 0.0,
            },
            Across::Numbers { values, .. } => values.get(place).copied().unwrap_or(0.0),
            Across::Names { .. } => place as f64,
        }
    }

    /// Name of a place.
    pub fn label(&self, place: usize) -> String {
        match self {
            Across::Quarters(quarters) => quarters
                .get(place)
                .map(Quarter::to_string)
                .unwrap_or_default(),
            Across::Numbers { values, .. } => values
                .get(place)
                .map(|value| scale::exact(*value))
                .unwrap_or_default(),
            Across::Names { names, .. } => names.get(place).cloned().unwrap_or_default(),
        }
    }

    /// Ticks as values with labels, so many that they fit into a width.
    fn ticks(&self, width: f64) -> Vec<(f64, String)> {
        match self {
            Across::Quarters(quarters) => {
                let Some(first) = quarters.first() else {
                    return Vec::new();
                };
                let fitting = (width / 46.0).max(2.0);
                let years: Vec<(f64, i32)> = quarters
                    .iter()
                    .filter(|quarter| quarter.of_year() == 1)
                    .map(|quarter| (f64::from(quarter.since(*first)), quarter.year()))
                    .collect();
                if years.is_empty() {
                    return vec![(0.0, first.to_string())];
                }
                let each = [1, 2, 5, 10, 20, 50, 100, 500]
                    .into_iter()
                    .find(|each| years.len() as f64 / f64::from(*each) <= fitting)
                    .unwrap_or(1000);
                let start = years[0].1;
                let wanted = |year: i32| {
                    if each >= 5 {
                        year % each == 0
                    } else {
                        (year - start) % each == 0
                    }
                };
                years
                    .into_iter()
                    .filter(|(_, year)| wanted(*year))
                    .map(|(value, year)| (value, year.to_string()))
                    .collect()
            }
            Across::Numbers { values, .. } => {
                let Some((low, high)) = scale::range(values.iter().copied()) else {
                    return Vec::new();
                };
                let (_, _, ticks) = scale::axis(low, high, ((width / 60.0) as usize).clamp(2, 8));
                let labels = scale::tick_labels(&ticks);
                let inside = |value: f64| {
                    value >= low - 1e-9 * low.abs() && value <= high + 1e-9 * high.abs()
                };
                ticks
                    .into_iter()
                    .zip(labels)
                    .filter(|(value, _)| inside(*value))
                    .collect()
            }
            Across::Names { names, .. } => {
                let room = width / names.len().max(1) as f64 - 6.0;
                let fit = |name: &String| scale::fit(name, room.max(30.0), 12.0);
                names
                    .iter()
                    .enumerate()
                    .map(|(place, name)| (place as f64, fit(name)))
                    .collect()
            }
        }
    }
}

/// Dated events under an axis of quarters.
#[derive(Clone, Debug)]
pub struct Strip {
    /// What kind they are.
    pub name: String,
    /// When, and what.
    pub events: Vec<(Quarter, String)>,
}

/// Room of a chart: axes drawn, scales ready.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// From left to right.
    pub x: Linear,
    /// From bottom to top.
    pub y: Linear,
}

/// What a frame is made from.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The axis across.
    pub across: &'a Across,
    /// Title of the axis up.
    pub up_title: &'a str,
    /// Ends of the axis up.
    pub up: (f64, f64),
    /// Strips behind the frame.
    pub strips: &'a [Strip],
    /// Left, top, right and bottom of the room, axes and their labels left out.
    pub room: (f64, f64, f64, f64),
    /// Whether it is one of many, so that labels must stay within it.
    pub is_small: bool,
    /// Whether values are ranks with their sign turned.
    pub is_ranking: bool,
}

impl Frame {
    /// Draws grid, axes and strips.
    pub fn draw(svg: &mut Svg, plan: &Plan<'_>) -> Frame {
        let (left, top, right, bottom) = plan.room;
        let count = (((bottom - top) / 42.0) as usize).clamp(3, 6);
        let (low, high, ticks) = if plan.is_ranking {
            ranking(plan.up)
        } else {
            scale::axis(plan.up.0, plan.up.1, count)
        };
        let y = Linear {
            low,
            high,
            from: bottom,
            to: top,
        };
        let values = (0..plan.across.len()).map(|place| plan.across.value(place));
        let (first, last) = scale::range(values).unwrap_or((0.0, 1.0));
        let inset = if matches!(plan.across, Across::Names { .. }) {
            (right - left) / 2.0 / plan.across.len().max(1) as f64
        } else {
            0.0
        };
        let x = Linear {
            low: first,
            high: last,
            from: left + inset,
            to: right - inset,
        };
        for (tick, label) in ticks.iter().zip(scale::tick_labels(&ticks)) {
            let place = y.at(*tick);
            let class = if *tick == 0.0 { "zero" } else { "grid" };
            svg.line(class, (left, place), (right, place));
            let label = if plan.is_ranking {
                label.trim_start_matches('−')
            } else {
                label.as_str()
            };
            svg.small(Anchor::End, (left - 5.0, place + 3.5), label);
        }
        if !plan.up_title.is_empty() {
            let start = left - 40.0_f64.min(left - 2.0);
            let title = scale::fit(plan.up_title, right - start, TITLE_SIZE);
            svg.text("soft", Anchor::Start, (start, top - 12.0), &title);
        }
        let mut row = bottom + 16.0;
        for (value, label) in plan.across.ticks(right - left) {
            let place = x.at(value);
            svg.line("zero", (place, bottom), (place, bottom + 4.0));
            let anchor = if plan.is_small && place - left < 12.0 {
                Anchor::Start
            } else if plan.is_small && right - place < 12.0 {
                Anchor::End
            } else {
                Anchor::Middle
            };
            svg.small(anchor, (place, row), &label);
        }
        let frame = Frame { x, y };
        for (number, strip) in plan.strips.iter().enumerate() {
            row += 17.0;
            frame.strip(svg, plan, strip, number, row);
        }
        frame
    }

    /// Columns over the places of the axis across that say something when pointed at.
    pub fn hits(&self, svg: &mut Svg, across: &Across, said: impl Fn(usize) -> String) {
        let count = across.len();
        let x = |place: usize| self.x.at(across.value(place));
        let between = |place: usize| (x(place - 1) + x(place)) / 2.0;
        for place in 0..count {
            let left = if place == 0 { x(0) } else { between(place) };
            let right = if place + 1 == count {
                x(place)
            } else {
                between(place + 1)
            };
            let size = ((right - left).max(2.0), self.y.from - self.y.to);
            svg.rect("hit", (left, self.y.to), size, &said(place));
        }
    }

    /// Room that names of strips and labels of ticks need to the left of a chart.
    pub fn left(strips: &[Strip]) -> f64 {
        let names = strips.iter().map(|strip| &strip.name);
        (scale::widest(names, 10.5) + 12.0).max(48.0)
    }

    /// Height that ticks and strips need under a chart.
    pub fn below(strips: usize) -> f64 {
        24.0 + 17.0 * strips as f64
    }

    fn strip(&self, svg: &mut Svg, plan: &Plan<'_>, strip: &Strip, number: usize, row: f64) {
        let (left, _, right, _) = plan.room;
        let Across::Quarters(quarters) = plan.across else {
            return;
        };
        let (Some(first), Some(last)) = (quarters.first(), quarters.last()) else {
            return;
        };
        svg.line("grid", (left, row), (right, row));
        svg.small(Anchor::End, (left - 5.0, row + 3.5), &strip.name);
        let mut at: Vec<(Quarter, Vec<&str>)> = Vec::new();
        for (quarter, title) in &strip.events {
            if quarter < first || quarter > last {
                continue;
            }
            match at.iter_mut().find(|(known, _)| known == quarter) {
                Some((_, titles)) => titles.push(title),
                None => at.push((*quarter, vec![title])),
            }
        }
        for (quarter, titles) in at {
            let x = self.x.at(f64::from(quarter.since(*first)));
            let title = format!("{quarter}: {}", titles.join("; "));
            let class = format!("dot f{}", number % 8);
            match number % 4 {
                0 => svg.circle(&class, (x, row), 4.2, "", &title),
                1 => svg.path(&class, &diamond(x, row, 5.2), &title),
                2 => svg.rect(&class, (x - 3.8, row - 3.8), (7.6, 7.6), &title),
                _ => svg.path(&class, &triangle(x, row, 5.2), &title),
            }
        }
    }
}

fn diamond(x: f64, y: f64, r: f64) -> String {
    let corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
    crate::report::figure::svg::polyline(corners.into_iter().map(Some)) + "Z"
}

fn triangle(x: f64, y: f64, r: f64) -> String {
    let corners = [(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)];
    crate::report::figure::svg::polyline(corners.into_iter().map(Some)) + "Z"
}

/// Ends and ticks of an axis of ranks, whose signs are turned: every rank up to a dozen, more by steps.
fn ranking((low, _): (f64, f64)) -> (f64, f64, Vec<f64>) {
    let last = (-low).ceil().clamp(2.0, 1e4);
    let step = scale::step(last, 12).max(1.0);
    let ticks = (0..=12).map(|part| -1.0 - f64::from(part) * step);
    (
        -last - 0.5,
        -0.5,
        ticks.take_while(|tick| *tick >= -last).collect(),
    )
}

/// A sample of a series for a legend.
#[derive(Clone, Copy, Debug)]
pub enum Swatch {
    /// A line of a number.
    Line(usize),
    /// An area of a number.
    Area(usize),
    /// A bar of a number.
    Bar(usize),
}

/// Draws a legend that wraps; returns its height.
pub fn legend(svg: &mut Svg, size: Size, top: f64, entries: &[(Swatch, &str)]) -> f64 {
    let width = size.width();
    let (mut x, mut y) = (4.0, top + 8.0);
    for (swatch, name) in entries {
        let name = scale::fit(name, width - 40.0, 12.0);
        let needed = 26.0 + scale::text_width(&name, 12.0) + 16.0;
        if x + needed > width && x > 4.0 {
            x = 4.0;
            y += 18.0;
        }
        match swatch {
            Swatch::Line(number) => svg.line(&format!("l l{}", number % 8), (x, y), (x + 22.0, y)),
            Swatch::Area(number) => {
                svg.rect(&format!("a{}", number % 7), (x, y - 6.0), (18.0, 12.0), "")
            }
            Swatch::Bar(number) => svg.rect(
                &format!("bar f{}", number % 8),
                (x, y - 6.0),
                (18.0, 12.0),
                "",
            ),
        }
        svg.text("", Anchor::Start, (x + 27.0, y + 4.0), &name);
        x += needed;
    }
    y + 10.0 - top
}
