//! Points with labels.

use crate::report::figure::frame::{Across, Frame, Plan};
use crate::report::figure::scale;
use crate::report::figure::svg::{Anchor, Svg};
use crate::report::figure::{Chart, Data, Size, cell};

/// A point.
#[derive(Clone, Debug, Default)]
pub struct Dot {
    /// Its name, in the table and when pointed at.
    pub name: String,
    /// What stands beside it; nothing if empty.
    pub label: String,
    /// From left to right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Interval of `x`.
    pub x_interval: Option<(f64, f64)>,
    /// Interval of `y`.
    pub y_interval: Option<(f64, f64)>,
    /// Whether it is one of those that matter; others are rings.
    pub is_strong: bool,
    /// A further value, for the table.
    pub more: Option<f64>,
}

/// A value with its interval.
type Ends = (f64, Option<(f64, f64)>);

/// Points over two axes.
#[derive(Clone, Debug)]
pub struct Scatter {
    /// Name and unit from left to right.
    pub across: String,
    /// Name and unit upwards.
    pub up: String,
    /// Name of the further value; none if empty.
    pub more: String,
    /// The points.
    pub dots: Vec<Dot>,
    /// Whether strong points are joined from left to right.
    pub is_joined: bool,
}

impl Chart for Scatter {
    fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let (left, right, top) = (52.0, width - 14.0, 28.0);
        let bottom = top + if size.is_wide() { 340.0 } else { 270.0 };
        let mut svg = Svg::new(width, bottom + 44.0);
        let range = |of: fn(&Dot) -> Ends| {
            let values = self.dots.iter().flat_map(|dot| {
                let (value, interval) = of(dot);
                [value]
                    .into_iter()
                    .chain(interval.into_iter().flat_map(|(low, high)| [low, high]))
            });
            scale::range(values).unwrap_or((0.0, 1.0))
        };
        let (low, high) = range(|dot| (dot.x, dot.x_interval));
        let (low, high, _) = scale::axis(low, high, 6);
        let across = Across::Numbers {
            title: self.across.clone(),
            values: vec![low, high],
        };
        let plan = Plan {
            across: &across,
            up_title: &self.up,
            up: range(|dot| (dot.y, dot.y_interval)),
            strips: &[],
            room: (left, top, right, bottom),
            is_small: false,
            is_ranking: false,
        };
        let frame = Frame::draw(&mut svg, &plan);
        let (_, _, ticks) = scale::axis(low, high, 6);
        for tick in ticks {
            svg.line("grid", (frame.x.at(tick), top), (frame.x.at(tick), bottom));
        }
        svg.text(
            "soft",
            Anchor::Middle,
            ((left + right) / 2.0, bottom + 36.0),
            &self.across,
        );
        let at = |dot: &Dot| (frame.x.at(dot.x), frame.y.at(dot.y));
        if self.is_joined {
            let mut strong: Vec<&Dot> = self.dots.iter().filter(|dot| dot.is_strong).collect();
            strong.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
            let d = crate::report::figure::svg::polyline(strong.iter().map(|dot| Some(at(dot))));
            svg.path("guide", &d, "");
        }
        for dot in &self.dots {
            let (x, y) = at(dot);
            if dot.is_strong {
                if let Some((low, high)) = dot.x_interval {
                    svg.line("zero", (frame.x.at(low), y), (frame.x.at(high), y));
                }
                if let Some((low, high)) = dot.y_interval {
                    svg.line("zero", (x, frame.y.at(low)), (x, frame.y.at(high)));
                }
            }
        }
        let mut taken: Vec<(f64, f64, f64, f64)> = Vec::new();
        for dot in self
            .dots
            .iter()
            .filter(|dot| !dot.is_strong)
            .chain(self.dots.iter().filter(|dot| dot.is_strong))
        {
            let (x, y) = at(dot);
            let mut title = format!(
                "{}\n{}: {}\n{}: {}",
                dot.name,
                self.across,
                scale::number(dot.x),
                self.up,
                scale::number(dot.y)
            );
            if let Some(more) = dot.more {
                title += &format!("\n{}: {}", self.more, scale::number(more));
            }
            let many = self.dots.len() > 300;
            if dot.is_strong {
                svg.circle("dot f0", (x, y), if many { 3.0 } else { 5.5 }, "", &title);
            } else {
                svg.circle("ring", (x, y), if many { 2.2 } else { 4.0 }, "", &title);
            }
            taken.push((x - 5.0, y - 5.0, x + 5.0, y + 5.0));
        }
        for dot in self.dots.iter().filter(|dot| !dot.label.is_empty()) {
            let (x, y) = at(dot);
            place_label(
                &mut svg,
                &mut taken,
                (x, y),
                8.0,
                &dot.label,
                width,
                "small",
            );
        }
        svg
    }

    fn data(&self) -> Data {
        let mut data = Data::new(["point", self.across.as_str(), self.up.as_str()]);
        if !self.more.is_empty() {
            data.columns.push(self.more.clone());
        }
        for dot in &self.dots {
            let mut row = vec![dot.name.clone(), cell(Some(dot.x)), cell(Some(dot.y))];
            if !self.more.is_empty() {
                row.push(cell(dot.more));
            }
            data.rows.push(row);
        }
        data
    }
}

