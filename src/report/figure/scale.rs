//! Scales, ticks, and numbers for people.

/// A linear scale from values to places on the page.
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    /// Value at the start.
    pub low: f64,
    /// Value at the end.
    pub high: f64,
    /// Place of the start.
    pub from: f64,
    /// Place of the end.
    pub to: f64,
}

impl Linear {
    /// The place of a value.
    pub fn at(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        if span == 0.0 || !span.is_finite() {
            return (self.from + self.to) / 2.0;
        }
        self.from + (value - self.low) / span * (self.to - self.from)
    }
}

/// 10 to a whole power, exactly rounded on every machine.
pub fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(1.0)
}

/// The power of ten at or below a positive value.
pub fn decade(value: f64) -> i32 {
    if !(value.is_finite() && value > 0.0) {
        return 0;
    }
    let text = format!("{value:e}");
    text.rsplit('e')
        .next()
        .and_then(|exponent| exponent.parse().ok())
        .unwrap_or(0)
}

/// A step of 1, 2 or 5 times a power of ten that cuts `span` into at most about `count` parts.
pub fn step(span: f64, count: usize) -> f64 {
    let raw = span / count.max(1) as f64;
    if !(raw.is_finite() && raw > 0.0) {
        return 1.0;
    }
    let unit = power_of_ten(decade(raw));
    let ratio = raw / unit;
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| ratio <= factor + 1e-9)
        .unwrap_or(10.0);
    factor * unit
}

/// Ends of an axis at round values around the data, and its ticks.
pub fn axis(low: f64, high: f64, count: usize) -> (f64, f64, Vec<f64>) {
    let (low, high) = match (low.is_finite(), high.is_finite()) {
        (true, true) if low < high => (low, high),
        (true, _) if low != 0.0 => (low - low.abs() * 0.1, low + low.abs() * 0.1),
        _ => (0.0, 1.0),
    };
    let step = step(high - low, count);
    let first = (low / step + 1e-9).floor();
    let last = (high / step - 1e-9).ceil();
    // More ticks than this only come of values next to each other at the end of precision.
    let parts = (last - first).clamp(1.0, 50.0);
    let ticks = (0..=parts as i64)
        .map(|part| (first + part as f64) * step)
        .map(|tick| if tick.abs() < step * 1e-6 { 0.0 } else { tick })
        .collect();
    (first * step, (first + parts) * step, ticks)
}

/// Labels of ticks: as many decimals as tell them apart, large ones in thousands (k) or millions (M).
pub fn tick_labels(ticks: &[f64]) -> Vec<String> {
    let most = ticks
        .iter()
        .fold(0.0, |most: f64, tick| most.max(tick.abs()));
    let (unit, sign) = if most >= 2e6 {
        (1e6, "M")
    } else if most >= 1e5 {
        (1e3, "k")
    } else {
        (1.0, "")
    };
    let step = match ticks {
        [first, second, ..] => (second - first).abs() / unit,
        _ => 1.0,
    };
    let decimals = (-decade(step)).clamp(0, 9) as usize;
    if decimals > 5 {
        let short = |tick: &f64| {
            if *tick == 0.0 {
                "0".to_string()
            } else {
                format!("{tick:.1e}").replace(".0e", "e").replace('-', "−")
            }
        };
        return ticks.iter().map(short).collect();
    }
    let label = |tick: &f64| {
        let text = grouped(tick / unit, decimals);
        if *tick == 0.0 {
            "0".to_string() + text.get(1..).unwrap_or("")
        } else {
            text + sign
        }
    };
    ticks.iter().map(label).collect()
}

/// A number for people: about three significant digits, thousands apart.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_string();
    }
    if value == 0.0 {
        return "0".to_string();
    }
    let size = value.abs();
    if !(1e-4..1e15).contains(&size) {
        return format!("{value:.2e}").replace('-', "−");
    }
    let decimals = (2 - decade(size)).clamp(0, 6) as usize;
    grouped(value, decimals)
}

/// A number with its interval in brackets, where there is one.
pub fn estimate(value: f64, interval: Option<(f64, f64)>) -> String {
    match interval {
        Some((low, high)) => format!("{} [{}, {}]", number(value), number(low), number(high)),
        None => number(value),
    }
}

/// Fixed decimals, a thin space that does not break between thousands, a true minus sign.
pub fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = match text.split_once('.') {
        Some((whole, rest)) => (whole, Some(rest)),
        None => (text.as_str(), None),
    };
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        out.push('−');
    }
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && left.is_multiple_of(3) && whole.len() > 4 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// A value in six significant digits, for tables that go with figures.
pub fn exact(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 {
            "0".into()
        } else {
            String::new()
        };
    }
    let decimals = (5 - decade(value.abs())).clamp(0, 15) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    }
}

/// Smallest and largest of some values; none where there are none.
pub fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .filter(|value| value.is_finite())
        .fold(None, |found, value| {
            let (low, high): (f64, f64) = found.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        })
}

