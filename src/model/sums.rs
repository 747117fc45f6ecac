//! Sums over cities: lane by lane within a chunk, and one number for the nation.

use crate::kernel::lanes::{Lanes, lane_sum};

/// Structures of sums, with what adds a chunk's lanes to the nation's numbers.
macro_rules! sums {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct $name<T> {
            $($(#[$field_doc])* pub $field: T,)*
        }

        impl $name<f64> {
            /// Adds what a chunk found.
            pub fn add(&mut self, chunk: &$name<Lanes>) {
                $(self.$field += lane_sum(&chunk.$field);)*
            }
        }
    )*};
}

sums! {
    /// Sums over cities.
    CitySums {
        /// Of `q` over cities and sectors.
        comparability,
        /// Of location weights.
        location,
        /// Of budgets.
        budget,
        /// Of grants.
        grants,
        /// Of money in instruments.
        instruments,
        /// Of failed experiments.
        failed,
        /// Of poaching.
        poaching,
        /// Of forgone return.
        forgone,
        /// Of liberalisation.
        liberalisation,
        /// Of instruments in force.
        in_force,
        /// Of output.
        output,
        /// Of researchers.
        researchers,
        /// Of effective talent.
        effective_talent,
    }
    /// Sums over cities in a sector.
    SectorSums {
        /// Of capability.
        capability,
        /// Of `K^ρ`.
        terms,
        /// Of spending, CNY mn.
        spending,
        /// Of introduction.
        introduction,
        /// Of subscale spending.
        subscale,
    }
    /// Sums over cities of what is built in a sector, where building takes time.
    BuildingSums {
        /// Of completed spending, CNY mn.
        completed,
        /// Of spending under construction, CNY mn.
        under_construction,
    }
    /// Sums over the adopters of an instrument.
    Evidence {
        /// Adopters.
        adopters,
        /// Of effects.
        effect,
        /// Of effects above 0.
        weight,
        /// Of effects above 0 times design.
        weighted_design,
        /// Of designs.
        design,
        /// Of site advantages.
        advantage,
    }
}

/// All sums of a quarter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums<T> {
    /// Over all sectors and instruments.
    pub all: CitySums<T>,
    /// By sector.
    pub sectors: Vec<SectorSums<T>>,
    /// By sector; empty where nothing takes time to build.
    pub building: Vec<BuildingSums<T>>,
    /// By instrument, in quarters of evaluation.
    pub evidence: Vec<Evidence<T>>,
}

impl<T: Copy + Default> Sums<T> {
    /// Starts anew, keeping the memory.
    pub fn clear(&mut self, sectors: usize, takes_time: bool, instruments: usize) {
        self.all = CitySums::default();
        self.sectors.clear();
        self.sectors.resize(sectors, SectorSums::default());
        self.building.clear();
        let building = if takes_time { sectors } else { 0 };
        self.building.resize(building, BuildingSums::default());
        self.evidence.clear();
        self.evidence.resize(instruments, Evidence::default());
    }
}

impl Sums<f64> {
    /// Adds what a chunk found.
    pub fn add(&mut self, chunk: &Sums<Lanes>) {
        self.all.add(&chunk.all);
        for (all, own) in self.evidence.iter_mut().zip(&chunk.evidence) {
            all.add(own);
        }
        for (all, own) in self.building.iter_mut().zip(&chunk.building) {
            all.add(own);
        }
        for (all, own) in self.sectors.iter_mut().zip(&chunk.sectors) {
            all.add(own);
        }
    }
}