/// Puts a label beside a point where nothing stands yet; leaves it out where there is no room.
pub(crate) fn place_label(
    svg: &mut Svg,
    taken: &mut Vec<(f64, f64, f64, f64)>,
    (x, y): (f64, f64),
    away: f64,
    label: &str,
    width: f64,
    class: &str,
) {
    let long = scale::text_width(label, 10.5);
    let options = [
        (Anchor::Start, x + away, y + 3.5),
        (Anchor::End, x - away, y + 3.5),
        (Anchor::Middle, x, y - away - 1.0),
        (Anchor::Middle, x, y + away + 8.5),
    ];
    if put(svg, taken, &options, label, (long, width), class).is_some() {
        return;
    }
    // Further away a thin line leads to the label.
    for far in [12.0, 22.0, 34.0, 46.0] {
        let reach = away + far;
        let slant = reach * 0.75;
        let options = [
            (Anchor::Start, x + reach, y + 3.5),
            (Anchor::Start, x + slant, y - slant + 3.5),
            (Anchor::Start, x + slant, y + slant + 3.5),
            (Anchor::End, x - reach, y + 3.5),
            (Anchor::End, x - slant, y - slant + 3.5),
            (Anchor::End, x - slant, y + slant + 3.5),
        ];
        if let Some((_, at, base)) = put(svg, taken, &options, label, (long, width), class) {
            let end = if at > x { at - 2.0 } else { at + 2.0 };
            svg.line("lead", (x, y), (end, base - 3.5));
            return;
        }
    }
}

/// Puts a label at the first of some places that is free; returns it.
fn put(
    svg: &mut Svg,
    taken: &mut Vec<(f64, f64, f64, f64)>,
    options: &[(Anchor, f64, f64)],
    label: &str,
    (long, width): (f64, f64),
    class: &str,
) -> Option<(Anchor, f64, f64)> {
    for (anchor, at, base) in options.iter().copied() {
        let left = match anchor {
            Anchor::Start => at,
            Anchor::Middle => at - long / 2.0,
            Anchor::End => at - long,
        };
        let room = (left - 1.0, base - 10.0, left + long + 1.0, base + 3.0);
        let is_free = taken.iter().all(|other| {
            room.2 < other.0 || room.0 > other.2 || room.3 < other.1 || room.1 > other.3
        });
        if is_free && room.0 > 2.0 && room.1 > 0.0 && room.2 < width - 2.0 {
            svg.text(class, anchor, (at, base), label);
            taken.push(room);
            return Some((anchor, at, base));
        }
    }
    None
}
