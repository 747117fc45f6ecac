//! Horizontal bars with intervals.

use crate::report::figure::frame::{Swatch, legend};
use crate::report::figure::scale::{self, Linear};
use crate::report::figure::svg::{Anchor, Svg};
use crate::report::figure::{Chart, Data, Size, cell, cells};

/// A bar.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// Its length; none where there is no value.
    pub value: Option<f64>,
    /// Interval of the value.
    pub interval: Option<(f64, f64)>,
    /// What stands at the end of the row; the value if empty.
    pub note: String,
    /// Which colour, from 0.
    pub series: usize,
}

/// Bars from 0, one under the other.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What the bars are.
    pub title: String,
    /// Name and unit of their length.
    pub across: String,
    /// The bars from the top.
    pub bars: Vec<Bar>,
    /// Whether only marks and intervals are drawn, as for differences.
    pub is_marks: bool,
    /// What the colours are, where several bars in a row have one name; none if empty.
    pub series: Vec<String>,
}

impl Bars {
    /// Bars from 0: what they are, name and unit of their length, and the bars.
    pub fn new(
        title: impl Into<String>,
        across: impl Into<String>,
        bars: impl IntoIterator<Item = Bar>,
    ) -> Self {
        Bars {
            title: title.into(),
            across: across.into(),
            bars: bars.into_iter().collect(),
            is_marks: false,
            series: Vec::new(),
        }
    }

    /// Only marks and intervals of the same.
    pub fn into_marks(self) -> Self {
        Bars {
            is_marks: true,
            ..self
        }
    }
}

impl Chart for Bars {
    fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let most = if size.is_wide() { 260.0 } else { 128.0 };
        let names = self.bars.iter().map(|bar| &bar.name);
        let left = scale::widest(names, 12.0).min(most) + 10.0;
        let notes: Vec<String> = self
            .bars
            .iter()
            .map(|bar| match (&bar.note, bar.value) {
                (note, _) if !note.is_empty() => note.clone(),
                (_, Some(value)) => scale::number(value),
                _ => "no value".to_string(),
            })
            .collect();
        let most_note = if size.is_wide() { 220.0 } else { 118.0 };
        let right = width - scale::widest(&notes, 10.5).min(most_note) - 12.0;
        let each = 22.0;
        let mut svg = Svg::new(width, 0.0);
        let entries = self.series.iter().enumerate();
        let entries: Vec<_> = entries
            .map(|(number, name)| (Swatch::Bar(number), name.as_str()))
            .collect();
        let top = match entries.is_empty() {
            true => 10.0,
            false => 6.0 + legend(&mut svg, size, 0.0, &entries),
        };
        let bottom = top + each * self.bars.len() as f64;
        svg.height = bottom + 44.0;
        let ends = self.bars.iter().flat_map(|bar| {
            let interval = bar.interval.map(|(low, high)| [low, high]);
            bar.value.into_iter().chain(interval.into_iter().flatten())
        });
        let (low, high) = scale::range(ends.chain([0.0])).unwrap_or((0.0, 1.0));
        let count = (((right - left) / 62.0) as usize).clamp(2, 8);
        let (low, high, ticks) = scale::axis(low, high, count);
        let x = Linear {
            low,
            high,
            from: left,
            to: right,
        };
        let labels = scale::tick_labels(&ticks);
        // Labels that would touch are thinned.
        let wide = scale::widest(&labels, 10.5) + 6.0;
        let thin = ((wide * ticks.len() as f64 / (right - left).max(1.0)).ceil() as usize).max(1);
        for (place, (tick, label)) in ticks.iter().zip(&labels).enumerate() {
            let class = if *tick == 0.0 { "zero" } else { "grid" };
            svg.line(class, (x.at(*tick), top), (x.at(*tick), bottom));
            if place % thin == 0 {
                svg.small(Anchor::Middle, (x.at(*tick), bottom + 15.0), label);
            }
        }
        svg.text(
            "soft",
            Anchor::Middle,
            ((left + right) / 2.0, bottom + 35.0),
            &scale::fit(&self.across, width - 10.0, 12.0),
        );
        for (number, (bar, note)) in self.bars.iter().zip(&notes).enumerate() {
            let middle = top + each * (number as f64 + 0.5);
            let is_first = number == 0 || self.bars[number - 1].name != bar.name;
            if is_first || self.series.is_empty() {
                svg.text(
                    "",
                    Anchor::End,
                    (left - 7.0, middle + 4.0),
                    &scale::fit_name(&bar.name, most, 12.0),
                );
            }
            svg.small(
                Anchor::Start,
                (right + 8.0, middle + 3.5),
                &scale::fit(note, most_note, 10.5),
            );
            let Some(value) = bar.value else {
                continue;
            };
            let of = self.series.get(bar.series);
            let of = of.map_or(String::new(), |of| format!(", {of}"));
            let said = format!("{}{of}: {}", bar.name, scale::estimate(value, bar.interval));
            let colour = format!("f{}", bar.series % 8);
            let (from, to) = (x.at(0.0), x.at(value));
            if !self.is_marks {
                svg.bar(&format!("bar {colour}"), (from, to), middle, 0.8, &said);
            }
            if let Some((low, high)) = bar.interval {
                svg.whisker((x.at(low), x.at(high)), middle);
            }
            if self.is_marks {
                svg.circle(&format!("dot {colour}"), (to, middle), 5.0, "", &said);
            }
        }
        svg
    }

    fn data(&self) -> Data {
        let mut data = Data::new([self.title.as_str(), self.across.as_str(), "low", "high"]);
        if !self.series.is_empty() {
            data.columns.push("colour".to_string());
        }
        for bar in &self.bars {
            let [low, high] = cells(bar.interval);
            let mut row = vec![bar.name.clone(), cell(bar.value), low, high];
            row.extend(self.series.get(bar.series).cloned());
            data.rows.push(row);
        }
        data
    }
}
