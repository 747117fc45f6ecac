//! A contiguous part of the runs of a study.

use std::ops::Range;

use serde_json::json;

/// A contiguous part of all runs, stage after stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub number: u64,
    /// How many there are.
    pub of: u64,
}

impl Shard {
    /// Numbers of its runs among `runs`.
    pub fn range(self, runs: u64) -> Range<u64> {
        let cut = |part: u64| {
            let product = u128::from(runs) * u128::from(part) / u128::from(self.of.max(1));
            u64::try_from(product).unwrap_or(runs)
        };
        cut(self.number - 1)..cut(self.number)
    }

    /// What the file of the shard says it holds, for a plan with an identity.
    pub fn text(self, plan: &str) -> String {
        json!({"plan": plan, "shard": self.number, "of": self.of}).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_all_runs_once() {
        for (runs, of) in [(10, 3), (2, 5), (1_000_000_007, 1000), (0, 2)] {
            let mut next = 0;
            for number in 1..=of {
                let range = Shard { number, of }.range(runs);
                assert_eq!(range.start, next);
                next = range.end;
            }
            assert_eq!(next, runs);
        }
    }
}