/// Width of a text, about, in the font of figures at a size.
pub fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|letter| match letter {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.29,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '-' | '[' | ']' => 0.36,
            'm' | 'w' | 'M' | 'W' | '%' => 0.88,
            letter if letter.is_ascii_uppercase() => 0.69,
            letter if (letter as u32) >= 0x2e80 => 1.02,
            _ => 0.57,
        })
        .sum();
    // System fonts differ; the wider ones are reckoned with.
    ems * size * 1.08
}

/// Width of the longest of some texts; 0 of none.
pub fn widest<'a>(texts: impl IntoIterator<Item = &'a String>, size: f64) -> f64 {
    let widths = texts.into_iter().map(|text| text_width(text, size));
    widths.fold(0.0, f64::max)
}

/// A text cut to a width, with a sign where something is left out.
pub fn fit(text: &str, width: f64, size: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_string();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if text_width(&kept, size) + 0.9 * size > width {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

/// A name cut to a width; of a dotted key the last part is kept, which tells most.
pub fn fit_name(name: &str, width: f64, size: f64) -> String {
    if text_width(name, size) > width
        && let Some((_, last)) = name.rsplit_once('.')
        && !last.contains(' ')
    {
        return fit(&format!("…{last}"), width, size);
    }
    fit(name, width, size)
}

/// Places of labels moved apart so that they keep a distance, in the order they were given.
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    let mut places = wanted.to_vec();
    let mut least = low;
    for place in &order {
        places[*place] = places[*place].max(least);
        least = places[*place] + gap;
    }
    let mut most = high;
    for place in order.iter().rev() {
        places[*place] = places[*place].min(most);
        most = places[*place] - gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_the_data() {
        let (low, high, ticks) = axis(0.13, 0.88, 5);
        assert_eq!((low, high), (0.0, 1.0));
        assert_eq!(
            tick_labels(&ticks),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        let (low, high, ticks) = axis(-130.0, 2_300.0, 5);
        assert_eq!((low, high), (-500.0, 2_500.0));
        assert_eq!(tick_labels(&ticks)[0], "−500");
        assert_eq!(ticks.len(), 7);
        assert_eq!(tick_labels(&[0.0, 1e7, 2e7]), ["0", "10M", "20M"]);
        assert_eq!(tick_labels(&[-1e-7, 0.0]), ["−1e−7", "0"]);
        assert_eq!(tick_labels(&[0.0, 5e4, 1e5]), ["0", "50k", "100k"]);
    }

    #[test]
    fn axes_of_odd_data_have_ticks_too() {
        for (low, high) in [
            (1.0, 1.0),
            (0.0, 0.0),
            (f64::NAN, 1.0),
            (f64::NEG_INFINITY, f64::INFINITY),
            (1e300, 1.1e300),
            (1.0, 1.0 + f64::EPSILON),
            (-5.0, -5.0),
        ] {
            let (start, end, ticks) = axis(low, high, 5);
            assert!(start < end || ticks.len() >= 2, "{low} {high}");
            assert!(ticks.len() <= 51);
        }
    }

    #[test]
    fn numbers_are_short_and_grouped() {
        assert_eq!(number(0.123456), "0.123");
        assert_eq!(number(-1234.5), "−1234");
        assert_eq!(number(1_234_567.0), "1\u{202f}234\u{202f}567");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(f64::NAN), "–");
        assert_eq!(grouped(-0.001, 2), "0.00");
        assert_eq!(exact(0.1 + 0.2), "0.3");
        assert_eq!(exact(1_234_567.8), "1234568");
    }

    #[test]
    fn a_value_maps_between_the_ends() {
        let scale = Linear {
            low: 10.0,
            high: 20.0,
            from: 100.0,
            to: 0.0,
        };
        assert_eq!(scale.at(12.5), 75.0);
        let flat = Linear {
            low: 1.0,
            high: 1.0,
            ..scale
        };
        assert_eq!(flat.at(1.0), 50.0);
    }

    #[test]
    fn labels_move_apart_and_stay_inside() {
        let places = spread(&[50.0, 52.0, 51.0, 99.0], 10.0, 0.0, 100.0);
        assert_eq!(places, [50.0, 70.0, 60.0, 99.0]);
        let places = spread(&[95.0, 96.0], 10.0, 0.0, 100.0);
        assert_eq!(places, [90.0, 100.0]);
    }

    #[test]
    fn long_texts_are_cut() {
        let cut = fit("Intelligent computing centres", 80.0, 12.0);
        assert!(
            cut.ends_with('…') && text_width(&cut, 12.0) <= 84.0,
            "{cut}"
        );
        assert_eq!(fit("short", 80.0, 12.0), "short");
        assert_eq!(fit_name("tournament.intensity", 70.0, 12.0), "…intensity");
    }
}
