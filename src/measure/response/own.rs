//! Numbers that somebody else's code reads of a run.

use std::fmt;
use std::sync::Arc;

/// What a run shows after a quarter.
pub trait Seen {
    /// A number of the quarter just done, written as in a response without a period, such as `gap[ai_chips]`. Not a
    /// number where it is missing.
    ///
    /// # Errors
    /// A sentence with what was found, what is allowed and the nearest valid name.
    fn get(&self, what: &str) -> Result<f64, String>;
    /// The quarter just done, such as `2015Q1`.
    fn quarter(&self) -> String;
    /// Short names of the cities, in the order of their table.
    fn cities(&self) -> Vec<&str>;
    /// Short names of the sectors, in the order of their table.
    fn sectors(&self) -> Vec<&str>;
}

/// Reads a number of what is seen.
pub type Read = dyn Fn(&dyn Seen) -> Result<f64, String> + Send + Sync;

/// A number that somebody else's code reads in each quarter.
#[derive(Clone)]
pub struct Own(Arc<Read>);

impl Own {
    /// Reads with a function.
    pub fn new(read: impl Fn(&dyn Seen) -> Result<f64, String> + Send + Sync + 'static) -> Self {
        Own(Arc::new(read))
    }

    /// The number; none where it is not finite.
    ///
    /// # Errors
    /// What the function says.
    pub fn read(&self, seen: &dyn Seen) -> Result<Option<f64>, String> {
        let number = (self.0)(seen)?;
        Ok(Some(number).filter(|number| number.is_finite()))
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Own")
    }
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
