//! Outcomes of a table with the sums and ratios made of them, as they are read.

use crate::measure::column::Column;
use crate::measure::outcome::{Kind, Outcome, Ratio, Sum, shown};
use crate::measure::seen::Passes;
use crate::model::run::Run;

/// Weights, and places among the outcomes of a table, in the order in which they are added.
pub type Terms = Vec<(f64, usize)>;

/// An outcome, a sum of some, or a ratio of two.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Name.
    pub name: String,
    /// Its name for people, with a capital letter.
    pub label: String,
    /// Unit, `1` for a pure number.
    pub unit: &'static str,
    /// Its meaning, a phrase without a full stop.
    pub meaning: String,
    /// How it goes through a period.
    pub kind: Kind,
    /// Whether it is a whole number.
    pub is_count: bool,
    /// Where it is shown, made of [`shown`].
    pub shown: u16,
    /// What it is, or what stands above the line.
    pub above: Terms,
    /// What stands below the line.
    pub below: Option<Terms>,
    /// Names above and below the line.
    pub ratio: Option<[&'static str; 2]>,
    /// The whole that it is a share of, with its name.
    pub whole: Option<(&'static str, Terms)>,
}

impl Reading {
    /// Whether it is shown at one of these places.
    pub fn is_on(&self, places: u16) -> bool {
        self.shown & places != 0
    }

    /// Unit to be written beside its name: none for pure numbers, and where the name tells what is counted.
    pub fn sign(&self) -> &'static str {
        let label = self.label.to_lowercase();
        let is_told = |word: &str| label.split([' ', ',']).any(|own| own == word);
        if self.is_count || self.unit == "1" || self.unit.split(' ').any(is_told) {
            ""
        } else {
            self.unit
        }
    }

    /// The number of a quarter; none where it is missing, or nothing stands below the line.
    pub fn number<S>(&self, list: &[Outcome<S>], run: &Run<'_>, seen: &S) -> Option<f64> {
        let above = sum(list, &self.above, run, seen)?;
        let Some(below) = &self.below else {
            return Some(above);
        };
        let below = sum(list, below, run, seen)?;
        (below > 0.0).then(|| above / below)
    }

    /// Passes that it needs.
    pub fn cost<S>(&self, list: &[Outcome<S>]) -> Passes {
        let below = self.below.iter().flatten();
        let places = self.above.iter().chain(below).map(|(_, place)| *place);
        places.fold(Passes::NONE, |all, place| all.and(list[place].cost))
    }
}

/// Adds terms in their order; none where one is missing.
pub fn sum<S>(list: &[Outcome<S>], terms: &[(f64, usize)], run: &Run<'_>, seen: &S) -> Option<f64> {
    terms.iter().try_fold(0.0, |sum, (weight, place)| {
        let column: &Column<S> = &list.get(*place)?.column;
        Some(sum + weight * column.number(run, seen)?)
    })
}

/// The readings of a table with these outcomes: its numbers, then the sums and the ratios for which it has all.
pub fn readings<S>(list: &[Outcome<S>], sums: &[Sum], ratios: &[Ratio]) -> Vec<Reading> {
    let plain = |(place, outcome): (usize, &Outcome<S>)| {
        let column = &outcome.column;
        column.is_number().then(|| Reading {
            name: column.name.to_string(),
            label: outcome.label.to_string(),
            unit: column.unit,
            meaning: column.meaning.to_string(),
            kind: outcome.kind,
            is_count: column.kind() == crate::table::cell::Kind::Integer,
            shown: outcome.shown,
            above: vec![(1.0, place)],
            below: None,
            ratio: None,
            whole: None,
        })
    };
    let mut all: Vec<Reading> = list.iter().enumerate().filter_map(plain).collect();
    let terms = |all: &[Reading], name: &str| {
        let found = all
            .iter()
            .find(|own| own.name == name && own.below.is_none());
        found.map(|own| (own.above.clone(), own.unit, own.kind))
    };
    for sum in sums {
        let own = sum.terms.iter().map(|(weight, name)| {
            let (of_one, unit, kind) = terms(&all, name)?;
            Some((*weight, of_one.first()?.1, unit, kind))
        });
        let own: Option<Vec<_>> = own.collect();
        if let Some(own) = own.filter(|own| !own.is_empty()) {
            all.push(Reading {
                name: sum.name.to_string(),
                label: capital(&plain_words(sum.name)),
                unit: own[0].2,
                meaning: String::new(),
                kind: own[0].3,
                is_count: false,
                shown: 0,
                above: own.iter().map(|own| (own.0, own.1)).collect(),
                below: None,
                ratio: None,
                whole: None,
            });
        }
    }
    let mut shares = Vec::new();
    for outcome in list {
        let name = outcome.column.name;
        if let Some(whole) = outcome.share_of
            && let Some((terms, ..)) = terms(&all, whole)
            && let Some(own) = all.iter_mut().find(|own| own.name == name)
        {
            own.whole = Some((whole, terms));
            let share = Ratio {
                name: "",
                above: name,
                below: whole,
                label: outcome.label,
                meaning: "",
                shown: 0,
            };
            shares.push((format!("{}_share", name.trim_end_matches("_cny_mn")), share));
        }
    }
    let named = ratios.iter().map(|ratio| (ratio.name.to_string(), *ratio));
    for (name, ratio) in shares.into_iter().chain(named) {
        let (above, below) = (terms(&all, ratio.above), terms(&all, ratio.below));
        if let (Some((above, _, kind)), Some((below, ..))) = (above, below) {
            let is_named = !ratio.name.is_empty();
            all.push(Reading {
                label: if is_named {
                    ratio.label.to_string()
                } else {
                    format!("{}, share", ratio.label)
                },
                name,
                unit: "1",
                meaning: ratio.meaning.to_string(),
                kind,
                is_count: false,
                shown: ratio.shown,
                above,
                below: Some(below),
                ratio: Some([ratio.above, ratio.below]),
                whole: None,
            });
        }
    }
    all
}

/// Readings shown at a place as a table has its lines: each followed by the parts of it that stand under it, and the parts of
/// parts that are not shown there.
pub fn in_lines(all: &'static [Reading], place: u16) -> Vec<&'static Reading> {
    let is_part = |own: &&Reading| own.is_on(shown::UNDER) && own.whole.is_some();
    let here = || all.iter().filter(move |own| own.is_on(place));
    let whole_shown = |part: &Reading| {
        let mut whole = part.whole.as_ref()?.0;
        while let Some(own) = all
            .iter()
            .find(|own| own.name == whole && !own.is_on(place))
        {
            whole = own.whole.as_ref()?.0;
        }
        Some(whole)
    };
    let mut lines = Vec::new();
    for own in here().filter(|own| !is_part(own)) {
        lines.push(own);
        lines.extend(here().filter(|part| is_part(part) && whole_shown(part) == Some(&own.name)));
    }
    lines
}

/// A name of a column in words.
pub fn plain_words(name: &str) -> String {
    name.trim_end_matches("_cny_mn").replace('_', " ")
}

/// A phrase with a capital letter.
pub fn capital(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
