//! Problems of input: a place, what was found, what is allowed. All of them are reported at once.

use crate::input::scenario::place::Place;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use crate::input::scenario::places::{Files, Spot};

/// How many problems are shown; the rest is counted.
pub const SHOWN: usize = 100;
/// How many problems are kept while a scenario is read, so that a broken table cannot fill the memory.
const KEPT: usize = 10_000;

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What was found, and what is allowed.
    pub message: String,
}

impl Problem {
    /// The message about a scenario file as a whole, for the place that names it; none where the problem is another.
    pub(crate) fn of_scenario(&self, path: &Path) -> Option<String> {
        let name = path.display().to_string();
        (self.place == Place::File(name.clone()))
            .then(|| format!("`scenario` names {name}: {}", self.message))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// A message without control characters: names in it come from files, and a terminal obeys them.
fn printable(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    for letter in message.chars() {
        if letter.is_control() {
            out.extend(letter.escape_debug());
        } else {
            out.push(letter);
        }
    }
    out
}

/// Every problem of a scenario, in the order of the files and of the places in them; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// Of a list; none where it is empty.
    pub(crate) fn from_list(mut list: Vec<Problem>) -> Option<Self> {
        let more = list.len().saturating_sub(SHOWN);
        list.truncate(SHOWN);
        for problem in &mut list {
            problem.message = printable(&problem.message);
        }
        (!list.is_empty()).then_some(Problems { list, more })
    }

    /// One problem of a file as a whole.
    pub(crate) fn of_file(path: &Path, message: &str) -> Self {
        let place = Place::File(path.display().to_string());
        Problems {
            list: vec![Problem {
                place,
                message: printable(message),
            }],
            more: 0,
        }
    }

    /// Those that are shown.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }
}

impl fmt::Display for Problems {
    /// One problem a line, without a line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (row, problem) in self.list.iter().enumerate() {
            if row > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        match self.more {
            0 => Ok(()),
            1 => f.write_str("\nand 1 more problem"),
            more => write!(f, "\nand {more} more problems"),
        }
    }
}

impl std::error::Error for Problems {}

/// Collects problems while files are read.
#[derive(Debug, Default)]
pub(crate) struct Report {
    list: Vec<Entry>,
    uncounted: usize,
}

#[derive(Debug)]
struct Entry {
    spot: Spot,
    message: String,
    kind: Kind,
}

/// What a problem may be a consequence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Syntax,
    Unknown,
}

impl Report {
    /// Adds a problem.
    pub fn add(&mut self, spot: Spot, message: impl Into<String>) {
        self.push(spot, message.into(), Kind::Plain);
    }

    /// Adds a key that nothing has. Behind a mistake of syntax it is left out: a broken head of a table hands its keys to
    /// the table before.
    pub fn add_unknown(&mut self, spot: Spot, message: impl Into<String>) {
        self.push(spot, message.into(), Kind::Unknown);
    }

    /// Adds a problem of syntax. Others on its line are then left out: they are mostly its consequence.
    pub fn add_syntax(&mut self, spot: Spot, message: impl Into<String>) {
        self.push(spot, message.into(), Kind::Syntax);
    }

    fn push(&mut self, spot: Spot, message: String, kind: Kind) {
        if self.list.len() < KEPT {
            self.list.push(Entry {
                spot,
                message,
                kind,
            });
        } else {
            self.uncounted += 1;
        }
    }

    /// Whether nothing was found so far.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether a file could not be read as TOML from end to end.
    pub fn has_syntax_problems(&self) -> bool {
        self.list.iter().any(|entry| entry.kind == Kind::Syntax)
    }

    /// The problems in order, or none.
    pub fn finish(mut self, files: &Files) -> Option<Problems> {
        self.list.sort_by_key(|entry| entry.spot.order());
        let mut broken_file = None;
        self.list.retain(|entry| {
            let file = match entry.spot {
                Spot::At { file, .. } => Some(file),
                Spot::Set(_) | Spot::File(_) => None,
            };
            if entry.kind == Kind::Syntax {
                broken_file = file;
            }
            entry.kind != Kind::Unknown || file.is_none() || file != broken_file
        });
        let mut shown: Vec<(Problem, bool)> = Vec::new();
        let places = files.places(self.list.iter().map(|entry| entry.spot));
        for (entry, place) in self.list.into_iter().zip(places) {
            let problem = Problem {
                place,
                message: entry.message,
            };
            if shown.last().is_none_or(|(last, _)| *last != problem) {
                shown.push((problem, entry.kind == Kind::Syntax));
            }
        }
        // On a line that is not valid TOML, all but the first is mostly its consequence.
        let line_of = |place: &Place| match place {
            Place::At { file, line, .. } => Some((file.clone(), *line)),
            _ => None,
        };
        let mut broken = BTreeSet::new();
        let first_of_lines: BTreeSet<usize> = (0..)
            .zip(&shown)
            .filter(|(_, (_, is_syntax))| *is_syntax)
            .filter(|(_, (problem, _))| {
                line_of(&problem.place).is_none_or(|line| broken.insert(line))
            })
            .map(|(row, _)| row)
            .collect();
        let list = (0..).zip(shown).filter(|(row, (problem, _))| {
            first_of_lines.contains(row)
                || line_of(&problem.place).is_none_or(|line| !broken.contains(&line))
        });
        let list = list.map(|(_, (problem, _))| problem).collect();
        let mut problems = Problems::from_list(list)?;
        problems.more += self.uncounted;
        Some(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::scenario::file_source::FileSource;

    #[test]
    fn the_first_hundred_problems_are_shown_and_the_rest_is_counted() {
        let mut report = Report::default();
        let files = Files::new(&["a=1".to_string()], &FileSource::default());
        for number in 0..(KEPT + 5) {
            report.add(Spot::Set(0), format!("problem {number}"));
        }
        let problems = report.finish(&files).expect("problems");
        let text = problems.to_string();
        assert_eq!(text.lines().count(), SHOWN + 1);
        assert!(text.starts_with("--set a=1: problem 0\n"));
        assert!(text.ends_with("\nand 9905 more problems"));
        assert_eq!(problems.list.len() + problems.more, KEPT + 5);
    }

    #[test]
    fn no_problem_is_no_report() {
        assert_eq!(
            Report::default().finish(&Files::new(&[], &FileSource::default())),
            None
        );
    }
}
