//! What a claim expects.

use crate::kernel::text::near_value;

/// What a mean or a mean difference is expected to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expectation {
    /// Above a bound.
    Above(f64),
    /// Below a bound.
    Below(f64),
    /// At or above a bound.
    AtLeast(f64),
    /// At or below a bound.
    AtMost(f64),
    /// Nothing: it is reported.
    Report,
}

impl Expectation {
    /// Reads `> 0`, `<= 0.5`, `report` and the like.
    ///
    /// # Errors
    /// A sentence with what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "report" {
            return Ok(Expectation::Report);
        }
        let of = |make: fn(f64) -> Expectation, number: &str| {
            let number = number.trim().parse::<f64>().ok();
            number.filter(|number| number.is_finite()).map(make)
        };
        type Make = fn(f64) -> Expectation;
        let signs: [(&str, Make); 4] = [
            (">=", Expectation::AtLeast),
            ("<=", Expectation::AtMost),
            (">", Expectation::Above),
            ("<", Expectation::Below),
        ];
        let found = signs
            .iter()
            .find_map(|(sign, make)| text.strip_prefix(sign).map(|number| of(*make, number)));
        found.flatten().ok_or_else(|| {
            let hint = near_value(text, ["report"]);
            format!(
                "\"{text}\" is no expectation; allowed: \"> 0\", \"< 0.5\", \">= 0\", \"<= 0\" or \"report\"{hint}"
            )
        })
    }

    /// The bound; none where nothing is expected.
    pub fn bound(self) -> Option<f64> {
        match self {
            Expectation::Above(bound)
            | Expectation::Below(bound)
            | Expectation::AtLeast(bound)
            | Expectation::AtMost(bound) => Some(bound),
            Expectation::Report => None,
        }
    }
}

impl std::fmt::Display for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Expectation::Above(bound) => write!(f, "> {bound}"),
            Expectation::Below(bound) => write!(f, "< {bound}"),
            Expectation::AtLeast(bound) => write!(f, ">= {bound}"),
            Expectation::AtMost(bound) => write!(f, "<= {bound}"),
            Expectation::Report => f.write_str("report"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_expectation_is_refused_with_what_is_allowed() {
        let refused = Expectation::parse("more").unwrap_err();
        assert!(refused.starts_with("\"more\" is no expectation; allowed: \"> 0\""));
        assert!(Expectation::parse("> x").is_err());
        assert_eq!(Expectation::parse(">=-1.5"), Ok(Expectation::AtLeast(-1.5)));
    }
}
