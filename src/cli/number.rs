//! Numbers on the command line: what is allowed, and an example, are said of all in one way.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Reads a whole number.
pub(crate) fn whole<T: Number>(
    allowed: RangeInclusive<T>,
    example: T,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    number("a whole number", allowed, example)
}

/// Reads a number.
pub(crate) fn real(
    allowed: RangeInclusive<f64>,
    example: f64,
) -> impl Fn(&str) -> Result<f64, String> + Clone {
    number("a number", allowed, example)
}

/// Reads the number of threads.
pub(crate) fn threads() -> impl Fn(&str) -> Result<u16, String> + Clone {
    whole(1..=1024, 4)
}

/// Reads the number of replicates.
pub(crate) fn replicates() -> impl Fn(&str) -> Result<u32, String> + Clone {
    whole(1..=1_000_000, 100)
}

/// Reads the largest index of a job array.
pub(crate) fn chunk() -> impl Fn(&str) -> Result<u64, String> + Clone {
    whole(1..=4_000_000, 1000)
}

/// Reads a seed or a replicate.
pub(crate) fn seed() -> impl Fn(&str) -> Result<u64, String> + Clone {
    whole(0..=i64::MAX as u64, 42)
}

/// Lets a number below 0 be the value of an option, so that what is said of it is what is allowed.
pub(crate) fn with_sign(argument: clap::Arg) -> clap::Arg {
    match argument.get_long().is_some() && argument.get_action().takes_values() {
        true => argument.allow_negative_numbers(true),
        false => argument,
    }
}

/// A kind of number.
pub(crate) trait Number:
    FromStr + PartialOrd + Display + Copy + Send + Sync + 'static
{
}
impl<T: FromStr + PartialOrd + Display + Copy + Send + Sync + 'static> Number for T {}

fn number<T: Number>(
    what: &'static str,
    allowed: RangeInclusive<T>,
    example: T,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let found = text.parse().ok();
        found
            .filter(|found| allowed.contains(found))
            .ok_or_else(|| {
                let (low, high) = (allowed.start(), allowed.end());
                format!("allowed: {what} from {low} to {high}, such as {example}")
            })
    }
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use clap::{Arg, CommandFactory, Parser};

    use crate::cli::Command;

    fn is_number(argument: &Arg) -> bool {
        let types = [
            TypeId::of::<u16>(),
            TypeId::of::<u32>(),
            TypeId::of::<u64>(),
            TypeId::of::<usize>(),
            TypeId::of::<i64>(),
            TypeId::of::<f64>(),
        ];
        let own = argument.get_value_parser().type_id();
        types.iter().any(|known| own == *known)
    }

    #[test]
    fn every_number_says_what_is_allowed() {
        let mut tried = 0;
        for command in Command::command().get_subcommands() {
            for argument in command.get_arguments().filter(|own| is_number(own)) {
                let option = format!("--{}", argument.get_long().expect("an option"));
                for wrong in ["one", "-1", "1.5x", "99999999999999999999999", ""] {
                    let words = ["dualtrack", command.get_name(), &option, wrong];
                    let said = Command::try_parse_from(words).expect_err("refused");
                    let said = said.to_string();
                    let name = format!("{} {option} {wrong}: {said}", command.get_name());
                    assert!(
                        said.contains(&format!("invalid value '{wrong}' for '{option} <")),
                        "{name}"
                    );
                    assert!(
                        said.contains(": allowed: a ") && said.contains(" from "),
                        "{name}"
                    );
                    let (_, example) = said.split_once(", such as ").expect("an example");
                    let example = example.split_whitespace().next().expect("a number");
                    let words = ["dualtrack", command.get_name(), &option, example];
                    let said = Command::try_parse_from(words)
                        .err()
                        .map(|error| error.to_string());
                    let is_taken = said.is_none_or(|said| !said.contains("invalid value"));
                    assert!(is_taken, "{name}");
                }
                tried += 1;
            }
        }
        assert!(tried > 30, "{tried}");
    }
}
