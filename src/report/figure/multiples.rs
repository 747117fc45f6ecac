//! Small multiples of lines.

use crate::report::figure::frame::{Frame, Plan};
use crate::report::figure::lines::Lines;
use crate::report::figure::scale;
use crate::report::figure::svg::{Anchor, Svg};
use crate::report::figure::{Chart, Data, Size};

/// Small charts side by side, each with its title.
#[derive(Clone, Debug)]
pub struct Multiples {
    /// Title and chart of each; what runs from left to right has one name.
    pub panels: Vec<(String, Lines)>,
    /// Whether all have one scale upwards.
    pub is_shared: bool,
}

/// A title in at most two lines.
fn two_lines(title: &str, width: f64) -> Vec<String> {
    // Bold letters are wider than those that are measured.
    let size = 11.6;
    let mut first = String::new();
    for word in title.split(' ') {
        let longer = if first.is_empty() {
            word.to_string()
        } else {
            format!("{first} {word}")
        };
        if scale::text_width(&longer, size) > width {
            break;
        }
        first = longer;
    }
    if first.is_empty() {
        return vec![scale::fit_name(title, width, size)];
    }
    let rest = title.get(first.len()..).unwrap_or("").trim_start();
    let mut lines = vec![first];
    if !rest.is_empty() {
        lines.push(scale::fit(rest, width, size));
    }
    lines
}

impl Chart for Multiples {
    fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let columns = if size.is_wide() { 4 } else { 2 }.min(self.panels.len().max(1));
        let columns = if size.is_wide() && self.panels.len() < 5 {
            columns.min(3)
        } else {
            columns
        };
        let each = width / columns as f64;
        let height = if columns <= 3 && size.is_wide() {
            130.0
        } else {
            84.0
        };
        let down = height + 72.0;
        let rows = self.panels.len().div_ceil(columns.max(1)).max(1);
        let mut svg = Svg::new(width, 0.0);
        let mut top = 2.0;
        if let Some((_, first)) = self.panels.first() {
            if first.lines.len() > 1 {
                top += first.legend(&mut svg, size, top);
            }
            if self.is_shared {
                svg.text("soft", Anchor::Start, (2.0, top + 12.0), &first.up);
                top += 20.0;
            }
        }
        svg.height = top + down * rows as f64;
        let ranges = self.panels.iter().map(|(_, lines)| lines.range());
        let all = ranges.fold(None, |found: Option<(f64, f64)>, (low, high)| {
            Some(found.map_or((low, high), |(least, most)| {
                (least.min(low), most.max(high))
            }))
        });
        for (number, (title, lines)) in self.panels.iter().enumerate() {
            let left = each * (number % columns) as f64;
            let y = top + down * (number / columns) as f64;
            for (line, text) in two_lines(title, each - 14.0).iter().enumerate() {
                let base = y + 12.0 + 13.0 * line as f64;
                svg.text("bold small", Anchor::Start, (left + 4.0, base), text);
            }
            let up = if self.is_shared {
                all.unwrap_or((0.0, 1.0))
            } else {
                lines.range()
            };
            let plan = Plan {
                across: &lines.across,
                up_title: "",
                up,
                strips: &[],
                room: (left + 40.0, y + 36.0, left + each - 12.0, y + 36.0 + height),
                is_small: true,
                is_ranking: lines.is_ranking,
            };
            let frame = Frame::draw(&mut svg, &plan);
            lines.draw_into(&mut svg, &frame);
        }
        svg
    }

    fn data(&self) -> Data {
        let mut data = Data::default();
        for (title, lines) in &self.panels {
            let part = lines.data();
            if data.columns.is_empty() {
                data.columns.push("panel".to_string());
                data.columns.extend(part.columns);
            }
            for mut row in part.rows {
                row.insert(0, title.clone());
                data.rows.push(row);
            }
        }
        data
    }
}
