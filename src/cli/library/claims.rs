use std::path::Path;

use super::study::Asked;
use super::{Begin, Error, Results};
use crate::cli::{common, reproduce};
use crate::input::scenario::file_source::FileSource;

/// Claims that are put to the test: treatment minus control on the same random draws.
///
/// ```
/// use dualtrack::prelude::*;
///
/// let claims = Claims::of_the_paper().only("C1").replicates(4).reproduce()?.table("claims")?;
/// println!("{:?}", claims.texts("verdict")?);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Claims {
    args: reproduce::Args,
    threads: usize,
}

impl Claims {
    /// The claims of Ma (2024), as `scenarios/claims` below the working directory has them, or else the program.
    pub fn of_the_paper() -> Self {
        Claims {
            args: reproduce::Args::default(),
            threads: common::threads(None),
        }
    }

    /// Those of a file.
    ///
    /// # Errors
    /// [`Error::Input`] with every problem of all files it names.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let mut claims = Claims::of_the_paper();
        claims.args.files.push(path.as_ref().to_path_buf());
        claims.asked()?;
        Ok(claims)
    }

    /// Only the claim with this short name, and others that are named so.
    pub fn only(mut self, claim: &str) -> Self {
        self.args.claims.push(claim.to_string());
        self
    }

    /// So many pairs of runs for each claim, 2 or more, instead of 200.
    pub fn replicates(mut self, pairs: u32) -> Self {
        self.args.replicates = pairs.max(2);
        self
    }

    /// Another seed than the base scenario's.
    pub fn seed(mut self, seed: u64) -> Self {
        self.args.seed = Some(seed);
        self
    }

    /// Also at so many points of all uncertain parameters (Sobol' sequence), 2 or more, with so many pairs of runs at each, 2 or
    /// more.
    pub fn over(mut self, points: u32, pairs: u32) -> Self {
        self.args.full = true;
        (self.args.points, self.args.pairs) = (points.max(2), pairs.max(2));
        self
    }

    /// Runs on so many threads instead of one for each core, 1 or more. Results do not depend on it.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Tests all claims, in memory. Tables: `claims` with effects, 95 % intervals and verdicts, `runs`, and what the paper's
    /// figures are made of.
    ///
    /// # Errors
    /// [`Error::Input`] with every problem; [`Error::Failed`] where the system fails. Runs that fail are counted
    /// ([`Results::failed`]).
    pub fn reproduce(&self) -> Result<Results, Error> {
        self.asked()?.in_memory()
    }

    /// As [`Claims::reproduce`], to a folder, with a page and figures. It appears when all runs are done; until then they are
    /// kept beside it, and [`Begin::Resume`] goes on with them.
    ///
    /// # Errors
    /// As [`Claims::reproduce`], and what stands in the way.
    pub fn reproduce_to(&self, folder: impl AsRef<Path>, begin: Begin) -> Result<Results, Error> {
        self.asked()?.in_folder(folder.as_ref(), begin)
    }

    fn asked(&self) -> Result<Asked<'_>, Error> {
        Ok(Asked {
            question: self.args.question(&FileSource::default())?,
            rules: None,
            threads: self.threads,
        })
    }
}
