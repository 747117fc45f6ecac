//! SVG as text: every text escaped, every number short.

use std::fmt::Write;

/// A drawing on its way. Colours come from classes, which the page (or the file itself) defines.
#[derive(Clone, Debug)]
pub struct Svg {
    /// Width in its own units.
    pub width: f64,
    /// Height in its own units.
    pub height: f64,
    body: String,
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

impl Anchor {
    fn attribute(self) -> &'static str {
        match self {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        }
    }
}

/// A place or length: one decimal, no superfluous zeros.
pub fn short(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_string();
    }
    let text = format!("{:.1}", value.clamp(-1e6, 1e6));
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" {
        "0".to_string()
    } else {
        text.to_string()
    }
}

/// Text as content or attribute of HTML, SVG and XML. Characters that XML does not know are left out.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => out.push(' '),
            // Marks that turn the direction of writing could make a name swallow its surroundings.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            letter => out.push(letter),
        }
    }
    out
}

impl Svg {
    /// An empty drawing.
    pub fn new(width: f64, height: f64) -> Self {
        Svg {
            width,
            height,
            body: String::new(),
        }
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a text cannot fail.
        let _ = self.body.write_fmt(text);
    }

    fn close(&mut self, tag: &str, title: &str) {
        if title.is_empty() {
            self.body.push_str("/>");
        } else {
            self.push(format_args!("><title>{}</title></{tag}>", escape(title)));
        }
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.push(format_args!(
            "<path class=\"{class}\" d=\"M{} {}L{} {}\"/>",
            short(from.0),
            short(from.1),
            short(to.0),
            short(to.1)
        ));
    }

    /// A rectangle from its upper left corner, with a text that shows when pointed at.
    pub fn rect(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        title: &str,
    ) {
        self.push(format_args!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            short(x),
            short(y),
            short(width.max(0.0)),
            short(height.max(0.0))
        ));
        self.close("rect", title);
    }

    /// A circle with a text that shows when pointed at. `more` are further attributes, already escaped.
    pub fn circle(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        radius: f64,
        more: &str,
        title: &str,
    ) {
        self.push(format_args!(
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"{more}",
            short(x),
            short(y),
            short(radius)
        ));
        self.close("circle", title);
    }

    /// A path.
    pub fn path(&mut self, class: &str, d: &str, title: &str) {
        self.push(format_args!("<path class=\"{class}\" d=\"{d}\""));
        self.close("path", title);
    }

    /// A text.
    pub fn text(&mut self, class: &str, anchor: Anchor, (x, y): (f64, f64), text: &str) {
        self.push(format_args!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\"{}>{}</text>",
            short(x),
            short(y),
            anchor.attribute(),
            escape(text)
        ));
    }

    /// A small text in soft ink: labels of axes and notes.
    pub fn small(&mut self, anchor: Anchor, at: (f64, f64), text: &str) {
        self.text("soft small", anchor, at, text);
    }

    /// A level bar between two places, at least so long.
    pub fn bar(&mut self, class: &str, (from, to): (f64, f64), y: f64, least: f64, title: &str) {
        let length = (to - from).abs().max(least);
        self.rect(class, (from.min(to), y - 7.0), (length, 14.0), title);
    }

    /// An interval on a level line.
    pub fn whisker(&mut self, (low, high): (f64, f64), y: f64) {
        self.line("whisker", (low, y), (high, y));
        self.line("whisker", (low, y - 4.0), (low, y + 4.0));
        self.line("whisker", (high, y - 4.0), (high, y + 4.0));
    }

    /// A text that reads upwards, or slanting, turned by `degrees` around its point.
    pub fn turned(
        &mut self,
        class: &str,
        anchor: Anchor,
        at: (f64, f64),
        degrees: f64,
        text: &str,
    ) {
        let (x, y) = (short(at.0), short(at.1));
        self.push(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{} transform=\"rotate({} {x} {y})\">{}</text>",
            anchor.attribute(),
            short(degrees),
            escape(text)
        ));
    }

    /// As an element of a page that holds the style.
    pub fn inline(&self, class: &str, label: &str) -> String {
        format!(
            "<svg class=\"{class}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{}</svg>",
            short(self.width),
            short(self.height),
            escape(label),
            self.body
        )
    }

    /// As a file by itself, with its style, on paper.
    pub fn file(&self, style: &str, label: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
             role=\"img\"><title>{}</title><style>{style}</style><rect class=\"paper\" width=\"{w}\" \
             height=\"{h}\"/>{}</svg>\n",
            escape(label),
            self.body,
            w = short(self.width),
            h = short(self.height),
        )
    }
}

/// The path of points; a point that is missing breaks it.
pub fn polyline(points: impl Iterator<Item = Option<(f64, f64)>>) -> String {
    let mut d = String::new();
    let mut pen = 'M';
    for point in points {
        match point {
            Some((x, y)) => {
                let _ = write!(d, "{pen}{} {}", short(x), short(y));
                pen = 'L';
            }
            None => pen = 'M',
        }
    }
    d
}

/// The area between two lines; a place where either is missing breaks it.
pub fn between(points: &[Option<(f64, f64, f64)>]) -> String {
    let mut d = String::new();
    for part in points.split(|point| point.is_none()) {
        let part: Vec<(f64, f64, f64)> = part.iter().flatten().copied().collect();
        if part.len() < 2 {
            continue;
        }
        let there = part.iter().map(|(x, low, _)| Some((*x, *low)));
        let back = part.iter().rev().map(|(x, _, high)| Some((*x, *high)));
        d.push_str(&polyline(there.chain(back)));
        d.push('Z');
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let hostile = "</title><script>alert('1')</script>&\"\u{0}\u{202e}x";
        assert_eq!(
            escape(hostile),
            "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot; x"
        );
        let mut svg = Svg::new(10.0, 10.0);
        svg.text("t", Anchor::Start, (0.0, 0.0), hostile);
        svg.rect("r", (0.0, 0.0), (1.0, 1.0), hostile);
        let text = svg.inline("c", hostile) + &svg.file("", hostile);
        assert!(!text.contains("<script"));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(1.0), "1");
        assert_eq!(short(-0.04), "0");
        assert_eq!(short(12.3456), "12.3");
        assert_eq!(short(f64::NAN), "0");
    }

    #[test]
    fn missing_points_break_lines_and_bands() {
        let points = [Some((0.0, 1.0)), None, Some((2.0, 3.0)), Some((3.0, 4.0))];
        assert_eq!(polyline(points.into_iter()), "M0 1M2 3L3 4");
        let band = [
            Some((0.0, 1.0, 2.0)),
            None,
            Some((2.0, 3.0, 4.0)),
            Some((3.0, 3.0, 4.0)),
        ];
        assert_eq!(between(&band), "M2 3L3 3L3 4L2 4Z");
    }
}
