//! A report as one HTML file.

use askama::Template;
use base64::prelude::{BASE64_STANDARD, Engine};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::report::figure::{Chart, Data, Figure, style};
use crate::table::error::OutputError;

/// Rows of a figure's table that are shown; the download has all.
const SHOWN_ROWS: usize = 400;

/// What stands in a report, from top to bottom.
#[derive(Debug)]
pub enum Block {
    /// A heading: name for links, text.
    Heading(String, String),
    /// A paragraph.
    Text(String),
    /// A remark about what is missing or doubtful.
    Note(String),
    /// A figure.
    Figure(Box<Figure>),
    /// A figure with one picture for each time: names of the times.
    Slides(Box<Figure>, Vec<String>),
    /// A table with its caption.
    Table(String, Data),
    /// All claims with what was measured; whether it says where else they hold.
    Claims(Vec<Claim>, bool),
    /// Something told in code.
    Code(String),
    /// What follows is folded: name for links, title, and a verdict with its class.
    Fold(String, String, Option<(String, &'static str)>),
    /// The end of what is folded.
    Unfold,
}

/// A claim in the table of all.
#[derive(Debug, Default)]
pub struct Claim {
    /// Short name.
    pub id: String,
    /// Where it is told.
    pub link: String,
    /// What the paper says.
    pub says: String,
    /// What was measured, what was expected of it, what came out, and its verdict as a word and as a class.
    pub parts: Vec<([String; 4], &'static str)>,
    /// Its verdict, as a word and as a class.
    pub verdict: (String, &'static str),
    /// Where else it holds.
    pub elsewhere: String,
}

/// The report of one result.
#[derive(Debug, Default)]
pub struct Part {
    /// Its title.
    pub title: String,
    /// A sentence under the title.
    pub subtitle: &'static str,
    /// What one should know first.
    pub facts: Vec<(String, String)>,
    /// The rest.
    pub blocks: Vec<Block>,
    /// Plain words on how to read it.
    pub reading: Vec<&'static str>,
    /// The manifest.
    pub manifest: String,
    /// Doubts about the result.
    pub warnings: Vec<String>,
}

impl Part {
    /// Adds a heading.
    pub fn heading(&mut self, id: &str, text: &str) {
        self.blocks
            .push(Block::Heading(id.to_string(), text.to_string()));
    }

    /// Adds a paragraph.
    pub fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// Adds a remark.
    pub fn note(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Note(text.into()));
    }

    /// Adds what one should know first.
    pub fn fact(&mut self, name: impl Into<String>, value: impl ToString) {
        self.facts.push((name.into(), value.to_string()));
    }

    /// Adds a figure: its name for links, what it shows, what one sees, and how many runs are behind it.
    pub fn figure(
        &mut self,
        id: impl Into<String>,
        title: impl Into<String>,
        caption: impl Into<String>,
        n: impl Into<String>,
        chart: impl Chart + 'static,
    ) {
        let figure = Figure::new(id, title, caption, n, chart);
        self.blocks.push(Block::Figure(Box::new(figure)));
    }

    /// Adds a table.
    pub fn table(&mut self, caption: impl Into<String>, data: Data) {
        self.blocks.push(Block::Table(caption.into(), data));
    }

    /// Adds what `fill` adds, folded under a title that may have a verdict with its class.
    pub fn fold(
        &mut self,
        id: impl Into<String>,
        title: impl Into<String>,
        verdict: Option<(String, &'static str)>,
        fill: impl FnOnce(&mut Part),
    ) {
        let fold = Block::Fold(id.into(), title.into(), verdict);
        self.blocks.push(fold);
        fill(self);
        self.blocks.push(Block::Unfold);
    }

    /// Its figures.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Figure(figure) | Block::Slides(figure, _) => Some(&**figure),
            _ => None,
        })
    }

    fn headings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Heading(id, text) => Some((id.as_str(), text.as_str())),
            _ => None,
        })
    }
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: &'a str,
    policy: String,
    style: &'a str,
    script: &'a str,
    parts: &'a [Part],
    program: String,
}

impl Page<'_> {
    /// Names for links differ between parts.
    fn id(&self, part: &usize, id: &str) -> String {
        if *part == 0 {
            id.to_string()
        } else {
            format!("{id}-{}", part + 1)
        }
    }

    fn download(&self, data: &Data) -> String {
        download(data)
    }

    fn shown<'d>(&self, data: &'d Data) -> &'d [Vec<String>] {
        &data.rows[..data.rows.len().min(SHOWN_ROWS)]
    }

    fn is_number(&self, cell: &str) -> bool {
        cell.parse::<f64>().is_ok()
    }
}

/// Writes parts into one page.
///
/// # Errors
/// If the template fails, which it does not.
pub fn render(parts: &[Part]) -> Result<String, OutputError> {
    let style = style::for_pages() + include_str!("templates/page.css");
    let script = include_str!("templates/page.js");
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; \
         form-action 'none'",
        BASE64_STANDARD.encode(Sha256::digest(style.as_bytes())),
        BASE64_STANDARD.encode(Sha256::digest(script.as_bytes()))
    );
    let page = Page {
        title: parts.first().map_or("Report", |part| part.title.as_str()),
        policy,
        style: &style,
        script,
        parts,
        program: format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
    };
    page.render()
        .map_err(|error| OutputError::Input(format!("the page cannot be written: {error}")))
}

/// What stands in the address of a download as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b',')
    .remove(b':')
    .remove(b'(')
    .remove(b')');

/// A table as the address of a download.
fn download(data: &Data) -> String {
    let text = data.csv();
    format!(
        "data:text/csv;charset=utf-8,{}",
        utf8_percent_encode(&text, PLAIN)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_show_as_text() {
        let hostile = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\"'";
        let mut part = Part {
            title: hostile.to_string(),
            subtitle: hostile,
            ..Part::default()
        };
        part.fact(hostile, hostile);
        part.warnings.push(hostile.to_string());
        part.reading.push(hostile);
        part.manifest = hostile.to_string();
        part.heading(hostile, hostile);
        part.text(hostile);
        part.note(hostile);
        part.table(
            hostile,
            Data {
                columns: vec![hostile.to_string()],
                rows: vec![vec![hostile.to_string()]],
            },
        );
        let page = render(&[part]).expect("a page");
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("<img").count(), 0);
        assert!(
            page.contains("&#60;script&#62;alert(1)") || page.contains("&lt;script&gt;alert(1)")
        );
    }

    #[test]
    fn downloads_hold_no_sign_that_ends_an_attribute() {
        let data = Data {
            columns: vec!["a\"><b>".to_string()],
            rows: Vec::new(),
        };
        assert_eq!(
            download(&data),
            "data:text/csv;charset=utf-8,%22a%22%22%3E%3Cb%3E%22%0A"
        );
    }
}
