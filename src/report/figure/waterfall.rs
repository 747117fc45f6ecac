//! Waterfalls: from one value to another, step by step.

use crate::report::figure::bars::Bar;
use crate::report::figure::scale::{self, Linear};
use crate::report::figure::svg::{Anchor, Svg};
use crate::report::figure::{Chart, Data, Size, cell, cells};

/// Steps from a start to an end, one under the other.
#[derive(Clone, Debug)]
pub struct Waterfall {
    /// Name and unit of the value.
    pub across: String,
    /// Name and value of the start.
    pub start: (String, f64),
    /// The steps; values are changes.
    pub steps: Vec<Bar>,
    /// Name and value of the end; they need not meet exactly.
    pub end: (String, f64),
}

impl Chart for Waterfall {
    fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let most = if size.is_wide() { 240.0 } else { 120.0 };
        let names = self.steps.iter().map(|step| &step.name);
        let names = names.chain([&self.start.0, &self.end.0]);
        let left = scale::widest(names, 12.0).min(most) + 10.0;
        let right = width - 62.0;
        let (each, top) = (24.0, 10.0);
        let bottom = top + each * (self.steps.len() + 2) as f64;
        let mut svg = Svg::new(width, bottom + 44.0);
        let mut reached = vec![self.start.1];
        for step in &self.steps {
            let last = reached.last().copied().unwrap_or(0.0);
            reached.push(last + step.value.unwrap_or(0.0));
        }
        let ends = self.steps.iter().zip(&reached).flat_map(|(step, from)| {
            step.interval
                .map(|(low, high)| [from + low, from + high])
                .into_iter()
                .flatten()
        });
        let (low, high) = scale::range(reached.iter().copied().chain([self.end.1]).chain(ends))
            .unwrap_or((0.0, 1.0));
        // A start near 0 shows whole bars; otherwise the steps would be too small to see.
        let low = if low > 0.0 && low < 0.5 * high {
            0.0
        } else {
            low
        };
        let (low, high, ticks) =
            scale::axis(low, high, (((right - left) / 62.0) as usize).clamp(2, 7));
        let x = Linear {
            low,
            high,
            from: left,
            to: right,
        };
        for (tick, label) in ticks.iter().zip(scale::tick_labels(&ticks)) {
            let class = if *tick == 0.0 { "zero" } else { "grid" };
            svg.line(class, (x.at(*tick), top), (x.at(*tick), bottom));
            svg.small(Anchor::Middle, (x.at(*tick), bottom + 15.0), &label);
        }
        svg.text(
            "soft",
            Anchor::Middle,
            ((left + right) / 2.0, bottom + 36.0),
            &self.across,
        );
        let row = |number: usize| top + each * (number as f64 + 0.5);
        let mut whole = |number: usize, (name, value): &(String, f64)| {
            let y = row(number);
            svg.text(
                "bold",
                Anchor::End,
                (left - 7.0, y + 4.0),
                &scale::fit(name, most, 12.0),
            );
            // A bar has its foot at 0; where 0 is not on the axis, a mark stands for the value.
            let at = x.at(*value);
            if low <= 0.0 && high >= 0.0 {
                svg.bar("bar f5", (x.at(0.0), at), y, 1.5, "");
            } else {
                svg.rect("bar f5", (at - 2.5, y - 9.0), (5.0, 18.0), "");
            }
            svg.small(
                Anchor::Start,
                (right + 8.0, y + 3.5),
                &scale::number(*value),
            );
        };
        whole(0, &self.start);
        whole(self.steps.len() + 1, &self.end);
        for (number, step) in self.steps.iter().enumerate() {
            let y = row(number + 1);
            svg.text(
                "",
                Anchor::End,
                (left - 7.0, y + 4.0),
                &scale::fit(&step.name, most, 12.0),
            );
            let Some(value) = step.value else {
                continue;
            };
            let (from, to) = (x.at(reached[number]), x.at(reached[number + 1]));
            svg.line("guide", (from, y - each + 7.0), (from, y + 7.0));
            let class = if value >= 0.0 { "bar f0" } else { "bar f1" };
            let said = format!("{}: {}", step.name, signed(value));
            svg.bar(class, (from, to), y, 1.0, &said);
            if let Some((low, high)) = step.interval {
                let ends = [low, high].map(|end| x.at(reached[number] + end));
                svg.whisker(ends.into(), y);
            }
            svg.small(Anchor::Start, (right + 8.0, y + 3.5), &signed(value));
        }
        svg
    }

    fn data(&self) -> Data {
        let mut data = Data::new(["step", self.across.as_str(), "low", "high"]);
        let whole = |(name, value): &(String, f64)| {
            let [low, high] = cells(None);
            vec![name.clone(), cell(Some(*value)), low, high]
        };
        data.rows.push(whole(&self.start));
        for step in &self.steps {
            let [low, high] = cells(step.interval);
            data.rows
                .push(vec![step.name.clone(), cell(step.value), low, high]);
        }
        data.rows.push(whole(&self.end));
        data
    }
}

/// A change with its sign.
pub fn signed(value: f64) -> String {
    let text = scale::number(value);
    if value > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}
