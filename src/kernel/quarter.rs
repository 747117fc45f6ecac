//! Calendar quarters, written `2015Q1`.

use std::fmt;
use std::str::FromStr;

/// A calendar quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter(i32);

impl Quarter {
    /// First and last quarter that can be written.
    pub const RANGE: (Quarter, Quarter) = (Quarter(1000 * 4), Quarter(9999 * 4 + 3));

    /// The quarter of a year; `of_year` from 1 to 4.
    pub fn new(year: i32, of_year: u32) -> Option<Self> {
        let inside = (1000..=9999).contains(&year) && (1..=4).contains(&of_year);
        inside.then(|| Quarter(year * 4 + of_year as i32 - 1))
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.0.div_euclid(4)
    }

    /// 1 to 4.
    pub fn of_year(self) -> u32 {
        self.0.rem_euclid(4) as u32 + 1
    }

    /// The quarter `quarters` later (earlier where negative).
    pub fn plus(self, quarters: i32) -> Self {
        Quarter(self.0 + quarters)
    }

    /// Quarters from `start` to this one; negative before it.
    pub fn since(self, start: Quarter) -> i32 {
        self.0 - start.0
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}Q{}", self.year(), self.of_year())
    }
}

/// A text that is not a quarter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAQuarter;

impl fmt::Display for NotAQuarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a quarter from \"1000Q1\" to \"9999Q4\", such as \"2015Q1\"")
    }
}

impl FromStr for Quarter {
    type Err = NotAQuarter;

    fn from_str(text: &str) -> Result<Self, NotAQuarter> {
        let (year, of_year) = text.split_once('Q').ok_or(NotAQuarter)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || of_year.len() != 1 || !digits(year) || !digits(of_year) {
            return Err(NotAQuarter);
        }
        let year = year.parse().map_err(|_| NotAQuarter)?;
        let of_year = of_year.parse().map_err(|_| NotAQuarter)?;
        Quarter::new(year, of_year).ok_or(NotAQuarter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_are_read_and_written_alike() {
        for text in ["2015Q1", "2024Q4", "1000Q1", "9999Q4"] {
            assert_eq!(text.parse::<Quarter>().expect("valid").to_string(), text);
        }
        for text in [
            "2015", "2015Q0", "2015Q5", "15Q1", "2015q1", "+015Q1", "2015Q1 ", "0999Q1",
        ] {
            assert!(text.parse::<Quarter>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_quarter_after_the_fourth_is_the_first_of_the_next_year() {
        let last = Quarter::new(2015, 4).expect("valid");
        assert_eq!(last.plus(1).to_string(), "2016Q1");
        assert_eq!(last.plus(1).since(last), 1);
    }
}
