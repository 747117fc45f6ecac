//! Colours and type of figures.

use crate::report::figure::scale;
use crate::report::figure::svg::{Anchor, Svg};

/// The style sheet of figures, with variables for colours.
pub const SHEET: &str = include_str!("../templates/figure.css");

/// Colours on light ground and on dark ground. Series are those of Okabe and Ito (2008), the yellow left out, darkened
/// or lightened where the ground asks for it.
pub const COLOURS: [(&str, &str, &str); 21] = [
    ("paper", "#ffffff", "#14171b"),
    ("ink", "#1b1f24", "#e8eaed"),
    ("soft", "#59636e", "#a3adb8"),
    ("grid", "#e3e6ea", "#2c333b"),
    ("s0", "#0072b2", "#56b4e9"),
    ("s1", "#d55e00", "#f0883e"),
    ("s2", "#009e73", "#2fc79b"),
    ("s3", "#b45a92", "#df9cc4"),
    ("s4", "#b47f00", "#e6b13c"),
    ("s5", "#3a3f47", "#d5d9de"),
    ("s6", "#3c9ad1", "#9bd3f5"),
    ("s7", "#7a5230", "#c69c76"),
    ("a0", "#0b3c5d", "#2a6f9e"),
    ("a1", "#d55e00", "#f0883e"),
    ("a2", "#f3c77c", "#f6d49a"),
    ("a3", "#8c3b6b", "#b4638f"),
    ("a4", "#8fc9ea", "#a9d9f3"),
    ("a5", "#4d4d4d", "#8a8f96"),
    ("a6", "#bdbdbd", "#d0d4d8"),
    ("good", "#00735a", "#2fc79b"),
    ("bad", "#b34700", "#f0883e"),
];

/// Steps of the ramp from little to much, from light to dark so that they read in grey.
pub const MUCH: [&str; 9] = [
    "#eef3f7", "#d5e3ee", "#b3cfe3", "#8db7d6", "#669dc7", "#4482b5", "#2b669c", "#174a7c",
    "#0a2f57",
];
/// Steps of the ramp from below 0 to above.
pub const SIGNED: [&str; 9] = [
    "#8c3d00", "#c2651b", "#e29a5c", "#f3cfa9", "#f2f2f2", "#b9d6ea", "#77b0d8", "#2f82b8",
    "#00507d",
];

fn variables(colour: impl Fn(&(&str, &str, &str)) -> String) -> String {
    COLOURS
        .iter()
        .map(|row| format!("--{}:{};", row.0, colour(row)))
        .collect()
}

fn ramps() -> String {
    let mut out = String::new();
    for (name, steps) in [('m', MUCH), ('d', SIGNED)] {
        for (step, colour) in steps.iter().enumerate() {
            out.push_str(&format!(".{name}{step}{{fill:{colour}}}"));
        }
    }
    out
}

/// Definition of the colours for a page that follows what its reader prefers, and the sheet.
pub fn for_pages() -> String {
    format!(
        ":root{{color-scheme:light dark;{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}{SHEET}{}",
        variables(|row| row.1.to_string()),
        variables(|row| row.2.to_string()),
        ramps()
    )
}

/// The sheet for a file: light, without variables, which many programs do not know.
pub fn for_files() -> String {
    let mut sheet = SHEET.to_string() + &ramps();
    for (name, light, _) in COLOURS {
        sheet = sheet.replace(&format!("var(--{name})"), light);
    }
    sheet.lines().map(str::trim).collect()
}

/// Step of a ramp for a share from 0 to 1.
pub fn ramp_step(share: f64) -> usize {
    if share.is_nan() {
        return 0;
    }
    (share * 9.0).floor().clamp(0.0, 8.0) as usize
}

/// Draws the steps of a ramp (`m` or `d`), `size` each, with what its ends stand for so far
/// `below`.
pub fn ramp_key(
    svg: &mut Svg,
    ramp: char,
    (x, y): (f64, f64),
    (part, height): (f64, f64),
    below: f64,
    (low, high): (f64, f64),
) {
    for step in 0..9 {
        let corner = (x + part * f64::from(step), y);
        svg.rect(&format!("{ramp}{step}"), corner, (part, height), "");
    }
    svg.small(Anchor::Start, (x, y + below), &scale::number(low));
    svg.small(
        Anchor::End,
        (x + part * 9.0, y + below),
        &scale::number(high),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.1).
    fn luminance(colour: &str) -> f64 {
        let part = |place: usize| {
            let value = u8::from_str_radix(&colour[place..place + 2], 16).expect("hexadecimal");
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        if a > b { a / b } else { b / a }
    }

    #[test]
    fn texts_and_lines_stand_out_from_their_ground() {
        let (_, light, dark) = COLOURS[0];
        for (name, on_light, on_dark) in COLOURS {
            let least = match name {
                "ink" | "soft" | "good" | "bad" => 4.5,
                name if name.starts_with('s') => 3.0,
                _ => continue,
            };
            assert!(contrast(light, on_light) >= least, "{name} on light");
            assert!(contrast(dark, on_dark) >= least, "{name} on dark");
        }
    }

    #[test]
    fn the_ramp_darkens_step_by_step_so_that_it_reads_in_grey() {
        for pair in MUCH.windows(2) {
            assert!(luminance(pair[0]) > luminance(pair[1]));
        }
    }

    #[test]
    fn files_need_no_variables() {
        assert!(!for_files().contains("var("));
        assert_eq!(ramp_step(0.0), 0);
        assert_eq!(ramp_step(1.0), 8);
        assert_eq!(ramp_step(f64::NAN), 0);
    }
}
