//! Runs of a plan, made again and compared with what its shards hold.

use std::collections::BTreeSet;

use rand_chacha::rand_core::Rng;

use crate::kernel::control::Control;
use crate::kernel::keyed::{Use, generator};
use crate::study::codec::Measured;
use crate::study::error::StudyError;
use crate::study::execute::{Study, run_picked};
use crate::study::run_file::read;
use crate::study::shards::plan_folder::PlanFolder;
use crate::study::shards::status::Status;
use crate::study::stage::{Stage, by_stage};

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Runs that were made again.
    pub runs: u64,
    /// Those that left other numbers.
    pub different: Vec<Difference>,
}

/// A run that left other numbers.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Its number.
    pub run: u64,
    /// Its shard.
    pub shard: u64,
    /// The first number or message that differs, as the shard has it.
    pub there: String,
    /// The same of the run that was made again.
    pub here: String,
}

/// Which runs are made again.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// How many.
    pub runs: u64,
    /// Picks them.
    pub seed: u64,
}

/// Makes a sample of the runs of whole shards again.
///
/// # Errors
/// [`StudyError`].
pub fn audit(
    folder: &PlanFolder,
    (study, stages): (&Study, &[Stage]),
    status: &Status,
    sample: Sample,
    threads: usize,
    control: &Control,
) -> Result<Audit, StudyError> {
    let picked = pick(folder, status, sample);
    let mut there = Vec::new();
    for (shard, runs) in &picked {
        let (path, text) = (folder.file_of(*shard), folder.text(*shard));
        read(&path, &text, folder.range(*shard).start, |number, run| {
            if runs.contains(&number) {
                there.push((*shard, number, run.clone()));
            }
            Ok(())
        })?;
    }
    let mut audit = Audit::default();
    for (place, own) in by_stage(stages, 0..folder.runs()) {
        let first: u64 = stages[..place].iter().map(Stage::runs).sum();
        let inside: Vec<_> = there
            .iter()
            .filter(|(_, number, _)| own.contains(&(number.wrapping_sub(first))))
            .collect();
        let number = |place: u64| inside[place as usize].1 - first;
        let count = inside.len() as u64;
        run_picked(
            study,
            &stages[place],
            (count, &number),
            threads,
            control,
            |at, here| {
                audit.runs += 1;
                let (shard, run, there) = inside[at as usize];
                if let Some((there, here)) = differ(there, here) {
                    audit.different.push(Difference {
                        run: *run,
                        shard: *shard,
                        there,
                        here,
                    });
                }
                Ok(())
            },
        )?;
    }
    Ok(audit)
}

/// Runs of the sample, by shard.
fn pick(folder: &PlanFolder, status: &Status, sample: Sample) -> Vec<(u64, BTreeSet<u64>)> {
    let open: BTreeSet<u64> = status.open().collect();
    let mut places = floyd(status.done_runs, sample).into_iter().peekable();
    let mut picked = Vec::new();
    let mut before = 0;
    for number in (1..=folder.shards()).filter(|number| !open.contains(number)) {
        let range = folder.range(number);
        let length = range.end - range.start;
        let mut runs = BTreeSet::new();
        while let Some(place) = places.next_if(|place| *place < before + length) {
            runs.insert(range.start + place - before);
        }
        before += length;
        if !runs.is_empty() {
            picked.push((number, runs));
        }
    }
    picked
}

/// So many of 0..`all`, every choice alike (Floyd's algorithm; Bentley and Floyd 1987).
fn floyd(all: u64, sample: Sample) -> BTreeSet<u64> {
    let mut draws = generator(sample.seed, 0, Use::Audit);
    let mut chosen = BTreeSet::new();
    for last in all.saturating_sub(sample.runs)..all {
        let drawn = ((u128::from(draws.next_u64()) * u128::from(last + 1)) >> 64) as u64;
        if !chosen.insert(drawn) {
            chosen.insert(last);
        }
    }
    chosen
}

/// The first number, or the message, that differs.
fn differ(there: &Measured, here: &Measured) -> Option<(String, String)> {
    let told = |run: &Measured| match &run.error {
        Some(error) => format!("it failed: {error}"),
        None => "it went well".to_string(),
    };
    if there.error != here.error {
        return Some((told(there), told(here)));
    }
    let lists = [
        ("number", &there.values, &here.values),
        ("number of the series", &there.series, &here.series),
    ];
    // All that is not a number is the same.
    let bits = |value: f64| if value.is_nan() { f64::NAN } else { value }.to_bits();
    let bits = |value: Option<&Option<f64>>| value.map(|value| value.map(bits));
    for (what, there, here) in lists {
        let differs = |place: &usize| bits(there.get(*place)) != bits(here.get(*place));
        if let Some(place) = (0..there.len().max(here.len())).find(differs) {
            let tell = |list: &[Option<f64>]| {
                let value = list.get(place).copied().flatten();
                let value = value.map_or("missing".to_string(), |value| value.to_string());
                format!("{what} {}: {value}", place + 1)
            };
            return Some((tell(there), tell(here)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_its_size_and_depends_on_the_seed_alone() {
        let sample = |runs, seed| Sample { runs, seed };
        let chosen = floyd(1000, sample(20, 1));
        assert_eq!(chosen.len(), 20);
        assert!(chosen.iter().all(|place| *place < 1000));
        assert_eq!(chosen, floyd(1000, sample(20, 1)));
        assert_ne!(chosen, floyd(1000, sample(20, 2)));
        assert_eq!(floyd(5, sample(9, 1)).len(), 5);
        assert!(floyd(0, sample(9, 1)).is_empty());
    }

    #[test]
    fn the_first_difference_is_told() {
        let run = |values: &[f64]| Measured {
            values: values.iter().copied().map(Some).collect(),
            ..Measured::default()
        };
        assert_eq!(differ(&run(&[1.0, 2.0]), &run(&[1.0, 2.0])), None);
        assert_eq!(
            differ(&run(&[1.0, 2.0]), &run(&[1.0, 2.5])),
            Some(("number 2: 2".to_string(), "number 2: 2.5".to_string()))
        );
    }
}
