//! What a run shows now, asked for by texts as those of responses.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::measure::response::own::Seen;
use crate::measure::response::part::{Part, of_quarter};
use crate::measure::response::quantity::Quantity;
use crate::measure::response::spec::Response;
use crate::measure::response::watch::Watch;
use crate::measure::seen::NationSeen;
use crate::model::run::Run;

/// Above and below the line of what was asked for, by text: each text is read once.
#[derive(Clone, Debug, Default)]
pub struct Asked(RefCell<BTreeMap<String, [Option<Part>; 2]>>);

/// What a run shows of the quarter just done.
pub struct Now<'a> {
    /// The run, with the parts of cities' spending.
    pub run: &'a Run<'a>,
    /// The nation, with all passes.
    pub nation: &'a NationSeen,
    /// What was asked for so far.
    pub asked: &'a Asked,
}

impl Now<'_> {
    fn parts(&self, what: &str) -> Result<[Option<Part>; 2], String> {
        if what.contains('@') {
            return Err(format!(
                "`{what}` has a period; allowed: what is read in a quarter, such as `gap`"
            ));
        }
        let response = Response::named("number", what)?;
        let part = |quantity: &Quantity| Part::new(quantity, 0, self.run.world());
        let above = part(&response.above)?;
        if above.derived().is_some_and(|derived| derived.watches) {
            return Err(format!(
                "`{what}` follows what happens from the start on; allowed: as a response of its own"
            ));
        }
        Ok([Some(above), response.below.as_ref().map(part).transpose()?])
    }

    fn value(&self, parts: &[Option<Part>; 2]) -> f64 {
        let nothing = Watch::default();
        let values = parts.each_ref().map(|part| {
            let part = part.as_ref();
            part.map(|part| part.read(self.run, Some(self.nation), &nothing))
        });
        of_quarter(values).unwrap_or(f64::NAN)
    }
}

impl Seen for Now<'_> {
    fn get(&self, what: &str) -> Result<f64, String> {
        let mut known = self.asked.0.borrow_mut();
        if let Some(parts) = known.get(what) {
            return Ok(self.value(parts));
        }
        let parts = self.parts(what)?;
        let value = self.value(&parts);
        known.insert(what.to_string(), parts);
        Ok(value)
    }

    fn quarter(&self) -> String {
        let done = self.run.quarter().saturating_sub(1);
        self.run.world().start.plus(done as i32).to_string()
    }

    fn cities(&self) -> Vec<&str> {
        let cities = self.run.world().cities.iter();
        cities.map(|city| city.id.as_str()).collect()
    }

    fn sectors(&self) -> Vec<&str> {
        let sectors = self.run.world().sectors.iter();
        sectors.map(|sector| sector.id.as_str()).collect()
    }
}
