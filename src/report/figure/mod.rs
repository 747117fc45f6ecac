//! Kinds of figures with one look.
//!
//! A [`Chart`] draws itself at two widths, one for desks and one for phones, and gives the numbers it shows. Colours are
//! classes that a style defines, so that one drawing serves light pages, dark pages and paper. Series differ in dash or
//! in lightness as well as in hue, so that they can be told apart in grey and by the colour-blind.

pub mod areas;
pub mod bars;
pub mod frame;
pub mod heat;
pub mod lines;
pub mod map;
pub mod multiples;
#[cfg(feature = "png")]
pub mod png;
pub mod scale;
pub mod scatter;
pub mod style;
pub mod svg;
pub mod waterfall;

use crate::report::figure::svg::Svg;
use crate::table::cell::is_plain_cell;

/// How wide a figure is drawn. Texts are equally large in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For desks and paper.
    Wide,
    /// For phones.
    Narrow,
}

impl Size {
    /// Width in units of the drawing.
    pub fn width(self) -> f64 {
        match self {
            Size::Wide => 640.0,
            Size::Narrow => 360.0,
        }
    }

    /// Whether it is the wide one.
    pub fn is_wide(self) -> bool {
        self == Size::Wide
    }
}

/// Something that can be drawn, with the numbers it shows.
pub trait Chart {
    /// Draws it.
    fn draw(&self, size: Size) -> Svg;
    /// The numbers.
    fn data(&self) -> Data;
}

/// The numbers of a figure as a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

impl Data {
    /// An empty table.
    pub fn new<T: ToString>(columns: impl IntoIterator<Item = T>) -> Self {
        Data {
            columns: columns
                .into_iter()
                .map(|column| column.to_string())
                .collect(),
            rows: Vec::new(),
        }
    }

    /// As CSV. A text that a spreadsheet would take for a formula gets an apostrophe in front.
    pub fn csv(&self) -> String {
        let mut out = String::new();
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            for (place, cell) in row.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                let guard = if is_plain_cell(cell) { "" } else { "'" };
                if cell.contains([',', '"', '\n', '\r']) {
                    out.push('"');
                    out.push_str(guard);
                    out.push_str(&cell.replace('"', "\"\""));
                    out.push('"');
                } else {
                    out.push_str(guard);
                    out.push_str(cell);
                }
            }
            out.push('\n');
        }
        out
    }
}

/// A cell with a number, empty where it is missing.
pub fn cell(value: Option<f64>) -> String {
    value.map(scale::exact).unwrap_or_default()
}

/// Both ends of an interval.
pub fn cells(ends: Option<(f64, f64)>) -> [String; 2] {
    [cell(ends.map(|ends| ends.0)), cell(ends.map(|ends| ends.1))]
}

/// A figure of a page.
pub struct Figure {
    /// Name for links and files, unique in its page.
    pub id: String,
    /// What it shows, in a line.
    pub title: String,
    /// What one sees, for a reader who did not run it.
    pub caption: String,
    /// How many runs are behind it.
    pub n: String,
    /// What is drawn.
    pub chart: Box<dyn Chart>,
}

impl std::fmt::Debug for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Figure")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Figure {
    /// A figure.
    pub fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        caption: impl Into<String>,
        n: impl Into<String>,
        chart: impl Chart + 'static,
    ) -> Self {
        Figure {
            id: id.into(),
            title: title.into(),
            caption: caption.into(),
            n: n.into(),
            chart: Box::new(chart),
        }
    }

    /// Both drawings, for a page.
    pub fn inline(&self) -> String {
        self.chart.draw(Size::Wide).inline("wide", &self.title)
            + &self.chart.draw(Size::Narrow).inline("narrow", &self.title)
    }

    /// The drawing as a file.
    pub fn file(&self) -> String {
        self.chart
            .draw(Size::Wide)
            .file(&style::for_files(), &self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_survive_commas_quotes_and_spreadsheets() {
        let data = Data {
            columns: vec!["a".into(), "b,c".into()],
            rows: vec![
                vec!["=1+1".into(), "say \"x\"".into()],
                vec!["-1.5".into(), "-x".into()],
            ],
        };
        assert_eq!(data.csv(), "a,\"b,c\"\n'=1+1,\"say \"\"x\"\"\"\n-1.5,'-x\n");
    }
}
