//! What is remembered of the moves of phase 3, before phase 4 carries them out.

use crate::kernel::lanes::LANES;
use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::Run;

impl Run<'_> {
    /// Counts moves, remembers who pioneered first, and writes the journal.
    pub(crate) fn record_moves(&mut self, journal: Option<&mut Journal>) {
        let nation = &mut self.nation;
        nation.moves = Default::default();
        for (decisions, constants) in self.decisions.iter().zip(&self.setup.chunks) {
            for own in &decisions.moves {
                nation.moves[own.kind as usize] += 1;
                let instrument = own.instrument as usize;
                if own.kind == Move::Pioneer && nation.first_pioneer[instrument].is_none() {
                    let own = own.city as usize;
                    let code = constants.codes[own / LANES][own % LANES];
                    let pioneer = (code, (constants.first + own) as u32, instrument);
                    nation.pioneers_now.push(pioneer);
                }
            }
        }
        if let Some(journal) = journal {
            for kind in [Move::Pioneer, Move::Imitate, Move::TakeUp, Move::Drop] {
                self.write_moves(kind, journal);
            }
        }
        // Same quarter: the lower code was first.
        self.nation.pioneers_now.sort_unstable();
        for (_, city, instrument) in self.nation.pioneers_now.drain(..) {
            self.nation.first_pioneer[instrument].get_or_insert(city);
        }
    }

    /// Writes the moves of one kind, in order of city.
    fn write_moves(&self, kind: Move, journal: &mut Journal) {
        for (decisions, constants) in self.decisions.iter().zip(&self.setup.chunks) {
            for own in decisions.moves.iter().filter(|own| own.kind == kind) {
                let city = constants.first + own.city as usize;
                journal.policies.push(PolicyEvent {
                    kind,
                    city: Some(city as u32),
                    instrument: own.instrument.into(),
                    design: if kind == Move::Drop {
                        self.design(city, own.instrument as usize)
                    } else {
                        own.design
                    },
                    from: (kind == Move::Imitate).then_some(own.from),
                });
            }
        }
    }
}
